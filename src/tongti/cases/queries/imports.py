"""Imports as their page shows them; only for those who may import."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.conf import settings

from tongti.cases import tables
from tongti.cases.models import ImportBatch, RowError
from tongti.cases.tables import FIELDS, LABELS, Row
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer

IMPORT_FIELDS = LABELS
BatchState = ImportBatch.State


@dataclass(frozen=True)
class Preview:
    """The columns of a table, and its first rows as they would be entered."""

    headers: Sequence[str]
    rows: Sequence[Row]
    mapping: dict[str, int]


def batches(viewer: Viewer, cursor: str = "", size: int = 20) -> Page[ImportBatch]:
    """All imports, newest first."""
    rows = ImportBatch.objects.select_related("created_by") if viewer.can(May.IMPORT) else ImportBatch.objects.none()
    return page_of(rows, order=("-created_at", "-id"), cursor=cursor, size=size)


def batch_for(viewer: Viewer, pk: int) -> ImportBatch:
    """Raises NotVisible."""
    found = ImportBatch.objects.select_related("created_by").filter(pk=pk).first() if viewer.can(May.IMPORT) else None
    if found is None:
        raise NotVisible
    return found


def same_file(batch: ImportBatch) -> ImportBatch | None:
    """An earlier import of exactly this file."""
    rows = ImportBatch.objects.filter(sha256=batch.sha256, pk__lt=batch.pk).exclude(state=BatchState.UPLOADED)
    return rows.order_by("-pk").first()


def preview(batch: ImportBatch, mapping: dict[str, int] | None = None, rows: int = 10) -> Preview:
    """The first rows with this (or the guessed) mapping. Raises WrongFile."""
    table = tables.read(_path(batch), batch.name)
    chosen = batch.mapping if mapping is None else mapping
    read = [tables.row_of(table.first_row + i, row, chosen) for i, row in enumerate(table.rows[:rows])]
    return Preview(headers=table.headers, rows=read, mapping=dict(chosen))


def row_errors(batch: ImportBatch, limit: int = 100) -> list[RowError]:
    """The first faulty rows, in the order of the table."""
    return list(RowError.objects.filter(batch=batch).order_by("row")[:limit])


def errors_workbook(batch: ImportBatch) -> bytes:
    """The faulty rows as they came, with the reason in a last column: mend them there and import that file."""
    table = tables.read(_path(batch), batch.name)
    faults = dict(RowError.objects.filter(batch=batch).values_list("row", "sentence"))
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
            sheet.write_string(line, at, tables.as_text(cell)[:32_000])
        sheet.write_string(line, len(table.headers), faults[number], bold)
    book.close()
    return out.getvalue()


def field_names() -> list[tuple[str, str]]:
    """(field, label) in the order of the mapping form."""
    return [(name, LABELS[name]) for name in FIELDS]


def has_faults_file(batch: ImportBatch) -> bool:
    """Whether the faulty rows can still be fetched; the table is kept for thirty days."""
    return bool(batch.failed) and (Path(settings.MEDIA_ROOT) / batch.path).is_file()


def _path(batch: ImportBatch) -> Path:
    path = Path(settings.MEDIA_ROOT) / batch.path
    if not path.is_file():
        raise NotVisible
    return path
