"""A long table written row by row: memory stays the same at ten lines and at a million. No HTTP, no database."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]

A4 = 9
LONGEST_CELL = 32_000
"""A spreadsheet takes 32,767 characters a cell."""
MOST_LINES = 1_048_575
"""Lines of a sheet below its heads (Excel has 1,048,576 rows); the next one goes on where it ends."""
Columns = Sequence[tuple[str, int]]


def write_xlsx(
    file: BinaryIO, title: str, columns: Columns, rows: Iterable[Sequence[str]], *, folder: Path | None = None
) -> None:  # fmt: skip
    """As many sheets as the lines need, heads bold and repeated on paper, every cell text, numbered lines, A4 landscape one page
    wide. What is not finished yet lies in ``folder`` (else where the system keeps such things, which may be memory)."""
    # strings stay strings: a cell that begins with = must not become a formula on somebody's machine
    options: dict[str, Any] = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    options |= {"use_zip64": True} | ({"tmpdir": str(folder)} if folder else {})
    with xlsxwriter.Workbook(file, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True})
        cell = book.add_format({"num_format": "@", "border": 1, "text_wrap": True, "valign": "top"})
        lines = enumerate(rows, start=1)
        first = next(lines, None)
        for place in count(1):
            name = title if place == 1 else f"{title}（{place}）"
            sheet = _sheet(book, name, columns, head)
            part = islice(chain([first], lines), MOST_LINES) if first else iter(())
            for at, (number, row) in enumerate(part, start=1):
                _write(sheet, at, [str(number), *row], cell)
            first = next(lines, None)
            if first is None:
                return


def _sheet(book: Any, name: str, columns: Columns, head: Any) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for place, (_head, width) in enumerate([("序号", 6), *columns]):
        sheet.set_column(place, place, width)
    sheet.write_row(0, 0, ["序号", *(text for text, _width in columns)], head)
    return sheet


def _write(sheet: Any, at: int, cells: Sequence[str], cell: Any) -> None:
    for place, text in enumerate(cells):
        sheet.write_string(at, place, text[:LONGEST_CELL], cell)


def csv_lines(columns: Columns, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines with a byte order mark in front, which spreadsheets need to read Chinese; no cell is run as a formula."""
    yield "\ufeff" + _line(["序号", *(text for text, _width in columns)])
    for number, row in enumerate(rows, start=1):
        yield _line([str(number), *map(_harmless, row)])


def _harmless(text: str) -> str:
    # a spreadsheet would run such a cell as a formula
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
