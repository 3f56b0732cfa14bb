"""Deadlines: when a clock runs out, how much of it is used, and what is left. Whole numbers only, nothing rounded.

A deadline by days ends with its last day (24:00, 民法典 art. 203); one by hours ends at an instant.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from worktime.amounts import (
    Amount,
    Unit,
    checked_amount,
    end_of_day,
    moment,
    parse_amount,
    parse_moment,
    unit_of,
)
from worktime.calendars import Calendar
from worktime.clocks import EPOCH, MICROSECOND, Pause, Ruler, Run, closed_runs, position, ruler_for, run_length, run_out
from worktime.errors import BadRecord, OutOfRange
from worktime.hours import MINUTE, SAMPLE_HOURS, SECOND, WorkHours

STEP = {
    Unit.WORKING_DAY: 1,
    Unit.CALENDAR_DAY: 1,
    Unit.WORKING_HOUR: 60 * MINUTE,
    Unit.HOUR: 60 * MINUTE,
    Unit.MINUTE: MINUTE,
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The answer of ``deadline``, with every input it was computed from.

    ``due_on``: last day. ``due_at``: last instant (in time while now <= due_at). ``nominal_on``: last day before
    rolling off holidays. ``provisional``: a day that was looked at still waits for its notice. ``paused``: a pause is
    open, so the dates hold only if the clock resumes at ``now``.
    """

    start: date | datetime
    amount: Amount
    due_on: date
    due_at: datetime
    nominal_on: date
    provisional: bool
    paused: bool
    count_start: bool
    roll_over: bool
    pauses: tuple[Pause, ...]
    now: datetime | None
    calendar: Calendar
    hours: WorkHours

    @property
    def calendar_version(self) -> str:
        """Version of the day table used; store it beside the date."""
        return self.calendar.version

    @property
    def rolled(self) -> bool:
        """True when the last day fell on a day off and moved to the next working day."""
        return self.due_on != self.nominal_on

    @property
    def first(self) -> int:
        """The position after which the clock counts: the start, or the day before it when the start counts."""
        by_day = self.amount.unit.by_day
        return position(self.start, by_day) - (1 if by_day and self.count_start else 0)

    def runs(self) -> list[Run]:
        """Positions at which the clock stood."""
        return closed_runs(self.pauses, self.now, self.amount.unit.by_day)

    def ruler(self) -> Ruler:
        """The ruler of this deadline's unit."""
        return ruler_for(self.amount.unit, self.calendar, self.hours)

    def to_dict(self) -> dict[str, Any]:
        """JSON record of inputs and result, to be stored with the explanation."""
        return {
            "start": self.start.isoformat(),
            "amount": str(self.amount),
            "count_start": self.count_start,
            "roll_over": self.roll_over,
            "pauses": [pause.to_dict() for pause in self.pauses],
            "now": self.now.isoformat() if self.now else "",
            "hours": self.hours.to_dict() if self.amount.unit is Unit.WORKING_HOUR else None,
            "region": self.calendar.region,
            "calendar_version": self.calendar_version,
            "due_on": self.due_on.isoformat(),
            "due_at": self.due_at.isoformat(),
            "nominal_on": self.nominal_on.isoformat(),
            "provisional": self.provisional,
            "paused": self.paused,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any], calendar: Calendar, *, now: date | datetime | None = None) -> Deadline:
        """Compute again, under ``calendar``, what ``to_dict`` recorded: the inputs decide, the stored result does not.

        ``now`` replaces the recorded one; it is needed while a pause is open. Raises BadRecord and what ``deadline`` does.
        """
        try:
            amount = parse_amount(raw["amount"])
            start = parse_moment(raw["start"])
            pauses = tuple(Pause.from_dict(one) for one in raw["pauses"])
            hours = WorkHours.from_dict(raw["hours"]) if raw.get("hours") else SAMPLE_HOURS
            count_start, roll_over = bool(raw["count_start"]), bool(raw["roll_over"])
            recorded = parse_moment(raw["now"]) if raw.get("now") else None
        except (AttributeError, KeyError, TypeError) as error:
            raise BadRecord("这条期限的计算记录不完整，读不出来。") from error
        return deadline(
            start, amount.number, amount.unit, calendar, count_start=count_start, roll_over=roll_over,
            pauses=pauses, now=now or recorded, hours=hours,
        )  # fmt: skip


def deadline(
    start: date | datetime,
    amount: int,
    unit: Unit | str,
    calendar: Calendar,
    *,
    count_start: bool = False,
    roll_over: bool = True,
    pauses: Iterable[Pause] = (),
    now: date | datetime | None = None,
    hours: WorkHours = SAMPLE_HOURS,
) -> Deadline:
    """When ``amount`` units from ``start`` run out.

    ``start``: a date, or a moment (naive = Shanghai time); a date means its first instant for units by the hour.
    ``count_start``: the first day counts (only units by day; default no, 民法典 art. 201). ``roll_over``: a last day
    off moves to the next working day (only calendar days and months; default yes, art. 203). ``pauses``: the clock
    stands; ``now`` is needed while one is open. ``hours``: only for working hours.
    Raises BadAmount, BadPause, OutOfRange.
    """
    what = Amount(checked_amount(amount), unit_of(unit))
    stops = tuple(pauses)
    current = None if now is None else moment(now)
    begin = moment(start) if isinstance(start, datetime) else start
    calendar.index(begin)
    for edge in (edge for pause in stops for edge in (pause.start, pause.end) if edge is not None):
        calendar.index(edge)
    runs = closed_runs(stops, current, what.unit.by_day) if stops else []
    paused = any(pause.end is None for pause in stops)
    if what.unit.by_day:
        nominal, due, provisional = _by_day(begin, what, calendar, runs, count_start, roll_over)
        due_on = calendar.date_at(due)
        due_at = end_of_day(due_on)
        nominal_on = due_on if nominal == due else calendar.date_at(nominal)
    else:
        due_at, provisional = _by_time(begin, what, calendar, runs, hours)
        due_on = nominal_on = due_at.date()
    return Deadline(
        begin, what, due_on, due_at, nominal_on, provisional, paused, count_start, roll_over, stops, current,
        calendar, hours,
    )  # fmt: skip


def recompute(old: Deadline, calendar: Calendar) -> Deadline:
    """The same inputs under another calendar: the explicit action after a new notice."""
    return deadline(
        old.start, old.amount.number, old.amount.unit, calendar, count_start=old.count_start, roll_over=old.roll_over,
        pauses=old.pauses, now=old.now, hours=old.hours,
    )  # fmt: skip


def _by_day(
    begin: date, what: Amount, calendar: Calendar, runs: list[Run], count_start: bool, roll_over: bool
) -> tuple[int, int, bool]:
    """Nominal last day, last day, and whether a provisional day had a part in it."""
    first = position(begin, True) - (1 if count_start else 0)
    if what.unit is Unit.WORKING_DAY:
        due = run_out(ruler_for(what.unit, calendar, SAMPLE_HOURS), first, what.number, runs)
        return due, due, calendar.provisional_between(first, due) > 0
    length = what.number if what.unit is Unit.CALENDAR_DAY else _days_of_months(begin, what.number, count_start)
    nominal = run_out(ruler_for(what.unit, calendar, SAMPLE_HOURS), first, length, runs)
    calendar.date_at(nominal)
    if not roll_over:
        return nominal, nominal, False
    due = calendar.rolled(nominal)
    return nominal, due, calendar.provisional_between(nominal - 1, due) > 0


def _days_of_months(begin: date, months: int, count_start: bool) -> int:
    """Days from the first counted position to the last day of a period by months (民法典 art. 202).

    The last day is the same day of the last month, or that month's end when it is shorter. When the first day
    counts, the period ends the day before, unless the month was too short anyway.
    """
    years, month = divmod(begin.month - 1 + months, 12)
    if begin.year + years > 9999:
        raise OutOfRange("算出的日期超出了日历范围，请检查时限是不是写得太长。")
    month_end = monthrange(begin.year + years, month + 1)[1]
    last = date(begin.year + years, month + 1, min(begin.day, month_end))
    days = last.toordinal() - begin.toordinal()
    return days + 1 if count_start and begin.day > month_end else days


def _by_time(
    begin: date | datetime, what: Amount, calendar: Calendar, runs: list[Run], hours: WorkHours
) -> tuple[datetime, bool]:
    start = position(begin, False)
    end = run_out(ruler_for(what.unit, calendar, hours), start, what.number * STEP[what.unit], runs)
    try:
        due_at = EPOCH + end * MICROSECOND
    except OverflowError as error:
        raise OutOfRange("算出的时刻超出了日历范围，请检查时限是不是写得太长。") from error
    last = calendar.index(due_at)
    if what.unit is not Unit.WORKING_HOUR:
        return due_at, False
    return due_at, calendar.provisional_between(calendar.index(begin) - 1, last) > 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a clock has run at one moment, in whole ``measure``s ("day" or "second").

    ``used + left == total`` always; ``left`` is negative once the limit is passed. ``total`` includes days gained by
    rolling over. For working days only working days count, so on a weekend after the last day ``left`` is 0 and
    ``overdue`` is already True.
    """

    measure: str
    total: int
    used: int
    left: int
    overdue: bool
    paused: bool

    @property
    def percent(self) -> int:
        """Used part in whole percent, rounded down; passes 100 when overdue."""
        return self.used * 100 // self.total if self.total else 100


def progress(item: Deadline, at: date | datetime) -> Progress:
    """Reading of the clock at ``at`` (a date is read at the end of that day: the day counts as used)."""
    by_day = item.amount.unit.by_day
    when = moment(at) if isinstance(at, datetime) else end_of_day(at)
    here = position(when, by_day)
    item.calendar.index(when)
    ruler, runs, scale = item.ruler(), item.runs(), 1 if by_day else SECOND
    total = run_length(ruler, item.first, position(item.due_at, by_day), runs) // scale
    used_up = run_length(ruler, item.first, here, runs) // scale
    standing = any(pause.start <= when and (pause.end is None or when < pause.end) for pause in item.pauses)
    measure = "day" if by_day else "second"
    return Progress(measure, total, used_up, total - used_up, when > item.due_at, standing)


def used(item: Deadline, at: date | datetime) -> int:
    """Time used at a moment: days for units by day, seconds for the others, pauses left out."""
    return progress(item, at).used


def left(item: Deadline, at: date | datetime) -> int:
    """Time left at a moment, negative when overdue; same measure as ``used``."""
    return progress(item, at).left


def percentage(item: Deadline, at: date | datetime) -> int:
    """Used part in whole percent, rounded down."""
    return progress(item, at).percent


def left_reaches(item: Deadline, amount: int) -> datetime:
    """The earliest moment at which ``left`` is ``amount`` or less (days or seconds, as ``left`` counts).

    For units by day it is the midnight that begins a day, because a reading counts that day as used. A limit no
    longer than ``amount`` is there from its start.
    """
    by_day = item.amount.unit.by_day
    ruler, runs, scale = item.ruler(), item.runs(), 1 if by_day else SECOND
    total = run_length(ruler, item.first, position(item.due_at, by_day), runs)
    wanted = total - amount * scale
    begin = moment(item.start)
    if wanted <= 0:
        return begin
    place = run_out(ruler, item.first, wanted, runs)
    reached = moment(item.calendar.date_at(place)) if by_day else EPOCH + place * MICROSECOND
    return max(begin, reached)
