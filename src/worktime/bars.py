"""The working-day bar: one cell a working day, a gap for weekends and holidays, a tick on the day due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from worktime.amounts import moment
from worktime.calendars import Calendar


class Phase(StrEnum):
    """Where a cell stands. ``OUTSIDE``: after the limit (or after the work was done), drawn empty on a shared axis."""

    PAST = "past"
    TODAY = "today"
    FUTURE = "future"
    OVER = "over"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class DayCell:
    """One working day of a bar. ``gap`` names what lies between the cell before and this one ("周末", "国庆节")."""

    on: date
    phase: Phase
    due: bool
    gap: str
    provisional: bool

    @property
    def gap_before(self) -> bool:
        """True when days off lie between the cell before and this one."""
        return bool(self.gap)

    @property
    def past(self) -> bool:
        """A day already used, within the limit."""
        return self.phase is Phase.PAST

    @property
    def today(self) -> bool:
        """Today, within the limit."""
        return self.phase is Phase.TODAY

    @property
    def future(self) -> bool:
        """A day still left."""
        return self.phase is Phase.FUTURE

    @property
    def over(self) -> bool:
        """A day used after the limit."""
        return self.phase is Phase.OVER

    @property
    def outside(self) -> bool:
        """A day of the shared axis that this limit does not reach."""
        return self.phase is Phase.OUTSIDE


def day_cells(
    start: date,
    due: date,
    today: date,
    calendar: Calendar,
    *,
    count_start: bool = False,
    done_on: date | None = None,
    axis: tuple[date, date] | None = None,
) -> list[DayCell]:
    """Cells of a bar from the first counted day to the day due, or to today when overdue.

    ``start`` is day 0 and has no cell unless ``count_start``. ``done_on`` ends the bar: later cells are outside.
    ``axis`` (first and last day) makes several bars share one axis. When the day due is not a working day, its tick
    stands on the last working day before it. Datetimes are read in Shanghai time. Raises OutOfRange.
    """
    begin, last, current = _day(start), _day(due), _day(today)
    finish = None if done_on is None else _day(done_on)
    end = current if finish is None else finish
    opening = begin if count_start else date.fromordinal(begin.toordinal() + 1)
    first, final = (_day(axis[0]), _day(axis[1])) if axis else (opening, max(last, end))
    shown = _working_days(calendar.index(first), calendar.index(final), calendar)
    ticks = [on for on, _, _ in shown if opening <= on <= last]
    tick = ticks[-1] if ticks and finish is None and last <= final else None
    return [
        DayCell(on, _phase(on, opening, last, current, finish), on == tick, gap, provisional)
        for on, gap, provisional in shown
    ]


def _working_days(first: int, final: int, calendar: Calendar) -> list[tuple[date, str, bool]]:
    """Working days of a run, each with the name of the gap before it (the first has none) and whether it is sure."""
    found: list[tuple[date, str, bool]] = []
    before = first - 1
    for index in calendar.working[calendar.before[first] : calendar.before[final + 1]]:
        gap = _gap_name(before, index, calendar) if found and index - before > 1 else ""
        found.append((calendar.date_at(index), gap, calendar.provisional_between(index - 1, index) > 0))
        before = index
    return found


def _gap_name(before: int, index: int, calendar: Calendar) -> str:
    """The holidays between two working days, or 周末 when there is none."""
    rules = (calendar.rules.get(place) for place in range(before + 1, index))
    return "、".join(dict.fromkeys(rule.name for rule in rules if rule is not None)) or "周末"


def _phase(on: date, opening: date, last: date, today: date, finish: date | None) -> Phase:
    end = today if finish is None else finish
    if on < opening:
        return Phase.OUTSIDE
    if on > last:
        return Phase.OVER if on <= end else Phase.OUTSIDE
    if finish is not None:
        return Phase.PAST if on <= finish else Phase.OUTSIDE
    if on == today:
        return Phase.TODAY
    return Phase.PAST if on < today else Phase.FUTURE


def _day(value: date) -> date:
    return moment(value).date() if isinstance(value, datetime) else value
