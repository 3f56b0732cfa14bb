"""Entering a holiday notice by hand or from a file: rows of a table in, one checked ``Notice`` out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import StringIO

from worktime.days import DayRule, DayState, Half, Notice, Source
from worktime.errors import BadNotice
from worktime.tables import each_day

COLUMNS = ("日期", "至", "安排", "名称")
LONGEST = 31
ARRANGEMENTS: dict[str, tuple[DayState, Half | None]] = {
    "放假": (DayState.OFF, None),
    "上班": (DayState.WORK, None),
    "上午上班": (DayState.HALF, Half.MORNING),
    "下午上班": (DayState.HALF, Half.AFTERNOON),
}


def notice_from_rows(rows: Iterable[Mapping[str, str]], *, region: str, year: int, source: Source) -> Notice:
    """A notice from the rows of a form: 日期, 至 (may be empty), 安排 (放假, 上班, 上午上班, 下午上班), 名称.

    Days may reach from December before to January after ``year``, as real notices do. Raises BadNotice with the
    number of the row (the first row of data is 1) and what to put right.
    """
    days: list[DayRule] = []
    for number, row in enumerate(rows, start=1):
        days.extend(_rules(number, row, year, source))
    if not days:
        raise BadNotice("通知里一天都没有，请至少写一行。")
    return Notice(region, year, source, tuple(days))


def notice_from_csv(text: str, *, region: str, year: int, source: Source) -> Notice:
    """A notice from a CSV file with the heads 日期,至,安排,名称 (a byte order mark is fine). Raises BadNotice."""
    reader = csv.DictReader(StringIO(text.lstrip("\ufeff")))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise BadNotice(f"文件第一行要有这几列：{'，'.join(COLUMNS)}；缺少：{'，'.join(missing)}。")
    return notice_from_rows(reader, region=region, year=year, source=source)


def _rules(number: int, row: Mapping[str, str], year: int, source: Source) -> Iterator[DayRule]:
    first = _date(number, row.get("日期"))
    last = _date(number, row.get("至")) if (row.get("至") or "").strip() else first
    if not 0 <= (last - first).days < LONGEST:
        raise BadNotice(f"第 {number} 行：从 {first} 至 {last} 不对，止日要在起日之后，一段不超过 {LONGEST} 天。")
    if first < date(year - 1, 12, 1) or last > date(year + 1, 1, 31):
        raise BadNotice(f"第 {number} 行：{first} 至 {last} 不在 {year} 年的放假安排里，请核对年份。")
    arrangement = (row.get("安排") or "").strip()
    if arrangement not in ARRANGEMENTS:
        raise BadNotice(f"第 {number} 行：安排“{arrangement}”看不懂，请写{'、'.join(ARRANGEMENTS)}中的一个。")
    name = (row.get("名称") or "").strip()
    if not name:
        raise BadNotice(f"第 {number} 行：没有写名称，例如“春节”或“国庆节调休”。")
    state, half = ARRANGEMENTS[arrangement]
    for on in each_day(first, last):
        yield DayRule(on, state, name, source, half)


def _date(number: int, text: str | None) -> date:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError as error:
        raise BadNotice(f"第 {number} 行：“{text or ''}”不是日期，请写成 2027-02-05。") from error
