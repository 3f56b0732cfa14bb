"""Spreadsheets in and out: plain text cells under known headings."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import python_calamine
import xlsxwriter  # type: ignore[import-untyped]

from tongti.shared.text import tidy
from tongti.units.errors import FileRefused

MOST_ROWS = 2000
MOST_BYTES = 5 * 1024 * 1024

Row = dict[str, str]


def read(content: bytes, headings: Sequence[str], optional: Sequence[str] = ()) -> list[tuple[int, Row]]:
    """(line number, heading → text) of the first sheet; empty lines are left out. Raises FileRefused.

    A column of ``optional`` that the file does not have is left out of the rows.
    """
    if len(content) > MOST_BYTES:
        raise FileRefused(why="文件超过 5 MB，请分成几个文件。")
    try:
        cells = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise FileRefused(why="读不出这个文件，请用 .xlsx 格式，可以先导出一份照着填。") from error
    return _rows(cells, headings, optional)


def read_csv(content: bytes, headings: Sequence[str], optional: Sequence[str] = ()) -> list[tuple[int, Row]]:
    """The same for a .csv file, in UTF-8 or in GB 18030 as spreadsheets here save it. Raises FileRefused."""
    if len(content) > MOST_BYTES:
        raise FileRefused(why="文件超过 5 MB，请分成几个文件。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        cells: list[list[Any]] = list(csv.reader(StringIO(text, newline="")))
    except csv.Error as error:
        raise FileRefused(why="这个 .csv 文件的格式不对，请另存为 .xlsx 再传。") from error
    return _rows(cells, headings, optional)


def _rows(cells: list[list[Any]], headings: Sequence[str], optional: Sequence[str]) -> list[tuple[int, Row]]:
    if not cells:
        raise FileRefused(why="文件是空的。")
    places = _places([_text(cell) for cell in cells[0]], headings, optional)
    rows = [
        (number, {heading: _text(line[place]) if place < len(line) else "" for heading, place in places.items()})
        for number, line in enumerate(cells[1:], start=2)
    ]
    rows = [(number, row) for number, row in rows if any(row.values())]
    if not rows:
        raise FileRefused(why="只有表头，没有内容。")
    if len(rows) > MOST_ROWS:
        raise FileRefused(why=f"有 {len(rows)} 行，一次最多 {MOST_ROWS} 行，请分成几个文件。")
    return rows


def _places(found: list[str], headings: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    missing = [heading for heading in headings if heading not in found]
    if missing:
        raise FileRefused(why=f"第一行少了这些列：{'、'.join(missing)}。可以先导出一份照着填。")
    return {heading: found.index(heading) for heading in [*headings, *optional] if heading in found}


def _text(cell: Any) -> str:
    # A code typed as a number comes back as 10101.0, a date as a date.
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return tidy(str(cell))


def write(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet, headings bold and frozen, every cell as text so that codes keep their zeros and no text runs as a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(title)
        bold, text = book.add_format({"bold": True, "bg_color": "#E8EEF7"}), book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 20, text)
        sheet.write_row(0, 0, headings, bold)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
    return out.getvalue()


def read_json(content: bytes) -> Any:
    """A JSON file. Raises FileRefused."""
    if len(content) > MOST_BYTES:
        raise FileRefused(why="文件超过 5 MB。")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise FileRefused(why="读不出这个文件，请用导出的 .json 照着改。") from error


def write_json(value: Any) -> bytes:
    """As people can read it."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
