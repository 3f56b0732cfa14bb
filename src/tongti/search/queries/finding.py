"""One box: everything that this viewer may see and that satisfies what she typed, kind by kind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tongti.cases.queries import may_search_phones, number_fault
from tongti.search import asking
from tongti.search.asking import Asked
from tongti.search.kinds import KINDS, Hit, Kind
from tongti.search.near import Reading, readings
from tongti.shared.capped import capped_page
from tongti.units.access import Viewer

FEW = 5
"""Lines of each kind on the first page."""
SIZE = 30
SHOWN_COUNT = 99


@dataclass(frozen=True)
class Group:
    """What one kind has: the lines of a page, and how many there are in all, in words (“99+” when it is more)."""

    code: str
    name: str
    hits: tuple[Hit, ...]
    count: str
    next_cursor: str = ""


@dataclass(frozen=True)
class Found:
    """All that was found. ``wrong`` was taken for ``right``; ``place`` and ``unit`` narrowed; ``fault`` says why nothing can be."""

    typed: str
    groups: tuple[Group, ...]
    wrong: str = ""
    right: str = ""
    place: str = ""
    unit: str = ""
    by_phone: bool = False
    fault: str = ""

    @property
    def total(self) -> int:
        """Lines on this page."""
        return sum(len(group.hits) for group in self.groups)

    @property
    def only(self) -> tuple[str, int] | None:
        """(kind, id) of the one thing that a whole number names."""
        exact = [(group.code, hit.pk) for group in self.groups for hit in group.hits if hit.field in ("编号", "题号")]
        return exact[0] if len(exact) == self.total == 1 else None


def find(viewer: Viewer, typed: str, *, kind: str = "", cursor: str = "", plain: bool = False) -> Found:
    """What she typed, as typed; when nothing is found, as it was probably meant. One ``kind`` page by page, or some of each.

    ``plain``: names of places and units do not narrow. Nothing is shown, counted or suggested that is not found among the rows
    that each kind's own policy lets her see.
    """
    asked = asking.read(typed, plain=plain)
    kinds = [one for one in KINDS.values() if viewer.can(one.may)]
    if asked.is_empty:
        return Found(asked.typed, tuple(Group(one.code, one.name, (), "0") for one in kinds), fault=_fault(asked))
    for reading in _all_readings(asked):
        groups = tuple(_group(viewer, one, reading.asked, shown=kind, cursor=cursor) for one in kinds)
        if any(group.count != "0" for group in groups):
            return Found(
                asked.typed,
                groups,
                wrong=reading.wrong,
                right=reading.right,
                place=reading.asked.place,
                unit=reading.asked.unit,
                by_phone=bool(reading.asked.phone),
            )
    return Found(asked.typed, groups, fault=_fault(asked))


def _all_readings(asked: Asked) -> Iterator[Reading]:
    """As typed; with the names of places and units as words; as it was probably meant."""
    yield Reading(asked, "", "")
    if asked.is_narrowed:
        plain = asking.read(asked.typed, plain=True)
        yield Reading(plain, "", "")
    yield from readings(asked if asked.chunks else replace(asked, chunks=tuple(asked.typed.split(" "))))


def _group(viewer: Viewer, kind: Kind, asked: Asked, *, shown: str, cursor: str) -> Group:
    rows = kind.rows(viewer, asked)
    if rows is None:
        return Group(kind.code, kind.name, (), "0")
    mine = shown == kind.code
    size = SIZE if mine else 0 if shown else FEW
    found = capped_page(rows, order=kind.order, cursor=cursor if mine else "", size=size)
    count = f"{SHOWN_COUNT}+" if found.many or found.count > SHOWN_COUNT else str(found.count)
    hits = tuple(kind.hits(viewer, found.page.rows, asked)) if found.page.rows else ()
    return Group(kind.code, kind.name, hits, count, found.page.next_cursor if mine else "")


def _fault(asked: Asked) -> str:
    """Why typed digits are no number, in words that help to ask again; "" when it is about words."""
    return number_fault(asked.typed) if asked.phone or asked.number else ""


__all__ = ["Found", "Group", "find", "may_search_phones"]
