"""Units, amounts and moments: what a person types ("5wd", "2026-04-15T09:30") and what the clocks work with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from operator import index
from typing import SupportsIndex

from worktime.days import WEEKDAY_NAMES
from worktime.errors import BadAmount, BadDate

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept UTC+8 without summer time since 1992, so a fixed offset is exact for every day of the table."""

END_OF_DAY = timedelta(days=1) - timedelta(microseconds=1)
MOST = 1_000_000


class Unit(StrEnum):
    """The clocks. Months follow 民法典 art. 202; hours and minutes run in real time, nights and holidays included."""

    WORKING_DAY = "wd"
    WORKING_HOUR = "wh"
    CALENDAR_DAY = "cd"
    MONTH = "m"
    HOUR = "h"
    MINUTE = "min"

    @property
    def by_day(self) -> bool:
        """True for units whose deadline is a date (it ends with that day)."""
        return self in DAY_UNITS

    @property
    def words(self) -> str:
        """The unit after a number, in Chinese."""
        return UNIT_WORDS[self]


DAY_UNITS = frozenset({Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH})
UNIT_WORDS = {
    Unit.WORKING_DAY: "个工作日",
    Unit.WORKING_HOUR: "个工作小时",
    Unit.CALENDAR_DAY: "个自然日",
    Unit.MONTH: "个月",
    Unit.HOUR: "小时",
    Unit.MINUTE: "分钟",
}
SPELLINGS = {
    **{unit.value: unit for unit in Unit},
    "工作日": Unit.WORKING_DAY,
    "个工作日": Unit.WORKING_DAY,
    "工作小时": Unit.WORKING_HOUR,
    "个工作小时": Unit.WORKING_HOUR,
    "日": Unit.CALENDAR_DAY,
    "天": Unit.CALENDAR_DAY,
    "自然日": Unit.CALENDAR_DAY,
    "个自然日": Unit.CALENDAR_DAY,
    "月": Unit.MONTH,
    "个月": Unit.MONTH,
    "小时": Unit.HOUR,
    "个小时": Unit.HOUR,
    "分钟": Unit.MINUTE,
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time with its unit, for example 5 working days. ``str()`` gives back "5wd"."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number}{self.unit.value}"

    @property
    def words(self) -> str:
        """The amount in Chinese: 5 个工作日."""
        return f"{self.number} {self.unit.words}"


def parse_amount(text: str) -> Amount:
    """Read "5wd", "15cd", "24h", "8wh", "2m", "30min" or the Chinese spellings ("5个工作日"). Raises BadAmount."""
    match = re.fullmatch(r"([0-9０-９]{1,7})\s*([a-z]+|[日天月]|[\u4e00-\u9fff]{2,5})", text.strip().lower())
    unit = SPELLINGS.get(match[2]) if match else None
    if match is None or unit is None:
        raise BadAmount(
            f"“{text}”不是时限，请写数字加单位：5wd（工作日）、15cd（自然日）、8wh（工作小时）、24h（小时）、"
            "30min（分钟）或 2m（月）。"
        )
    return Amount(checked_amount(int(match[1])), unit)


def checked_amount(number: SupportsIndex) -> int:
    """The number as an int when it can be a limit (1 … 1 000 000). Raises BadAmount."""
    try:
        whole = index(number)
    except TypeError as error:
        raise BadAmount(f"时限必须是整数，现在是 {number}。") from error
    if not 0 < whole <= MOST:
        raise BadAmount(f"时限必须是 1 至 {MOST} 之间的整数，现在是 {whole}。")
    return whole


def unit_of(unit: Unit | str) -> Unit:
    """The unit for its code ("wd"). Raises BadAmount."""
    try:
        return Unit(unit)
    except ValueError as error:
        raise BadAmount(f"“{unit}”不是时限单位，单位只有 {'、'.join(Unit)}。") from error


def parse_moment(text: str) -> date | datetime:
    """Read "2026-04-15" (a date) or "2026-04-15T09:30" / "2026-04-15 09:30" (a moment, Shanghai time unless it says).

    Raises BadDate.
    """
    cleaned = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cleaned):
            return date.fromisoformat(cleaned)
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", cleaned):
            return moment(datetime.fromisoformat(cleaned))
    except ValueError as error:
        raise BadDate(f"“{text}”不是日历上有的日期或时刻，请写成 2026-04-15 或 2026-04-15T09:30。") from error
    raise BadDate(f"“{text}”不是日期，请写成 2026-04-15 或 2026-04-15T09:30。")


def moment(value: date | datetime) -> datetime:
    """The value as a moment in Shanghai time: a naive datetime is taken as Shanghai, a date as its first instant."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value.astimezone(SHANGHAI)
    return datetime(value.year, value.month, value.day, tzinfo=SHANGHAI)


def end_of_day(on: date) -> datetime:
    """The last microsecond of the day: a deadline by days ends at 24:00 (民法典 art. 203)."""
    return moment(on) + END_OF_DAY


def day_words(on: date) -> str:
    """2026-04-24（星期五）."""
    return f"{on.isoformat()}（{WEEKDAY_NAMES[on.weekday()]}）"


def moment_words(at: datetime) -> str:
    """2026-04-24（星期五）18:00, with seconds only when there are any."""
    return f"{day_words(at.date())}{at.time().isoformat(_precision(at))}"


def moment_iso(at: datetime) -> str:
    """2026-04-24T18:00+08:00, with seconds only when there are any."""
    return at.isoformat(timespec=_precision(at))


def _precision(at: datetime) -> str:
    return "seconds" if at.second or at.microsecond else "minutes"
