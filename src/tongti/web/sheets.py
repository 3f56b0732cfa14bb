"""A long table as a file, row by row: memory stays the same at ten lines and at a hundred thousand."""

import csv as _csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A4 = 9
Columns = Sequence[tuple[str, int]]


def xlsx(name: str, title: str, columns: Columns, rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """One sheet, heads bold and repeated on paper, every cell text, A4 landscape one page wide."""
    return _attachment(name, XLSX, _book(title, columns, rows))


def _book(title: str, columns: Columns, rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    # made when the first byte is asked for: an answer that nobody reads leaves no file open
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            _fill(book, title, columns, rows)
        file.seek(0)
        while chunk := file.read(64 * 1024):
            yield chunk


def _fill(book: Any, title: str, columns: Columns, rows: Iterable[Sequence[str]]) -> None:
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True})
    cell = book.add_format({"num_format": "@", "border": 1, "text_wrap": True, "valign": "top"})
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for place, (_head, width) in enumerate([("序号", 6), *columns]):
        sheet.set_column(place, place, width)
    sheet.write_row(0, 0, ["序号", *(text for text, _width in columns)], head)
    for number, row in enumerate(rows, start=1):
        sheet.write_string(number, 0, str(number), cell)
        for place, text in enumerate(row, start=1):
            sheet.write_string(number, place, text, cell)


def csv(name: str, columns: Columns, rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """UTF-8 with a byte order mark, which spreadsheets need to read Chinese; sent while it is read."""
    return _attachment(name, "text/csv; charset=utf-8", (line.encode() for line in _lines(columns, rows)))


def _attachment(name: str, kind: str, content: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _lines(columns: Columns, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "\ufeff" + _line(["序号", *(text for text, _width in columns)])
    for number, row in enumerate(rows, start=1):
        yield _line([str(number), *map(_harmless, row)])


def _harmless(text: str) -> str:
    # a spreadsheet would run such a cell as a formula
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    _csv.writer(out).writerow(cells)
    return out.getvalue()
