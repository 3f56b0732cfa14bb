"""Imports as their page shows them; only for those who may import."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tongti.cases import tables
from tongti.cases.models import ImportBatch, RowError
from tongti.cases.tables import FIELDS, LABELS, Row
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.tables import path_of, sent_back
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
    return sent_back(table, faults)


def field_names() -> list[tuple[str, str]]:
    """(field, label) in the order of the mapping form."""
    return [(name, LABELS[name]) for name in FIELDS]


def has_faults_file(batch: ImportBatch) -> bool:
    """Whether the faulty rows can still be fetched; the table is kept for thirty days."""
    return bool(batch.failed) and path_of(batch.path).is_file()


def _path(batch: ImportBatch) -> Path:
    path = path_of(batch.path)
    if not path.is_file():
        raise NotVisible
    return path
