"""Why a deadline is what it is: every day counted and every day skipped, the reason, and the document behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from worktime.amounts import Unit, day_words, moment_iso, moment_words
from worktime.calendars import Calendar
from worktime.clocks import pause_run, position, run_length
from worktime.days import NATIONAL, Day, Evidence, Source
from worktime.deadlines import Deadline
from worktime.hours import DAY, SECOND
from worktime.tables import each_day

CIVIL_CODE = Source("中华人民共和国民法典", "", date(2020, 5, 28), evidence=Evidence.CROSS_CHECKED)


class Kind(StrEnum):
    """What happened to a day in the count."""

    START = "start"
    COUNTED = "counted"
    SKIPPED = "skipped"
    PAUSED = "paused"
    ROLLED = "rolled"


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of the count. ``number`` is its place when counted; ``seconds`` is filled for working hours only."""

    on: str
    weekday: str
    kind: Kind
    number: int | None
    why: str
    source: str
    provisional: bool
    seconds: int | None = None

    @property
    def counted(self) -> bool:
        """True when the day (or part of it) was counted."""
        return self.kind is Kind.COUNTED

    def words(self) -> str:
        """The day as one Chinese sentence."""
        provisional = "（暂定）" if self.provisional else ""
        source = f"，见{self.source}" if self.source else ""
        return f"{self.on}（{self.weekday}）{self.why}{provisional}{source}"

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "on": self.on,
            "weekday": self.weekday,
            "kind": self.kind.value,
            "number": self.number,
            "why": self.why,
            "source": self.source,
            "provisional": self.provisional,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """A deadline told in Chinese. A plain value: store ``to_dict()`` beside the date, print ``sentences()`` later."""

    due: str
    summary: str
    lines: tuple[DayLine, ...]
    pauses: tuple[str, ...]
    basis: tuple[str, ...]
    warnings: tuple[str, ...]
    region: str
    calendar_version: str

    def sentences(self) -> list[str]:
        """Everything, one sentence a line, in reading order."""
        lines = [line.words() for line in self.lines]
        return [self.summary, *self.warnings, *self.pauses, *lines, *self.basis, f"日历版本：{self.calendar_version}"]

    def to_dict(self) -> dict[str, Any]:
        """JSON form: only strings, numbers, booleans, lists and objects."""
        return {
            "due": self.due,
            "summary": self.summary,
            "lines": [line.to_dict() for line in self.lines],
            "pauses": list(self.pauses),
            "basis": list(self.basis),
            "warnings": list(self.warnings),
            "region": self.region,
            "calendar_version": self.calendar_version,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Explanation:
        """Read the JSON form back, for printing what was stored."""
        lines = tuple(DayLine(**(line | {"kind": Kind(line["kind"])})) for line in raw["lines"])
        texts = {key: tuple(raw[key]) for key in ("pauses", "basis", "warnings")}
        return cls(**(raw | texts | {"lines": lines}))


def explain(item: Deadline) -> Explanation:
    """Explain a deadline. For hours and minutes in real time no days are listed: every moment counts."""
    due = item.due_on.isoformat() if item.amount.unit.by_day else moment_iso(item.due_at)
    return Explanation(
        due=due,
        summary=_summary(item),
        lines=tuple(_lines(item)),
        pauses=tuple(_pause_words(item)),
        basis=tuple(_basis(item)),
        warnings=tuple(_warnings(item)),
        region=item.calendar.region,
        calendar_version=item.calendar_version,
    )


def _summary(item: Deadline) -> str:
    if not item.amount.unit.by_day:
        begin = f"{day_words(item.start)}00:00（没有写时刻，按零时）"
        if isinstance(item.start, datetime):
            begin = moment_words(item.start)
        return f"从 {begin}起算，{item.amount.words}，到 {moment_words(item.due_at)} 到期。"
    counted = "当日计入" if item.count_start else "当日不计入"
    text = f"从 {day_words(_first_day(item))}起算，{counted}，{item.amount.words}，"
    text += f"到 {day_words(item.due_on)}当日结束时到期。"
    if item.rolled:
        text += f"原定 {day_words(item.nominal_on)}不上班，顺延到下一个工作日。"
    return text


def _first_day(item: Deadline) -> date:
    return item.start.date() if isinstance(item.start, datetime) else item.start


def _lines(item: Deadline) -> Iterator[DayLine]:
    unit = item.amount.unit
    if unit in (Unit.HOUR, Unit.MINUTE):
        return
    begin = _first_day(item)
    days = (item.calendar.day(on) for on in each_day(begin, item.due_on))
    yield from _hour_lines(item, days) if unit is Unit.WORKING_HOUR else _day_lines(item, begin, days)


def _day_lines(item: Deadline, begin: date, days: Iterator[Day]) -> Iterator[DayLine]:
    runs = item.runs()
    number = 0
    for day in days:
        here = position(day.on, True)
        if day.on == begin and not item.count_start:
            yield _line(day, Kind.START, None, "起算当日，不计入")
        elif day.on > item.nominal_on:
            why = f"{_skip_words(day)}，到期日继续顺延" if not day.works else "工作日，顺延到这一天"
            yield _line(day, Kind.ROLLED, None, why)
        elif any(first < here <= last for first, last in runs):
            yield _line(day, Kind.PAUSED, None, f"暂停计时：{_reasons(item, here - 1, here)}")
        elif item.amount.unit is Unit.WORKING_DAY and not day.works:
            yield _line(day, Kind.SKIPPED, None, f"{_skip_words(day)}，不计")
        else:
            number += 1
            yield _line(day, Kind.COUNTED, number, _count_words(item, day, number))


def _hour_lines(item: Deadline, days: Iterator[Day]) -> Iterator[DayLine]:
    ruler, runs = item.ruler(), item.runs()
    start, end = position(item.start, False), position(item.due_at, False)
    for day in days:
        midnight = position(day.on, False)
        first, last = max(start, midnight), min(end, midnight + DAY)
        seconds = run_length(ruler, first, last, runs) // SECOND
        if seconds:
            kind, why = Kind.COUNTED, f"计 {_clock_words(seconds)}"
        elif ruler.between(midnight, midnight + DAY) == 0:
            kind, why = Kind.SKIPPED, f"{_skip_words(day)}，不计"
        elif any(a < last and first < b for a, b in runs):
            kind, why = Kind.PAUSED, f"暂停计时：{_reasons(item, first, last)}"
        else:
            kind, why = Kind.SKIPPED, "不在工作时段内，不计"
        yield _line(day, kind, None, why, seconds)


def _line(day: Day, kind: Kind, number: int | None, why: str, seconds: int | None = None) -> DayLine:
    ordinary = day.name in ("工作日", "周末")
    source = "" if ordinary else day.source.words()
    return DayLine(day.on.isoformat(), day.weekday, kind, number, why, source, day.provisional, seconds)


def _count_words(item: Deadline, day: Day, number: int) -> str:
    if item.amount.unit is not Unit.WORKING_DAY:
        return f"第 {number} 天" + ("" if day.works else f"（{_skip_words(day)}，自然日照计）")
    if day.half is not None:
        return f"第 {number} 个工作日（{day.name}，半天也算一个工作日）"
    return f"第 {number} 个工作日" + ("" if day.name == "工作日" else f"（{day.name}，上班）")


def _skip_words(day: Day) -> str:
    return day.name if day.name == "周末" else f"{day.name}放假"


def _clock_words(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{hours} 小时" if hours else "", f"{minutes} 分" if minutes else "", f"{rest} 秒" if rest else ""]
    return " ".join(part for part in parts if part)


def _reasons(item: Deadline, first: int, last: int) -> str:
    """Reasons of the pauses that touch the run (first, last]."""
    by_day = item.amount.unit.by_day
    runs = ((pause.reason, *pause_run(pause, item.now, by_day)) for pause in item.pauses)
    return "；".join(dict.fromkeys(reason for reason, a, b in runs if a < last and first < b))


def _pause_words(item: Deadline) -> Iterator[str]:
    for pause in item.pauses:
        begin = moment_words(pause.start)
        if pause.end is None:
            yield f"{begin} 起暂停，理由：{pause.reason}。尚未恢复，以上日期是假定现在恢复。"
        else:
            yield f"{begin} 至 {moment_words(pause.end)} 暂停，理由：{pause.reason}。"


def _basis(item: Deadline) -> Iterator[str]:
    law = CIVIL_CODE.words()
    unit = item.amount.unit
    if not unit.by_day:
        yield f"依据：按小时计算的，从规定的时间起算（{law}第二百零一条第二款）。"
        if unit is Unit.WORKING_HOUR:
            yield f"作息时间：{item.hours.source.words()}。"
        return
    if not item.count_start:
        yield f"依据：开始的当日不计入，自下一日开始计算（{law}第二百零一条）。"
    if unit is Unit.MONTH:
        yield f"依据：按月计算的，到期月的对应日为最后一日，没有对应日的为月末日（{law}第二百零二条）。"
    if item.rolled:
        yield f"依据：最后一日是休假日的，以休假日结束的次日为最后一日（{law}第二百零三条第一款）。"
    yield f"依据：最后一日的截止时间为二十四时（{law}第二百零三条第二款）。"


def _warnings(item: Deadline) -> Iterator[str]:
    calendar = item.calendar
    if item.provisional:
        years = range(item.start.year, item.due_on.year + 1)
        for year in calendar.provisional_years(years.start, years.stop - 1):
            yield _provisional_words(calendar, year)
    if calendar.region != NATIONAL and not any(n.region != NATIONAL for n in calendar.notices):
        yield f"注意：日历里没有 {calendar.region} 的地方放假安排，只按全国安排计算。"
    if item.amount.unit is Unit.WORKING_HOUR and not item.hours.source.verified:
        yield "注意：作息时间没有核实，请按本地通知核对。"
    if item.paused:
        yield "注意：计时还在暂停，到期日会随恢复时间后移。"


def _provisional_words(calendar: Calendar, year: int) -> str:
    national = any(n.region == NATIONAL and n.year == year for n in calendar.notices)
    which, part = ("地方", "节日前后") if national else ("全国", "这一年")
    return f"注意：日历里没有 {year} 年的{which}放假通知，{part}的日期是暂定的，通知录入后可能变动。"
