"""Reading what a notice would change, and what a recount has changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.core import signing

from tongti.deadlines.models import CalendarNotice, Recount, RecountLine
from tongti.deadlines.queries import calendar, calendar_with, notice_value
from tongti.deadlines.recounts import KEEPERS, Change, Reach, span_of
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer
from worktime import Calendar

PAGE = 30
SCANNED = 2_000
"""Rows looked at for one page of a preview; where nothing changes among them, the page says so and goes on from there."""


@dataclass(frozen=True)
class PreviewPage:
    """Some of what would change, in the order of the rows; ``next_cursor`` "" at the end."""

    rows: Sequence[Change]
    next_cursor: str


def _administers(viewer: Viewer) -> None:
    if not viewer.can(May.ADMINISTER):
        raise NotVisible


def entered_notices(viewer: Viewer) -> list[CalendarNotice]:
    """Drafts and notices in force that were entered here, newest year first. Raises NotVisible."""
    _administers(viewer)
    rows = CalendarNotice.objects.exclude(state=CalendarNotice.State.WITHDRAWN)
    return list(rows.select_related("entered_by").order_by("-year", "-pk")[:100])


def calendar_notice(viewer: Viewer, pk: int) -> CalendarNotice:
    """One entered notice. Raises NotVisible."""
    _administers(viewer)
    found = CalendarNotice.objects.select_related("entered_by").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def calendar_after(notice: CalendarNotice) -> Calendar:
    """The calendar as it would be: with a draft, or without a notice in force."""
    if notice.state == CalendarNotice.State.DRAFT:
        return calendar_with(more=[notice_value(notice)])
    return calendar_with(without=notice.pk)


def span_words(target: Calendar) -> str:
    """The days that ``target`` changes: ``2027-02-05 至 2027-10-09``; empty when it changes none."""
    span = span_of(target)
    return f"{span[0]} 至 {span[1]}" if span else ""


def preview(viewer: Viewer, target: Calendar | None = None, *, cursor: str = "") -> PreviewPage:
    """What would change under ``target`` (today's calendar when none is given), a page at a time; nothing is stored."""
    _administers(viewer)
    target = target or calendar()
    reach, found = Reach(calendar().version, span_of(target)), list[Change]()
    place, last = _read(cursor)
    scanned = 0
    kinds = list(KEEPERS)
    while place < len(kinds) and len(found) < PAGE and scanned < SCANNED:
        scan = KEEPERS[kinds[place]].scan(target, after=last, most=PAGE * 4, reach=reach)
        scanned += PAGE * 4
        shown = _whole_rows(scan.changes, PAGE - len(found))
        found += shown
        if len(shown) < len(scan.changes):
            # the page ends inside this lot: the next one begins after the last row shown
            last = found[-1].object_id
        elif scan.last is None:
            place, last = place + 1, 0
        else:
            last = scan.last
    more = place < len(kinds)
    return PreviewPage(_labelled(found), _write(place, last) if more else "")


def _whole_rows(changes: Sequence[Change], room: int) -> Sequence[Change]:
    """The first ``room`` changes, and the rest of those of the last row: a row is not torn between two pages."""
    end = min(room, len(changes))
    while 0 < end < len(changes) and changes[end].object_id == changes[end - 1].object_id:
        end += 1
    return changes[:end]


def _labelled(changes: Iterable[Change]) -> list[Change]:
    rows = list(changes)
    wanted: dict[str, list[int]] = defaultdict(list)
    for change in rows:
        wanted[change.kind].append(change.object_id)
    labels = {kind: KEEPERS[kind].labels(ids) for kind, ids in wanted.items() if kind in KEEPERS}
    return [replace(change, label=labels.get(change.kind, {}).get(change.object_id, "")) for change in rows]


def recounts(viewer: Viewer) -> list[Recount]:
    """The last recounts, newest first. Raises NotVisible."""
    _administers(viewer)
    return list(Recount.objects.select_related("by", "notice").order_by("-pk")[:20])


def recount(viewer: Viewer, pk: int) -> Recount:
    """One recount. Raises NotVisible."""
    _administers(viewer)
    found = Recount.objects.select_related("by", "notice").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def recount_of(viewer: Viewer, notice: CalendarNotice) -> Recount | None:
    """The last recount that entering or withdrawing this notice set going. Raises NotVisible."""
    _administers(viewer)
    return Recount.objects.filter(notice=notice).order_by("-pk").first()


def recount_lines(viewer: Viewer, done: Recount, *, cursor: str = "") -> tuple[list[Change], Page[RecountLine]]:
    """What a recount touched, a page at a time, with words for each row. Raises NotVisible."""
    _administers(viewer)
    page = page_of(RecountLine.objects.filter(recount=done), order=["id"], cursor=cursor, size=PAGE)
    return _labelled(_change(line) for line in page.rows), page


def _change(line: RecountLine) -> Change:
    return Change(line.kind, line.object_id, line.clock, line.old_at, line.new_at, line.by_day, line.outcome)


def _write(place: int, last: int) -> str:
    return signing.dumps([place, last], salt="preview")


def _read(cursor: str) -> tuple[int, int]:
    """A cursor that was tampered with starts from the beginning."""
    try:
        place, last = signing.loads(cursor, salt="preview") if cursor else (0, 0)
    except (signing.BadSignature, TypeError, ValueError):
        return 0, 0
    return int(place), int(last)
