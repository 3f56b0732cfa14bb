"""The working-day bar: one cell a working day, a gap for weekends and holidays, a tick on the day due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from worktime.amounts import moment
from worktime.calendars import Calendar
from worktime.tables import each_day


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
    shown = list(_working_days(first, final, calendar))
    ticks = [on for on, _ in shown if opening <= on <= last]
    tick = ticks[-1] if ticks and finish is None and last <= final else None
    return [
        DayCell(on, _phase(on, opening, last, current, finish), on == tick, gap, calendar.is_provisional(on))
        for on, gap in shown
    ]


def _working_days(first: date, final: date, calendar: Calendar) -> Iterator[tuple[date, str]]:
    """Working days with the name of the gap before each; the first has none."""
    names: list[str] = []
    started = False
    for on in each_day(first, final):
        if not calendar.is_working_day(on):
            names.append(calendar.day(on).name)
            continue
        named = dict.fromkeys(name for name in names if name != "周末") or dict.fromkeys(names)
        yield on, "、".join(named) if started else ""
        names, started = [], True


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
