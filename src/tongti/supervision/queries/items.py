"""督办件, 督办建议, 批示: lists and single ones, always for somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from tongti.cases.models import Case
from tongti.deadlines.queries import days_left
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.supervision import access, finding, rules
from tongti.supervision.models import LADDER, Instruction, Item, Proposal, Recheck, Rule, Rung, Step
from tongti.supervision.rules import RuleView
from tongti.units import queries as units
from tongti.units.access import May, Viewer
from tongti.units.models import Unit

TABS: dict[str, tuple[str, ...]] = {
    "open": (Item.State.OPEN.value,),
    "answered": (Item.State.ANSWERED.value,),
    "closed": (Item.State.CLOSED.value,),
}
INSTRUCTION_TABS: dict[str, tuple[str, ...]] = {
    "open": (Instruction.State.OPEN.value,),
    "answered": (Instruction.State.ANSWERED.value,),
    "closed": (Instruction.State.CLOSED.value,),
}
MOST_PHRASES = 8
_MATTER = ("question", "question__place", "case", "case__place")


def items(viewer: Viewer, cursor: str = "", *, tab: str = "open", tolerant: bool = False, size: int = 30) -> Page[Item]:
    """督办件 by tab, newest first. ``tolerant``: only those flagged 容错, which are shown apart."""
    rows = Item.objects.filter(access.visible(viewer), state__in=TABS.get(tab, TABS["open"]))
    if tolerant:
        rows = rows.filter(tolerant=True)
    rows = rows.select_related("unit", "opened_by", *_MATTER)
    return page_of(rows, order=("-id",), cursor=cursor, size=size)


def counts(viewer: Viewer) -> dict[str, int]:
    """How many items stand where, and how many proposals wait; two queries."""
    states = dict(Item.objects.filter(access.visible(viewer)).values_list("state").annotate(n=Count("id")))
    return {
        "open": states.get(Item.State.OPEN, 0),
        "answered": states.get(Item.State.ANSWERED, 0),
        "closed": states.get(Item.State.CLOSED, 0),
        "proposals": proposals_waiting(viewer).count(),
    }


def item_for(viewer: Viewer, pk: int) -> Item:
    """One item with its steps and feedback. Raises NotVisible."""
    found = (
        Item.objects.filter(access.visible(viewer), pk=pk)
        .select_related("unit", "opened_by", "concluded_by", "tolerant_by", "baton__officer", *_MATTER)
        .prefetch_related(
            Prefetch("steps", Step.objects.select_related("by").order_by("pk")),
            "feedback__by",
            Prefetch("rechecks", Recheck.objects.select_related("asked_by", "decided_by").order_by("pk")),
        )
        .first()
    )
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class MayDo:
    """What this person may do on this item now."""

    step: bool = False
    answer: bool = False
    send_back: bool = False
    conclude: bool = False
    tolerate: bool = False
    ask_recheck: bool = False
    decide_recheck: bool = False


def may_on(viewer: Viewer, item: Item) -> MayDo:
    """The buttons of the item's page; the actions ask again."""
    supervises = viewer.can(May.SUPERVISE) and not any(s.unit_path.startswith(item.unit.path) for s in viewer.seats)
    answers = access.answers_for(viewer, item.unit)
    waiting = open_recheck(item)
    until = recheck_until(item)
    asked = any(r.concluded_at == item.concluded_at for r in item.rechecks.all())
    return MayDo(
        step=supervises and item.is_open and item.rung != LADDER[-1],
        answer=answers and item.state == Item.State.OPEN,
        send_back=supervises and item.state == Item.State.ANSWERED,
        conclude=supervises and (item.state == Item.State.ANSWERED or (item.is_open and not item.number)),
        tolerate=supervises and not item.tolerant,
        ask_recheck=answers and until is not None and clock.today() <= until and not asked,
        decide_recheck=supervises and waiting is not None and item.concluded_by_id != viewer.officer_id,
    )


def open_recheck(item: Item) -> Recheck | None:
    """The recheck that waits for a decision."""
    return next((row for row in item.rechecks.all() if not row.decision), None)


def recheck_until(item: Item) -> date | None:
    """The last day on which the unit may ask for a recheck."""
    return rules.recheck_until(item) if item.state == Item.State.CLOSED else None


def rungs_after(rung: str) -> list[tuple[str, str]]:
    """Rungs that can follow, for forms."""
    at = LADDER.index(rung) + 1 if rung else 0
    return [(code, str(Rung(code).label)) for code in LADDER[at:]]


def paces() -> list[tuple[str, str]]:
    """缓急 with the days each gives, for forms."""
    terms = rules.in_force()
    return [(code, f"{word}（{rules.pace(terms, code).threshold} 天内反馈）") for code, word in Item.Pace.choices]


def solved_choices() -> list[tuple[str, str]]:
    """解决没有, for forms."""
    return list(Item.Solved.choices)


def decisions() -> list[tuple[str, str]]:
    """复核决定, for forms."""
    return list(Recheck.Decision.choices)


def on_matter(viewer: Viewer, *, question: Question | None = None, case: Case | None = None) -> list[Item]:
    """What supervision the matter has had, newest first; for whoever concerns it."""
    rows = Item.objects.filter(access.visible(viewer), _matter(question, case))
    return list(rows.select_related("unit").order_by("-pk")[:20])


def _matter(question: Question | None, case: Case | None) -> Q:
    return about(question.pk if question else None, case.pk if case else None)


# --- the guard against over-supervision -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """How many items a unit was given this month, against the number from which a reason is asked."""

    unit: Unit
    count: int
    cap: int

    @property
    def full(self) -> bool:
        return self.count >= self.cap


def load_of(unit: Unit) -> Load:
    """One unit's month."""
    return Load(unit, loads([unit.pk]).get(unit.pk, 0), rules.in_force()[rules.GUARD].threshold)


def loads(unit_ids: Iterable[int]) -> dict[int, int]:
    """Items opened this month, by unit."""
    first = clock.today().replace(day=1)
    rows = Item.objects.filter(unit_id__in=list(unit_ids), opened_at__date__gte=first)
    return dict(rows.values_list("unit_id").annotate(n=Count("id")))


# --- proposals --------------------------------------------------------------------------------------------------------


def proposals(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[Proposal]:
    """督办建议 that wait for a person, newest first, each with the unit's month (``load``). Raises NotVisible."""
    if not viewer.can(May.SUPERVISE):
        raise NotVisible
    rows = Proposal.objects.filter(state=Proposal.State.WAITING).select_related("unit", "baton", *_MATTER)
    page = page_of(rows, order=("-id",), cursor=cursor, size=size)
    months = loads({row.unit_id for row in page.rows})
    for row in page.rows:
        row.load = months.get(row.unit_id, 0)  # type: ignore[attr-defined]
        row.rule_name = rules.name_of(row.rule)  # type: ignore[attr-defined]
    return page


def proposals_waiting(viewer: Viewer) -> QuerySet[Proposal]:
    """Those that wait, to be counted; none for those who do not decide them."""
    waiting = Proposal.objects.filter(state=Proposal.State.WAITING)
    return waiting if viewer.can(May.SUPERVISE) else waiting.none()


def proposal_for(viewer: Viewer, pk: int) -> Proposal:
    """One proposal, with everything else that was proposed on the matter. Raises NotVisible."""
    if not viewer.can(May.SUPERVISE):
        raise NotVisible
    found = Proposal.objects.filter(pk=pk).select_related("unit", "baton__officer", "item", *_MATTER).first()
    if found is None:
        raise NotVisible
    return found


def beside(proposal: Proposal) -> Sequence[Proposal]:
    """Other proposals waiting on the same matter and unit: one decision settles them all."""
    rows = Proposal.objects.filter(
        about(proposal.question_id, proposal.case_id), unit_id=proposal.unit_id, state=Proposal.State.WAITING
    )
    return list(rows.exclude(pk=proposal.pk).order_by("-pk")[:10])


def open_item_on(row: Proposal | Baton) -> Item | None:
    """The item that is open on the matter of a proposal or baton."""
    rows = Item.objects.filter(about(row.question_id, row.case_id)).exclude(state=Item.State.CLOSED)
    return rows.select_related("unit").first()


def rules_for(viewer: Viewer) -> list[RuleView]:
    """The rules as they are in force. Raises NotVisible."""
    if not viewer.can(May.SUPERVISE):
        raise NotVisible
    return list(rules.in_force().values())


MOST_COUNTED, MOST_VERSIONS = 1000, 200


@dataclass(frozen=True)
class WouldFind:
    """How many proposals a rule would make now, at its numbers of today and at others; ``more``: at least so many."""

    now: int
    then: int
    more: bool


def rule_would_find(viewer: Viewer, code: str, *, threshold: int) -> WouldFind | None:
    """What changing a rule's number would do, before it is changed; None for a guard or a term. Raises NotVisible."""
    rule = next((one for one in rules_for(viewer) if one.code == code), None)
    if rule is None or rule.kind != rules.FINDS:
        return None
    now = finding.how_many(rule, clock.now(), MOST_COUNTED)
    then = finding.how_many(replace(rule, threshold=threshold), clock.now(), MOST_COUNTED)
    return WouldFind(now, then, max(now, then) >= MOST_COUNTED)


def rule_versions(viewer: Viewer) -> dict[str, list[Rule]]:
    """The district's versions of each rule, newest first. Raises NotVisible."""
    if not viewer.can(May.SUPERVISE):
        raise NotVisible
    found: dict[str, list[Rule]] = {}
    for row in Rule.objects.select_related("checked_by").order_by("code", "-version")[:MOST_VERSIONS]:
        row.rule_name = rules.name_of(row.code)  # type: ignore[attr-defined]
        found.setdefault(row.code, []).append(row)
    return found


# --- instructions -----------------------------------------------------------------------------------------------------


def instructions(viewer: Viewer, cursor: str = "", *, tab: str = "open", size: int = 30) -> Page[Instruction]:
    """批示 by tab, newest first: all for the leader's side, her own units' for the others. Each with ``days_left``."""
    rows = _instructions(viewer).filter(state__in=INSTRUCTION_TABS.get(tab, INSTRUCTION_TABS["open"]))
    page = page_of(rows.select_related("owner", "leader", *_MATTER), order=("-id",), cursor=cursor, size=size)
    for row in page.rows:
        row.days_left = days_left(row.due_on)  # type: ignore[attr-defined]
    return page


def instruction_counts(viewer: Viewer) -> dict[str, int]:
    """How many instructions stand where."""
    states = dict(_instructions(viewer).values_list("state").annotate(n=Count("id")))
    return {tab: sum(states.get(state, 0) for state in group) for tab, group in INSTRUCTION_TABS.items()}


def instructions_waiting(viewer: Viewer) -> QuerySet[Instruction]:
    """Instructions that wait for her side, to be counted: reports to judge for leaders and supervisors, else reports to make."""
    judges = viewer.can(May.INSTRUCT) or viewer.can(May.SUPERVISE)
    return _instructions(viewer).filter(state__in=INSTRUCTION_TABS["answered" if judges else "open"])


def instruction_for(viewer: Viewer, pk: int) -> Instruction:
    """One instruction with its reports. Raises NotVisible."""
    rows = _instructions(viewer).filter(pk=pk).select_related("owner", "leader", "closed_by", *_MATTER)
    found = rows.prefetch_related("reports__by").first()
    if found is None:
        raise NotVisible
    found.days_left = days_left(found.due_on)  # type: ignore[attr-defined]
    return found


def instructions_on(viewer: Viewer, *, question: Question | None = None, case: Case | None = None) -> list[Instruction]:
    """What leaders said on this matter, newest first."""
    rows = _instructions(viewer).filter(_matter(question, case))
    return list(rows.select_related("owner", "leader").order_by("-pk")[:20])


def _instructions(viewer: Viewer) -> QuerySet[Instruction]:
    return Instruction.objects.filter(access.visible(viewer, "owner"))


def phrases() -> tuple[str, ...]:
    """常用批示: the office's ready phrases, one a line of the text “批示常用语”, at most MOST_PHRASES."""
    lines = (line.strip() for line in units.words("supervision.phrases").splitlines())
    return tuple(line for line in lines if line)[:MOST_PHRASES]


def may_on_instruction(viewer: Viewer, row: Instruction) -> dict[str, bool]:
    """Buttons of the instruction's page; the actions ask again."""
    own = any(seat.unit_path.startswith(row.owner.path) for seat in viewer.seats)
    side = (viewer.can(May.SUPERVISE) or viewer.officer_id == row.leader_id) and not own
    return {
        "report": access.answers_for(viewer, row.owner) and row.state == Instruction.State.OPEN,
        "judge": side and row.state == Instruction.State.ANSWERED,
    }


def waiting_for_unit(viewer: Viewer) -> dict[str, Any]:
    """What her unit owes the supervising side: items and instructions without an answer; and how many are late."""
    today = clock.today()
    asked = Q(due_on__lt=today)
    item = Item.objects.filter(access.visible(viewer), state=Item.State.OPEN).aggregate(
        n=Count("id"), late=Count("id", filter=asked)
    )
    told = (
        _instructions(viewer)
        .filter(state=Instruction.State.OPEN)
        .aggregate(n=Count("id"), late=Count("id", filter=asked))
    )
    return {"items": item, "instructions": told}
