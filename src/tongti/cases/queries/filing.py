"""How a difficulty would be filed: category and duty row whose words occur in the text. Plain counting, shown with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from tongti.shared import clock
from tongti.shared.kept import kept
from tongti.units.models import Category, Duty


@dataclass(frozen=True)
class Filing:
    """The suggestion of one duty row (and its category), with the words of the text that speak for it.

    ``label`` is how the category stands in a list of last-level ones; "" when it has others below it, or there is none.
    """

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
    label: str = ""


class _Kind(NamedTuple):
    """A category as it is looked at here."""

    pk: int
    name: str
    full_name: str
    level: int
    parent_id: int | None


def filings(text: str, limit: int = 3) -> list[Filing]:
    """Best first; nothing when no keyword and no category name occurs. It is asked while a clerk types: duties and
    categories are kept for some seconds (shared.kept).

    A keyword counts its length (水压 says less than 自来水公司), a category its last name.
    """
    if len(text.strip()) < 2:
        return []
    kinds = _kinds()
    found = _by_duty(text)
    taken = {f.category_id for f in found}
    found += [f for f in _by_category(text, kinds) if f.category_id not in taken]
    return [_labelled(one, kinds) for one in sorted(found, key=lambda f: -f.score)[:limit]]


@kept
def _kinds() -> tuple[_Kind, ...]:
    rows = Category.objects.filter(active=True).values_list("id", "name", "full_name", "level", "parent_id")
    return tuple(_Kind(*row) for row in rows)


@kept
def _duties(on: date) -> tuple[tuple[tuple[str, ...], Filing], ...]:
    """Duty rows valid on a day: the words that speak for each, and what it suggests."""
    valid = Duty.objects.filter(Q(valid_from=None) | Q(valid_from__lte=on)).filter(
        Q(valid_to=None) | Q(valid_to__gte=on)
    )
    helpers = ArrayAgg("helpers__short_name", filter=Q(helpers__isnull=False), default=[], order_by="helpers__id")
    rows = (
        valid.exclude(keywords="")
        .annotate(others=helpers)
        .values_list(
            "keywords", "id", "category_id", "category__full_name", "matter", "lead__short_name", "others",
            "by_territory", "basis",
        )
    )  # fmt: skip
    return tuple(
        (
            tuple(keywords.split()),
            Filing(
                category_id=category_id,
                category=category or "",
                duty_id=pk,
                matter=matter,
                lead=lead,
                helpers=tuple(others),
                by_territory=by_territory,
                basis=basis,
            ),
        )
        for keywords, pk, category_id, category, matter, lead, others, by_territory, basis in rows
    )


def _labelled(found: Filing, kinds: Sequence[_Kind]) -> Filing:
    if any(kind.parent_id == found.category_id for kind in kinds):
        return found
    own = next((kind for kind in kinds if kind.pk == found.category_id), None)
    return replace(found, label=category_label(own.name, own.full_name)) if own else found


def category_label(name: str, full_name: str) -> str:
    """A last-level category as it is read and typed: its name, and in brackets where it stands."""
    return f"{name}（{full_name.rpartition('/')[0] or '其他'}）"


def _by_duty(text: str) -> list[Filing]:
    found = []
    for keywords, duty in _duties(clock.today()):
        hits = tuple(word for word in keywords if word in text)
        if hits:
            found.append(replace(duty, words=hits, score=sum(map(len, hits))))
    return sorted(found, key=lambda one: (one.score, one.duty_id or 0), reverse=True)[:3]


def _by_category(text: str, kinds: Sequence[_Kind]) -> list[Filing]:
    found = []
    for kind in kinds:
        hits = tuple(part for part in _parts(kind.name) if part in text) if kind.level >= 2 else ()
        if hits:
            score = sum(len(part) for part in hits) + (kind.level == 3)
            found.append(Filing(category_id=kind.pk, category=kind.full_name, words=hits, score=score))
    return sorted(found, key=lambda f: -f.score)[:3]


@lru_cache(maxsize=4096)
def _parts(name: str) -> list[str]:
    """物业服务与管理 → 物业服务, 管理 is too common to say anything; one character never does."""
    for sign in "、与和及/（）()":
        name = name.replace(sign, " ")
    return [part for part in name.split() if len(part) >= 2 and part not in ("管理", "服务", "其他", "问题", "政策")]
