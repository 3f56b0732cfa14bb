"""How a difficulty would be filed: category and duty row whose words occur in the text. Plain counting, shown with its reasons."""

from dataclasses import dataclass, field

from django.db.models import Q

from tongti.shared import clock
from tongti.units.models import Category, Duty


@dataclass(frozen=True)
class Filing:
    """The suggestion of one duty row (and its category), with the words of the text that speak for it."""

    category_id: int | None
    category: str
    duty_id: int | None = None
    matter: str = ""
    lead: str = ""
    helpers: tuple[str, ...] = ()
    by_territory: bool = False
    basis: str = ""
    words: tuple[str, ...] = field(default=())
    score: int = 0


def filings(text: str, limit: int = 3) -> list[Filing]:
    """Best first; nothing when no keyword and no category name occurs. Three queries.

    A keyword counts its length (水压 says less than 自来水公司), a category its last name.
    """
    if len(text.strip()) < 2:
        return []
    found = _by_duty(text)
    taken = {f.category_id for f in found}
    found += [f for f in _by_category(text) if f.category_id not in taken]
    return sorted(found, key=lambda f: -f.score)[:limit]


def _by_duty(text: str) -> list[Filing]:
    today = clock.today()
    valid = Duty.objects.filter(Q(valid_from=None) | Q(valid_from__lte=today)).filter(
        Q(valid_to=None) | Q(valid_to__gte=today)
    )
    scored = []
    for pk, keywords in valid.exclude(keywords="").values_list("id", "keywords"):
        hits = [w for w in keywords.split() if w in text]
        if hits:
            scored.append((sum(len(w) for w in hits), pk, tuple(hits)))
    best = sorted(scored, reverse=True)[:3]
    rows = (
        Duty.objects.select_related("category", "lead").prefetch_related("helpers").in_bulk([pk for _, pk, _ in best])
    )
    return [_of_duty(rows[pk], hits, score) for score, pk, hits in best]


def _of_duty(duty: Duty, hits: tuple[str, ...], score: int) -> Filing:
    return Filing(
        category_id=duty.category_id,
        category=duty.category.full_name if duty.category else "",
        duty_id=duty.pk,
        matter=duty.matter,
        lead=duty.lead.short_name,
        helpers=tuple(unit.short_name for unit in duty.helpers.all()),
        by_territory=duty.by_territory,
        basis=duty.basis,
        words=hits,
        score=score,
    )


def _by_category(text: str) -> list[Filing]:
    rows = Category.objects.filter(active=True, level__gte=2).values_list("id", "name", "full_name", "level")
    found = []
    for pk, name, full_name, level in rows:
        hits = tuple(part for part in _parts(name) if part in text)
        if hits:
            score = sum(len(part) for part in hits) + (level == 3)
            found.append(Filing(category_id=pk, category=full_name, words=hits, score=score))
    return sorted(found, key=lambda f: -f.score)[:3]


def _parts(name: str) -> list[str]:
    """物业服务与管理 → 物业服务, 管理 is too common to say anything; one character never does."""
    for sign in "、与和及/（）()":
        name = name.replace(sign, " ")
    return [part for part in name.split() if len(part) >= 2 and part not in ("管理", "服务", "其他", "问题", "政策")]
