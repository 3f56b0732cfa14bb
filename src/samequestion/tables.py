"""Messages from .xlsx, .xls, .ods and .csv files, columns guessed when not told; groups to .csv."""

from __future__ import annotations

import csv
import gc
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from samequestion.errors import UnreadableTable, UnwritableResult
from samequestion.grouping import Grouping, Progress, group
from samequestion.model import Model
from samequestion.records import Message

_GUESSES: dict[str, tuple[str, ...]] = {
    "id": ("id", "编号", "留言编号", "工单编号", "工单号", "诉求编号", "受理编号", "序号"),
    "title": ("title", "标题", "留言主题", "主题", "工单标题", "诉求标题", "题目"),
    "body": ("body", "正文", "内容", "留言详情", "详情", "工单内容", "诉求内容", "描述", "text"),
    "at": ("at", "time", "时间", "留言时间", "受理时间", "创建时间", "来电时间", "日期", "date"),
    "asker": ("asker", "user", "用户", "留言用户", "诉求人", "来电人", "姓名", "联系电话", "电话"),
    "place": ("place", "地点", "乡镇", "街道", "地址", "区域", "所属乡镇", "村", "社区"),
}
_ALIASES = {"time": "at", "user": "asker", "text": "body"}
_USUAL = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: +(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?", re.ASCII)
_FORMATS = ("%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d")
_HEADER_ROWS = 10


RESUMABLE = 20_000
"""Messages from which finished steps are kept; less is quicker done again."""


def group_file(
    input: str | Path,  # noqa: A002 - the name the command line uses
    output: str | Path,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    model: Model | None = None,
    processes: int = 1,
) -> Grouping:
    """Read messages, group them, write `id,group,title,probability` (UTF-8 with BOM, so that Excel shows Chinese).

    `mapping` names columns, e.g. {"id": "留言编号", "time": "留言时间"}; what it leaves out is guessed. Large files keep
    their finished steps in a folder beside the output: the same call after a stop goes on from there. `processes`: see
    `group`. Raises `UnreadableTable` or `UnwritableResult`, before any work is done.
    """
    target = Path(output)
    _check_writable(target)
    with _no_looking_for_cycles():
        return _grouped(Path(input), target, mapping, progress, model, processes)


@contextmanager
def _no_looking_for_cycles() -> Iterator[None]:
    """Grouping makes no cycles of objects; the collector would walk through a million messages for nothing, many times."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _grouped(
    source: Path,
    target: Path,
    mapping: Mapping[str, str] | None,
    progress: Progress | None,
    model: Model | None,
    processes: int,
) -> Grouping:
    messages = read_messages(source, mapping)
    if not messages:
        raise UnreadableTable(f"{source.name} 里只有表头，没有留言")
    work = target.with_name(target.name + ".work") if len(messages) >= RESUMABLE else None
    grouping = group(messages, model, progress=progress, work=work, processes=processes)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "group", "title", "probability"))
        for one in grouping.groups:
            for member, chance in zip(one.members, one.member_probability, strict=True):
                writer.writerow((member, one.id, one.title, f"{chance:.3f}"))
    return grouping


def _check_writable(target: Path) -> None:
    """A long run must not end with nowhere to put its result."""
    if target.is_dir():
        raise UnwritableResult(f"{target.name} 是文件夹，请写一个文件名")
    if not target.parent.is_dir():
        raise UnwritableResult(f"没有这个文件夹：{target.parent}")
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise UnwritableResult(f"没有权限写 {target}")


def read_messages(path: str | Path, mapping: Mapping[str, str] | None = None) -> list[Message]:
    """Messages of a file. Rows without any text are skipped; a missing or repeated id gets the row number.

    Raises `UnreadableTable` with one plain sentence when the file is no table or has no text column.
    """
    path = Path(path)
    try:
        return _messages(_rows(path), path.name, mapping)
    except FileNotFoundError as error:
        raise UnreadableTable(f"找不到文件：{path.name}") from error
    except (CalamineError, OSError, csv.Error) as error:
        raise UnreadableTable(f"读不了 {path.name}：不是 .xlsx 或 .csv 表格，或文件已损坏") from error


def _messages(rows: Iterator[Sequence[object]], name: str, mapping: Mapping[str, str] | None) -> list[Message]:
    top = list(islice(rows, _HEADER_ROWS))
    if not top:
        raise UnreadableTable(f"{name} 里没有数据")
    if mapping:
        head_at = next((k for k, row in enumerate(top) if set(mapping.values()) & set(_plain(row))), 0)
    else:
        head_at = max(range(len(top)), key=lambda k: (len(_columns(_plain(top[k]), {})), -k))
    columns = _columns(_plain(top[head_at]), mapping or {})
    if "title" not in columns and "body" not in columns:
        raise UnreadableTable("找不到标题列或内容列，请用 title=列名、body=列名 指明")
    seen: set[str] = set()
    below = chain(top[head_at + 1 :], rows)
    places = [columns.get(key, _NOWHERE) for key in _GUESSES]
    return [m for k, row in enumerate(below, head_at + 2) if (m := _message(row, places, k, seen))]


def _plain(row: Sequence[object]) -> list[str]:
    return [str(cell).strip() for cell in row]


def _rows(path: Path) -> Iterator[Sequence[object]]:
    """The rows one after another, so that a large file is never in memory twice."""
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _csv_rows(path, "\t" if path.suffix.lower() == ".tsv" else ",")
    return ([*row] for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


def _csv_rows(path: Path, delimiter: str) -> Iterator[Sequence[object]]:
    with path.open(encoding=_encoding(path), newline="") as file:
        yield from csv.reader(file, delimiter=delimiter)


def _encoding(path: Path) -> str:
    """The first usual encoding in which the whole file can be read."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableTable("文字编码不认识，请另存为 UTF-8 的 .csv")


def _columns(header: list[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Field → column number: as told, else by exact name, else by a name that contains the guess."""
    found: dict[str, int] = {}
    for key, name in mapping.items():
        if name not in header:
            raise UnreadableTable(f"表里没有“{name}”这一列，现有：{'、'.join(h for h in header if h)}")
        found[_ALIASES.get(key, key)] = header.index(name)
    lower = [h.lower() for h in header]
    for test in (lambda guess, cell: guess == cell, lambda guess, cell: len(guess) > 1 and guess in cell):
        for key, guesses in _GUESSES.items():
            for guess in guesses:
                for at, cell in enumerate(lower):
                    if key not in found and at not in found.values() and test(guess, cell):
                        found[key] = at
    return found


_NOWHERE = 1 << 30
"""The number of a column that is not there."""


def _message(row: Sequence[object], places: Sequence[int], number: int, seen: set[str]) -> Message | None:
    """The message of one row; `places` are the columns of id, title, body, time, asker and place."""
    cells = ["" if at >= len(row) or row[at] is None else row[at] for at in places]
    title, body = str(cells[1]), str(cells[2])
    if not title.strip() and not body.strip():
        return None
    own = _text(cells[0])
    if not own or own in seen:
        own = f"row{number}"
    seen.add(own)
    return Message(own, title, body, _moment(cells[3]), _text(cells[4]), _text(cells[5]))


def _text(value: object) -> str:
    """Spreadsheets give whole numbers as 188006.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _moment(value: object) -> datetime | None:
    """A time in any of the usual notations; None when there is none or it cannot be read."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - tables carry local times without a zone
    usual = _USUAL.fullmatch(str(value).strip())
    if usual:
        try:
            return datetime(*map(int, filter(None, usual.groups())))  # type: ignore[arg-type]  # noqa: DTZ001 - as above
        except ValueError:
            return None
    for form in _FORMATS:
        try:
            return datetime.strptime(str(value).strip(), form)  # noqa: DTZ007 - as above
        except ValueError:
            continue
    return None
