"""Reading other people's tables: .xlsx, .xls, .ods, .csv; which column means what; rows sent back with the reason. No database."""

import csv
import hashlib
import io
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.conf import settings
from django.utils import timezone
from python_calamine import CalamineError, CalamineWorkbook

from tongti.shared.errors import DomainError
from tongti.shared.text import normal_phone

MOST_ROWS = 200_000
_DATE = re.compile(
    r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2})\s*[:：时]\s*(?:(\d{1,2})\s*分?)?(?:\s*[:：]?\s*(\d{1,2}))?(?:\.\d+)?\s*秒?)?\s*$"
)
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (a wall-clock day count, made aware below)


class WrongFile(DomainError):
    """An import file that cannot be read as a table."""

    code, status, words = "wrong_file", 422, "{why}"


@dataclass(frozen=True)
class Table:
    """A header and the rows under it; ``rows[0]`` stands in line ``first_row`` of the sheet."""

    headers: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    first_row: int = 2

    def signature(self) -> str:
        """Eight hex digits of the header: tables of one system look alike, those of another differ."""
        return hashlib.sha256("\x1f".join(self.headers).encode()).hexdigest()[:8]


def read(path: Path, name: str, most: int = MOST_ROWS) -> Table:
    """The first sheet that has a header and rows, at most ``most``. Raises WrongFile with what to do."""
    suffix = Path(name).suffix.lower()
    if suffix in (".csv", ".txt", ".tsv"):
        grid: list[list[Any]] = _read_csv(path.read_bytes())
    elif suffix in (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"):
        grid = _read_workbook(path)
    else:
        raise WrongFile(why="只能导入 .xlsx、.xls、.ods 或 .csv 文件。")
    return _table(grid, most)


def guess(headers: Sequence[str], fields: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Field → column, by what ``fields`` may be called: equal names first, then names that are part of the header."""
    plain = [re.sub(r"[\s（）()【】\[\]*：:、/]", "", header) for header in headers]
    chosen: dict[str, int] = {}
    for name, names in fields.items():
        for wanted in names:
            if wanted in plain and plain.index(wanted) not in chosen.values():
                chosen[name] = plain.index(wanted)
                break
    for name, names in fields.items():
        if name in chosen:
            continue
        for wanted in sorted(names, key=len, reverse=True):
            at = next(
                (i for i, h in enumerate(plain) if len(wanted) >= 2 and wanted in h and i not in chosen.values()), None
            )
            if at is not None:
                chosen[name] = at
                break
    return chosen


def as_text(value: Any) -> str:
    """A cell as text: whole numbers without “.0”, moments as people write them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def moment(value: Any) -> datetime | None:
    """A cell as an aware moment in local time; None when it is empty. Raises ValueError."""
    if isinstance(value, datetime):
        found = value.replace(tzinfo=None)
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)  # noqa: DTZ001
    elif isinstance(value, (int, float)) and 20_000 < value < 80_000:
        found = _EXCEL_ZERO + timedelta(days=float(value))
    else:
        text = as_text(value).strip()
        if not text:
            return None
        parts = _DATE.match(text)
        if not parts:
            raise ValueError(text)
        year, month, day, hour, minute, second = (int(part) if part else 0 for part in parts.groups())
        found = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    if not 1990 <= found.year <= 2100:
        raise ValueError("year")
    return timezone.make_aware(found.replace(microsecond=0))


def phone_cell(text: str) -> tuple[str, str]:
    """(phone, problem): “无”, “保密”, “0” and masked numbers are no phone; a wrong number is somebody's, so it is a problem."""
    digits = re.sub(r"\D", "", text)
    in_words = re.search(r"[^\W\d]", text) is not None and len(digits) < 7
    if "*" in text or in_words or not digits.strip("0"):
        return "", ""
    phone = normal_phone(re.split(r"[,，;；/、]", text)[0])
    return phone, "" if phone else "电话号码不对，请检查。"


def store(content: bytes) -> str:
    """Keep an uploaded table where only we can read it, under a random name; answers its path below MEDIA_ROOT."""
    relative = f"imports/{secrets.token_hex(16)}"
    path = path_of(relative)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    return relative


def path_of(relative: str) -> Path:
    """Where a stored table lies."""
    return Path(settings.MEDIA_ROOT) / relative


def sent_back(table: Table, faults: Mapping[int, str]) -> bytes:
    """An .xlsx of the rows that were not taken, as they came, with the reason in a last column: to be mended and sent again."""
    out = io.BytesIO()
    # strings stay strings: a cell that begins with = must not become a formula on the clerk's machine
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("没有导入的行")
    bold = book.add_format({"bold": True})
    for at, header in enumerate([*table.headers, "没有导入的原因"]):
        sheet.write_string(0, at, header, bold)
    for line, number in enumerate(sorted(faults), start=1):
        at_row = number - table.first_row
        cells: Sequence[Any] = table.rows[at_row] if 0 <= at_row < len(table.rows) else []
        for at, cell in enumerate(cells):
            sheet.write_string(line, at, as_text(cell)[:32_000])
        sheet.write_string(line, len(table.headers), faults[number], bold)
    book.close()
    return out.getvalue()


def _read_workbook(path: Path) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            grid = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            if len(grid) > 1:
                return grid
    except (CalamineError, OSError, ValueError) as error:
        raise WrongFile(why="这个表格打不开：可能没有传完整，或者有密码。请另存一份再传。") from error
    raise WrongFile(why="表格里没有数据：第一行应是列名，下面是内容。")


def _read_csv(content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise WrongFile(why="看不懂这个文件的文字编码，请用表格软件另存为 .xlsx 再传。")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(1_000_000)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise WrongFile(why="这个 .csv 文件的格式不对，请用表格软件另存为 .xlsx 再传。") from error


def _table(grid: list[list[Any]], most: int) -> Table:
    # a heading line above the header (“2026 年 3 月来电登记表”) has one filled cell
    start = next((i for i, row in enumerate(grid[:10]) if sum(bool(as_text(c).strip()) for c in row) >= 2), None)
    if start is None:
        raise WrongFile(why="没有找到列名：第一行应是列名，至少两列。")
    headers = tuple(as_text(c).strip() or f"第 {i} 列" for i, c in enumerate(grid[start], start=1))
    rows = grid[start + 1 :]
    if not rows:
        raise WrongFile(why="只有列名，没有内容。")
    if len(rows) > most:
        raise WrongFile(why=f"有 {len(rows)} 行，一次最多 {most} 行，请分几个文件导入。")
    return Table(headers, rows, first_row=start + 2)
