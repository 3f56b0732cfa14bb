"""Working hours: several spans a day, different ones in summer and winter, and half days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from typing import Any

from worktime.calendars import LENGTH, Calendar
from worktime.days import Evidence, Half, Source
from worktime.errors import BadHours, OutOfRange, WorktimeError

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class HoursTable:
    """The spans worked on a full day, and the part of the year they hold.

    ``since`` is (month, day); the table holds from then until the next table begins, round the end of the year.
    """

    spans: tuple[tuple[time, time], ...]
    since: tuple[int, int] = (1, 1)
    name: str = ""

    def __post_init__(self) -> None:
        flat = [edge for span in self.spans for edge in span]
        if not flat or any(later <= earlier for earlier, later in pairwise(flat)):
            raise BadHours(f"作息时间“{self.name or '未命名'}”的时段要按先后写，不能为空，也不能重叠。")
        try:
            date(2000, *self.since)
        except ValueError as error:
            raise BadHours(f"作息时间“{self.name or '未命名'}”的起用日期 {self.since} 不存在。") from error

    def to_dict(self) -> dict[str, Any]:
        """JSON form; ``from_dict`` reads it back."""
        spans = [[edge.isoformat("minutes") for edge in span] for span in self.spans]
        return {"spans": spans, "since": list(self.since), "name": self.name}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> HoursTable:
        """Read the JSON form. Raises BadHours."""
        try:
            spans = tuple((time.fromisoformat(first), time.fromisoformat(last)) for first, last in raw["spans"])
            month, day = (int(part) for part in raw["since"])
            name = str(raw.get("name", ""))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadHours("作息时间读不出来，时段请写成 08:00-12:00，起用日期请写几月几日。") from error
        return cls(spans, (month, day), name)


@dataclass(frozen=True, slots=True)
class WorkHours:
    """All tables of a place, where they come from, and the time of day at which a half day is cut."""

    tables: tuple[HoursTable, ...]
    source: Source
    midday: time = time(12, 0)

    def __post_init__(self) -> None:
        if not self.tables:
            raise BadHours("至少要有一张作息时间表。")
        if len({table.since for table in self.tables}) != len(self.tables):
            raise BadHours("两张作息时间表从同一天起用，请只留一张。")

    def table_on(self, on: date) -> HoursTable:
        """The table that holds on a date: the last one begun this year, or last year's last one."""
        begun = [table for table in self.tables if table.since <= (on.month, on.day)]
        return max(begun or self.tables, key=lambda table: table.since)

    def spans_on(self, on: date, half: Half | None = None) -> tuple[tuple[int, int], ...]:
        """Worked spans of a working day as microseconds since midnight; a half day is cut at ``midday``."""
        first = _microseconds(self.midday) if half is Half.AFTERNOON else 0
        last = _microseconds(self.midday) if half is Half.MORNING else DAY
        spans = ((max(_microseconds(a), first), min(_microseconds(b), last)) for a, b in self.table_on(on).spans)
        return tuple((a, b) for a, b in spans if a < b)

    def to_dict(self) -> dict[str, Any]:
        """JSON form; ``from_dict`` reads it back."""
        tables = [table.to_dict() for table in self.tables]
        return {"tables": tables, "source": self.source.to_dict(), "midday": self.midday.isoformat("minutes")}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> WorkHours:
        """Read the JSON form. Raises BadHours, BadNotice (its source)."""
        try:
            tables = tuple(HoursTable.from_dict(one) for one in raw["tables"])
            midday = time.fromisoformat(raw.get("midday", "12:00"))
            source = Source.from_dict(raw["source"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, WorktimeError):
                raise
            raise BadHours("作息时间读不出来。") from error
        return cls(tables, source, midday)


SAMPLE_HOURS = WorkHours(
    (HoursTable(((time(8), time(12)), (time(15), time(18))), name="样例"),),
    Source("作息时间样例（广西夏令，各地请按本地通知改）", evidence=Evidence.UNVERIFIED),
)
"""08:00–12:00 and 15:00–18:00 all the year: a sample to be replaced by the local notice, and marked so."""


def _microseconds(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * SECOND + at.microsecond


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Every worked span of a calendar, as microseconds since the table's first midnight, with running totals."""

    starts: list[int] = field(repr=False)
    ends: list[int] = field(repr=False)
    done_before: list[int] = field(repr=False)
    done_after: list[int] = field(repr=False)

    def worked_until(self, at: int) -> int:
        """Microseconds worked from the beginning of the table until ``at``."""
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return 0
        return self.done_before[place] + min(at, self.ends[place]) - self.starts[place]

    def between(self, after: int, upto: int) -> int:
        """Microseconds worked from ``after`` to ``upto``."""
        return self.worked_until(upto) - self.worked_until(after)

    def advance(self, after: int, amount: int) -> int:
        """The earliest instant at which ``amount`` more microseconds have been worked; 0 stays. Raises OutOfRange."""
        if amount == 0:
            return after
        target = self.worked_until(after) + amount
        place = bisect_left(self.done_after, target)
        if place == len(self.done_after):
            raise OutOfRange("算出的时刻超出了日历范围，请检查时限是不是写得太长。")
        return self.starts[place] + target - self.done_before[place]


@lru_cache(maxsize=32)
def working_time(calendar: Calendar, hours: WorkHours) -> WorkingTime:
    """The worked spans of a calendar under a set of hours; built once (about 0.1 s) and kept."""
    starts: list[int] = []
    ends: list[int] = []
    for index in range(LENGTH):
        if not calendar.works[index]:
            continue
        rule = calendar.rules.get(index)
        for first, last in hours.spans_on(calendar.date_at(index), rule.half if rule else None):
            starts.append(index * DAY + first)
            ends.append(index * DAY + last)
    done_before: list[int] = []
    done_after: list[int] = []
    total = 0
    for first, last in zip(starts, ends, strict=True):
        done_before.append(total)
        total += last - first
        done_after.append(total)
    return WorkingTime(starts, ends, done_before, done_after)
