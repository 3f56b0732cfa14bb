"""The tables of a paper as .xlsx: one sheet a table, numbers as numbers, ready for A4."""

import io
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from tongti.papers.blocks import Sheet, Table

A4 = 9
LONGEST_NAME = 31
"""Characters of a sheet's name, and what may not stand in it (Excel)."""
NOT_IN_NAMES = str.maketrans("", "", "[]:*?/\\")
WIDTH = 1.3
"""Characters of a column for each share of a hundred, across the page."""


def workbook(sheet: Sheet) -> bytes:
    """The file. A paper without a table has one sheet with its title."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": sheet.title, "author": sheet.signer, "created": sheet.at.replace(tzinfo=None)})
        formats = _formats(book)
        for at, table in enumerate(sheet.tables or [Table(sheet.title, (), (), ())], start=1):
            _fill(book, formats, sheet, table, at)
    return out.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    cell = {"border": 1, "text_wrap": True, "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "sub": book.add_format({"font_size": 10, "align": "center"}),
        "head": book.add_format(cell | {"bold": True, "bg_color": "#E8EEF7", "align": "center"}),
        "text": book.add_format(cell | {"num_format": "@"}),
        "number": book.add_format(cell | {"align": "center"}),
    }


def _fill(book: Any, formats: dict[str, Any], sheet: Sheet, table: Table, at: int) -> None:
    name = f"{at} {table.caption}".translate(NOT_IN_NAMES)[:LONGEST_NAME]
    page = book.add_worksheet(name)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.freeze_panes(3, 0)
    page.set_footer("&C— &P —")
    if sheet.watermark:
        page.set_header(f"&C{sheet.watermark}")
    last = max(len(table.heads) - 1, 1)
    page.merge_range(0, 0, 0, last, table.caption, formats["title"])
    sub = "　".join(part for part in (sheet.title, sheet.number, sheet.watermark) if part)
    page.merge_range(1, 0, 1, last, sub, formats["sub"])
    for column, (head, width) in enumerate(zip(table.heads, table.widths, strict=True)):
        page.set_column(column, column, max(width * WIDTH, 7))
        page.write_string(2, column, head, formats["head"])
    for line, cells in enumerate(table.rows, start=3):
        for column, text in enumerate(cells):
            if column in table.numbers and text.isdecimal():
                page.write_number(line, column, int(text), formats["number"])
            else:
                page.write_string(line, column, text, formats["number" if column in table.numbers else "text"])
