"""Reads on service items: the catalogue, what was in force on a day, and what a change has saved people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.text import tidy, words
from tongti.units.access import Viewer
from tongti.window.access import READERS, may_keep_item
from tongti.window.models import ItemVersion, ServiceItem, WindowMatter

MOST_NAMES = 3000
"""Names that a list of suggestions holds: a district has fewer."""
GUESSED_FROM = 200


def items(
    viewer: Viewer, text: str = "", *, unit_id: int | None = None, cursor: str = "", size: int = 50
) -> Page[ServiceItem]:
    """One page of the catalogue by code, each with ``current`` (None before its first day). Two queries. Raises NotVisible."""
    _require_reader(viewer)
    rows = ServiceItem.objects.select_related("unit").defer("terms")
    if unit_id:
        rows = rows.filter(unit_id=unit_id)
    if text := tidy(text):
        named = Q(name__icontains=text) | Q(code__istartswith=text) | Q(unit__short_name__icontains=text)
        if terms := words(text):
            named |= Q(terms__contains=terms)
        rows = rows.filter(named)
    listed = page_of(rows, order=["code"], cursor=cursor, size=size)
    current = {v.item_id: v for v in _on(clock.today()).filter(item__in=listed.rows).order_by("version")}
    for row in listed.rows:
        row.current = current.get(row.pk)  # type: ignore[attr-defined]
    return listed


def item_for(viewer: Viewer, pk: int) -> ServiceItem:
    """One item. Raises NotVisible."""
    _require_reader(viewer)
    found = ServiceItem.objects.select_related("unit").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def item_for_change(viewer: Viewer, pk: int) -> ServiceItem:
    """One item that is hers to change. Raises NotVisible."""
    found = item_for(viewer, pk)
    if not may_keep_item(viewer, found):
        raise NotVisible
    return found


def versions_of(item: ServiceItem) -> list[ItemVersion]:
    """Every version with its steps and papers, newest first; three queries."""
    rows = item.versions.select_related("published_by").prefetch_related("steps", "papers").order_by("-version")
    return [in_order(row) for row in rows[:100]]


def in_order(version: ItemVersion) -> ItemVersion:
    """The version with ``ordered_steps`` and ``ordered_papers``."""
    version.ordered_steps = sorted(version.steps.all(), key=lambda step: step.place)  # type: ignore[attr-defined]
    version.ordered_papers = sorted(version.papers.all(), key=lambda paper: paper.place)  # type: ignore[attr-defined]
    return version


def version_on(item: ServiceItem, day: date) -> ItemVersion | None:
    """What was asked of people on that day; the oldest version for a day before the catalogue began."""
    rows = item.versions.order_by("-version")
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day).first() or rows.last()


def item_named(typed: str) -> ServiceItem | None:
    """The one item in use whose whole name (or code) this is."""
    typed = tidy(typed)
    if not typed:
        return None
    found = list(ServiceItem.objects.filter(Q(name=typed) | Q(code=typed.upper()), active=True)[:2])
    return found[0] if len(found) == 1 else None


def names() -> list[tuple[int, str, str]]:
    """(id, name, unit) of the items in use, for suggestions while somebody types; open to everybody, as guides are."""
    rows = ServiceItem.objects.filter(active=True).order_by("code").values_list("pk", "name", "unit__short_name")
    return list(rows[:MOST_NAMES])


@dataclass(frozen=True)
class Guess:
    """An item that somebody may mean, and the words that say so."""

    item: ServiceItem
    words: tuple[str, ...]


def guesses(text: str, limit: int = 3) -> list[Guess]:
    """Items in use that share most words with what was said; an item is likelier the more of its name is said. One query."""
    said = {word[:40] for word in words(text)}
    if not said:
        return []
    rows = ServiceItem.objects.filter(active=True, terms__overlap=sorted(said)).order_by("code")[:GUESSED_FROM]
    scored = []
    for item in rows:
        shared = tuple(term for term in item.terms if term in said and len(term) > 1)
        if shared:
            scored.append((sum(map(len, shared)) / sum(map(len, item.terms)), len(shared), item, shared))
    scored.sort(key=lambda one: (-one[0], -one[1], one[2].code))
    return [Guess(item, shared) for _share, _n, item, shared in scored[:limit]]


def version_now(item: ServiceItem) -> ItemVersion | None:
    """What is asked of people today."""
    return version_on(item, clock.today())


def guide_of(matter: WindowMatter | None) -> ItemVersion | None:
    """办事指南 that a matter was refused under, its steps and papers in order; None while its item is not known."""
    return in_order(matter.version) if matter is not None and matter.version is not None else None


def guide(typed: str) -> ItemVersion | None:
    """办事指南 of the item with this very name, as it is in force today; for the asker's page too. Three queries."""
    item = item_named(typed)
    version = version_on(item, clock.today()) if item else None
    return in_order(version) if version else None


# --- before and after ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """One number of the guide before and after a change; None where the guide does not say."""

    label: str
    unit: str
    before: Decimal | int | None
    after: Decimal | int | None

    @property
    def change(self) -> Decimal | int | None:
        """After less before."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def better(self) -> bool:
        """It asks less of people."""
        return self.change is not None and self.change < 0

    @property
    def worse(self) -> bool:
        """It asks more."""
        return self.change is not None and self.change > 0


def measures(before: ItemVersion, after: ItemVersion) -> list[Measure]:
    """环节、材料、时限、跑动、收费 side by side (W5; 优化营商环境条例 35: fewer steps, papers and days)."""
    return [
        Measure("环节", "个", before.step_count, after.step_count),
        Measure("材料", "样", before.paper_count, after.paper_count),
        Measure("要自己带的材料", "样", carried(before), carried(after)),
        Measure("法定时限", "个工作日", before.legal_days, after.legal_days),
        Measure("承诺时限", "个工作日", before.promised_days, after.promised_days),
        Measure("到现场", "次", before.trips, after.trips),
        Measure("收费", "元", before.fee, after.fee),
    ]


def carried(version: ItemVersion) -> int:
    """Papers that people have to bring because nobody fetches them."""
    return sum(not paper.shared for paper in version.papers.all())


def squeezed(version: ItemVersion) -> int | None:
    """承诺时限压缩率 in percent: (legal − promised) ÷ legal (domain sheet 3.3); None when one is not said."""
    if not version.legal_days or version.promised_days is None:
        return None
    return round(100 * (version.legal_days - version.promised_days) / version.legal_days)


def matter_counts(item_ids: Sequence[int]) -> dict[int, int]:
    """How many matters there are of each item; one query."""
    rows = ServiceItem.objects.filter(pk__in=item_ids).annotate(n=Count("matters")).values_list("pk", "n")
    return dict(rows)


def _on(day: date) -> QuerySet[ItemVersion]:
    return ItemVersion.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


def _require_reader(viewer: Viewer) -> None:
    if not any(viewer.can(may) for may in READERS):
        raise NotVisible
