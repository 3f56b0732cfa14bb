"""作息时间: the hours that count for limits by the working hour."""

from datetime import date, time

from django.db import transaction

from tongti.deadlines.errors import HoursTaken
from tongti.deadlines.models import OfficeHours
from tongti.deadlines.queries import forget_calendar
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from worktime import HoursTable, WorktimeError


@transaction.atomic
def set_office_hours(
    *, name: str, since: tuple[int, int], spans: str, source: str, verified: bool = False, by: Viewer
) -> OfficeHours:
    """Enter the hours worked from (month, day) on, ``spans`` as 08:00-12:00 15:00-18:00.

    Limits that were computed keep the hours they were computed with. Raises NotAllowed, BadInput, HoursTaken.
    """
    by.require(May.ADMINISTER)
    if not name.strip() or not source.strip():
        raise BadInput("source", "请写明名称和依据（通知的标题和文号）。")
    table = _table(name.strip(), since, spans)
    taken = OfficeHours.objects.filter(since_month=since[0], since_day=since[1]).first()
    if taken:
        raise HoursTaken(since=f"{since[0]} 月 {since[1]} 日", name=taken.name)
    row = OfficeHours.objects.create(
        name=table.name,
        since_month=since[0],
        since_day=since[1],
        spans=table.to_dict()["spans"],
        source=source.strip(),
        verified=verified,
    )
    trail.record("office_hours.entered", row, by=by, facts={"since": list(since), "spans": row.spans}, first=True)
    _invalidate()
    return row


@transaction.atomic
def remove_office_hours(*, office_hours: OfficeHours, by: Viewer) -> None:
    """Take hours out again. Raises NotAllowed, Raced."""
    by.require(May.ADMINISTER)
    since = [office_hours.since_month, office_hours.since_day]
    trail.record("office_hours.removed", office_hours, by=by, facts={"since": since})
    if not OfficeHours.objects.filter(pk=office_hours.pk).delete()[0]:
        raise Raced
    _invalidate()


def _table(name: str, since: tuple[int, int], spans: str) -> HoursTable:
    try:
        date(2000, *since)
    except ValueError as error:
        raise BadInput("since_day", f"没有 {since[0]} 月 {since[1]} 日这一天。") from error
    parts = spans.replace("—", "-").replace("–", "-").replace("：", ":").replace("，", " ").replace(",", " ").split()
    try:
        edges = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in (part.split("-") for part in parts))
    except ValueError as error:
        raise BadInput("spans", "时段请写成 08:00-12:00 15:00-18:00，段与段之间空一格。") from error
    try:
        return HoursTable(edges, since, name)
    except WorktimeError as error:
        raise BadInput("spans", str(error)) from error


def _invalidate() -> None:
    forget_calendar()
    transaction.on_commit(forget_calendar)
