"""Local days: entered and taken out again."""

from datetime import date

from django.db import transaction

from tongti.deadlines.errors import DayTaken
from tongti.deadlines.models import SpecialDay
from tongti.deadlines.queries import calendar, forget_calendar
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from worktime import WorktimeError


@transaction.atomic
def set_special_day(*, day: date, state: str, name: str, source: str, by: Viewer) -> SpecialDay:
    """Enter one local day. Due dates already told to anybody stay; new ones use it. Raises BadInput, DayTaken."""
    by.require(May.ADMINISTER)
    if state not in SpecialDay.State.values:
        raise BadInput("state", "请选上班、放假或半天。")
    if not name.strip() or not source.strip():
        raise BadInput("source", "请写明名称和依据（通知的标题和文号）。")
    try:
        calendar().index(day)
    except WorktimeError as error:
        raise BadInput("day", str(error)) from error
    taken = SpecialDay.objects.filter(day=day).first()
    if taken:
        raise DayTaken(day=day.isoformat(), name=taken.name)
    row = SpecialDay.objects.create(day=day, state=state, name=name.strip(), source=source.strip())
    trail.record("special_day.entered", row, by=by, facts={"day": day.isoformat(), "state": state}, first=True)
    _invalidate()
    return row


@transaction.atomic
def remove_special_day(*, special_day: SpecialDay, by: Viewer) -> None:
    """Take a local day out again. Raises Raced."""
    by.require(May.ADMINISTER)
    trail.record("special_day.removed", special_day, by=by, facts={"day": special_day.day.isoformat()})
    deleted, _rows = SpecialDay.objects.filter(pk=special_day.pk).delete()
    if not deleted:
        raise Raced
    _invalidate()


def _invalidate() -> None:
    forget_calendar()  # this transaction already counts with the new day
    transaction.on_commit(forget_calendar)  # and whoever read in between forgets the old one
