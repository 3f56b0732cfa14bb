"""派给谁: what the duty list says, what was done before, where it lies. The machine suggests with reasons; a person decides."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from tongti.cases.models import Case
from tongti.questions.models import Membership, Question
from tongti.relay.models import Baton
from tongti.shared import clock
from tongti.units import queries as units
from tongti.units.models import Category, Duty, Unit

LOOK_AT_CASES = 5
PAST = 200


@dataclass(frozen=True)
class Suggested:
    """One unit with the task it would get."""

    unit: Unit
    task: str


@dataclass(frozen=True)
class Suggestion:
    """Who should lead, help and take part where it lies; ``why`` says it in sentences, strongest first."""

    duty: Duty | None
    lead: Unit | None
    helpers: tuple[Suggested, ...]
    territory: Suggested | None
    why: tuple[str, ...]
    lead_task: str = "查明情况，办理解决，汇总各单位分答，统一答复诉求人"
    past: tuple[tuple[Unit, int], ...] = field(default=())

    @property
    def basis(self) -> str:
        return self.duty.basis if self.duty else ""


def suggestion(matter: Question | Case) -> Suggestion:
    """Lead, helpers and territory unit for a question or case. Falls back to who led before, then to the 兜底 unit."""
    category, place, text = matter.category, matter.place, _text_of(matter)
    town = units.township_unit(place)
    duty, why = _duty_for(category, text)
    past = _past_leads(category)
    lead: Unit | None = None
    helpers: tuple[Suggested, ...] = ()
    if duty is not None:
        lead = duty.lead
        helpers = tuple(
            Suggested(unit, f"按职责办理“{duty.matter}”中本单位承担的部分，交分答")
            for unit in duty.helpers.filter(active=True).order_by("code")
            if unit.pk != duty.lead_id
        )
        why.append(f"依据：{duty.basis}")
    if past:
        top, times = past[0]
        agrees = lead is not None and top.pk == lead.pk
        if lead is None:
            lead = top
        why.append(f"{top.short_name}以前牵头办过 {times} 次同类问题" + ("，和职责清单一致" if agrees else ""))
    if lead is None and town is not None:
        lead = town
        why.append(f"职责清单里没有对得上的事项，地点在{place}，按属地先派{town.short_name}")
    if lead is None:
        lead = units.fallback_unit()
        if lead is not None:
            why.append(f"没有找到对口单位，由兜底单位{lead.short_name}先接着，不让事情没人管")
    territory = None
    if town is not None and (duty is None or duty.by_territory) and _free(town, lead, helpers):
        territory = Suggested(town, "联系本辖区的诉求人，告知进展，协助现场办理")
        why.append(f"地点在{place}，属地是{town.short_name}")
    return Suggestion(duty, lead, helpers, territory, tuple(why), past=past)


def _free(town: Unit, lead: Unit | None, helpers: Sequence[Suggested]) -> bool:
    return (lead is None or lead.pk != town.pk) and all(h.unit.pk != town.pk for h in helpers)


def _text_of(matter: Question | Case) -> str:
    if isinstance(matter, Case):
        return f"{matter.title}\n{matter.body}"
    members = Membership.objects.filter(question=matter, state=Membership.State.ACTIVE).order_by("case_id")
    bodies = members.values_list("case__body", flat=True)[:LOOK_AT_CASES]
    return "\n".join([matter.title, matter.facts, *bodies])


def _duty_for(category: Category | None, text: str) -> tuple[Duty | None, list[str]]:
    best: tuple[float, Duty, list[str]] | None = None
    for duty in _duties():
        score, why = _score(duty, category, text)
        if score > 0 and (best is None or score > best[0]):
            best = (score, duty, why)
    return (best[1], best[2]) if best else (None, [])


def _score(duty: Duty, category: Category | None, text: str) -> tuple[float, list[str]]:
    score, why = 0.0, []
    if category is not None and duty.category is not None:
        if duty.category_id == category.pk:
            score += 3
            why.append(f"分类“{category.name}”对应职责清单“{duty.matter}”")
        elif category.full_name.startswith(duty.category.full_name + "/"):
            score += 2
            why.append(f"分类“{category.name}”属于职责清单“{duty.matter}”的范围")
    hits = [word for word in re.split(r"[\s,，、;；]+", duty.keywords) if word and word in text]
    if hits:
        score += min(len(hits), 3)
        why.append(f"原话里有“{'”“'.join(hits[:3])}”，和“{duty.matter}”的关键词相符")
    return score, why


def _past_leads(category: Category | None) -> tuple[tuple[Unit, int], ...]:
    if category is None:
        return ()
    same = Q(question__category=category) | Q(case__category=category)
    rows = Baton.objects.filter(same, role=Baton.Role.LEAD, state=Baton.State.DONE).order_by("-pk")
    tally = Counter(rows.values_list("unit_id", flat=True)[:PAST])
    found = Unit.objects.in_bulk([pk for pk, _ in tally.most_common(3)])
    return tuple((found[pk], n) for pk, n in tally.most_common(3) if pk in found and found[pk].active)


def duty_choices() -> list[tuple[int, str, str]]:
    """Rows of the duty list in force today: id, matter with its lead, basis."""
    return [(duty.pk, f"{duty.matter}（{duty.lead.short_name}牵头）", duty.basis) for duty in _duties()]


def _duties() -> QuerySet[Duty]:
    today = clock.today()
    return (
        Duty.objects.filter(lead__active=True)
        .filter(Q(valid_from=None) | Q(valid_from__lte=today), Q(valid_to=None) | Q(valid_to__gte=today))
        .select_related("lead", "category")
        .order_by("code")
    )
