"""Rulers and pauses: how long a run of time is in one unit, and where a given length ends.

Positions are whole numbers: day indexes for units by day, microseconds since the table's first midnight for the rest.
``between(a, b)`` measures the half-open run (a, b], so adjoining runs add up; ``advance(a, n)`` is the earliest
position at which ``n`` units have passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from worktime.amounts import SHANGHAI, Unit, moment, moment_words
from worktime.calendars import FIRST_DAY, FIRST_ORDINAL, Calendar
from worktime.errors import BadPause
from worktime.hours import WorkHours, working_time

EPOCH = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=SHANGHAI)
MICROSECOND = timedelta(microseconds=1)
Run = tuple[int, int]


class Ruler(Protocol):
    """Measures time in one unit."""

    def between(self, after: int, upto: int) -> int:
        """Units in (after, upto]."""

    def advance(self, after: int, amount: int) -> int:
        """Earliest position with ``amount`` units after ``after``."""


class PlainRuler:
    """Every position counts: calendar days, or real time."""

    def between(self, after: int, upto: int) -> int:
        """The plain difference."""
        return upto - after

    def advance(self, after: int, amount: int) -> int:
        """The plain sum."""
        return after + amount


class WorkingDayRuler:
    """Only working days count."""

    __slots__ = ("advance", "between")

    def __init__(self, calendar: Calendar) -> None:
        self.between = calendar.count_between
        self.advance = calendar.advance


PLAIN = PlainRuler()


def ruler_for(unit: Unit, calendar: Calendar, hours: WorkHours) -> Ruler:
    """The ruler of a unit. Months are measured in calendar days once their last day is known."""
    if unit is Unit.WORKING_DAY:
        return WorkingDayRuler(calendar)
    if unit is Unit.WORKING_HOUR:
        return working_time(calendar, hours)
    return PLAIN


@dataclass(frozen=True, slots=True)
class Pause:
    """A stop of the clock with its reason, for example 征求第三方意见 (政府信息公开条例 art. 32: not counted).

    ``end`` is None while the clock still stands. For units by day the day of the stop has still run and the day of
    resumption does not count, like a first day (民法典 art. 201): the days in (start, end] are left out.
    """

    start: datetime
    end: datetime | None
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", moment(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", moment(self.end))
            if self.end < self.start:
                raise BadPause(f"暂停的恢复时间 {moment_words(self.end)} 早于开始时间 {moment_words(self.start)}。")
        if not self.reason.strip():
            raise BadPause("暂停计时要写明理由。")

    def to_dict(self) -> dict[str, str]:
        """JSON form; an open pause has an empty end."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat() if self.end else "",
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, str]) -> Pause:
        """Read the JSON form back. Raises BadPause."""
        try:
            start = datetime.fromisoformat(raw["start"])
            end = datetime.fromisoformat(raw["end"]) if raw.get("end") else None
            reason = str(raw["reason"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadPause("暂停的记录不完整，读不出来。") from error
        return cls(start, end, reason)


def pause_run(pause: Pause, now: datetime | None, by_day: bool) -> Run:
    """One pause as a run of positions (first, last]; an open one is taken to end at ``now``. Raises BadPause."""
    end = pause.end or now
    if end is None:
        raise BadPause("计时还在暂停，要给出现在的时间才能算出（如果现在恢复）到期日。")
    return position(pause.start, by_day), position(max(end, pause.start), by_day)


def closed_runs(pauses: Iterable[Pause], now: datetime | None, by_day: bool) -> list[Run]:
    """All pauses as sorted, merged runs. Raises BadPause when one is open and ``now`` was not given."""
    merged: list[Run] = []
    for first, last in sorted(pause_run(pause, now, by_day) for pause in pauses):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def position(at: date | datetime, by_day: bool) -> int:
    """A moment as a whole number: its day index, or microseconds since the table's first midnight."""
    if by_day:
        local = moment(at) if isinstance(at, datetime) else at
        return local.toordinal() - FIRST_ORDINAL
    return (moment(at) - EPOCH) // MICROSECOND


def run_out(ruler: Ruler, start: int, amount: int, runs: Sequence[Run]) -> int:
    """Where ``amount`` units end when the clock stands during ``runs`` (sorted, merged)."""
    here = start
    for first, last in runs:
        if last <= here:
            continue
        room = ruler.between(here, max(first, here))
        if room >= amount:
            break
        amount -= room
        here = last
    return ruler.advance(here, amount)


def run_length(ruler: Ruler, start: int, end: int, runs: Sequence[Run]) -> int:
    """Units that ran from ``start`` to ``end``, without the time in ``runs``; 0 when ``end`` is not after ``start``."""
    if end <= start:
        return 0
    length = ruler.between(start, end)
    for first, last in runs:
        a, b = max(first, start), min(last, end)
        if a < b:
            length -= ruler.between(a, b)
    return length
