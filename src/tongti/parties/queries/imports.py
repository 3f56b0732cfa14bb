"""Imports of the register as their pages show them; for those who keep the whole register."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Count

from tongti.parties import tables
from tongti.parties.models import FirmImport, FirmImportRow
from tongti.parties.queries.merges import is_registrar
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.tables import as_text, path_of, read, sent_back
from tongti.shared.text import mask_name, mask_phone, normal_phone
from tongti.units.access import Viewer

FirmImportState = FirmImport.State
Outcome = FirmImportRow.Outcome
FIRM_IMPORT_TABS = (
    (Outcome.DOUBTFUL.value, "拿不准的"),
    (Outcome.NEW.value, "新登记"),
    (Outcome.MATCHED.value, "已有，会更新"),
    (Outcome.WRONG.value, "有错"),
    (Outcome.SAME.value, "没有变化"),
)
FIRM_DECISIONS = tuple(FirmImportRow.Decision.choices)
# A column with such a head holds people.
_PEOPLE = re.compile(r"姓名|联系人|负责人|法人|法定代表人|经营者|店主|老板")
FIRST_ROWS = 5
CELL = 24


def firm_imports(viewer: Viewer, cursor: str = "", size: int = 20) -> Page[FirmImport]:
    """All imports, newest first. Raises NotVisible."""
    if not is_registrar(viewer):
        raise NotVisible
    rows = FirmImport.objects.select_related("created_by")
    return page_of(rows, order=("-created_at", "-id"), cursor=cursor, size=size)


def firm_import_for(viewer: Viewer, pk: int) -> FirmImport:
    """Raises NotVisible."""
    found = FirmImport.objects.select_related("created_by").filter(pk=pk).first() if is_registrar(viewer) else None
    if found is None:
        raise NotVisible
    return found


def firm_field_names() -> list[tuple[str, str]]:
    """(field, label) in the order of the mapping form."""
    return [(name, tables.LABELS[name]) for name in tables.FIELDS]


@dataclass(frozen=True)
class FirmColumns:
    """The columns of a table, the guessed mapping, and the first rows with people masked."""

    headers: Sequence[str]
    mapping: dict[str, int]
    rows: Sequence[tuple[int, Sequence[str]]]


def firm_columns(batch: FirmImport) -> FirmColumns:
    """What the page of the columns shows. Raises NotVisible when the file is gone."""
    table = read(_path(batch), batch.name, tables.MOST_ROWS)
    people = {at for at, header in enumerate(table.headers) if _PEOPLE.search(header)}
    rows = [
        (table.first_row + at, [_cell(as_text(cell), name=place in people) for place, cell in enumerate(cells)])
        for at, cells in enumerate(table.rows[:FIRST_ROWS])
    ]
    return FirmColumns(headers=table.headers, mapping=dict(batch.mapping), rows=rows)


def firm_import_counts(batch: FirmImport) -> dict[str, int]:
    """Outcome → number of rows."""
    rows = FirmImportRow.objects.filter(batch=batch).values("outcome").annotate(n=Count("pk")).order_by()
    found = {row["outcome"]: row["n"] for row in rows}
    return {outcome: found.get(outcome, 0) for outcome in Outcome.values}


def firm_import_lines(batch: FirmImport, outcome: str, cursor: str = "", size: int = 30) -> Page[FirmImportRow]:
    """Rows of one outcome in the order of the table."""
    rows = FirmImportRow.objects.filter(batch=batch, outcome=outcome).select_related("firm__place", "firm__unit")
    return page_of(rows, order=("row",), cursor=cursor, size=size)


def with_cells(batch: FirmImport, lines: Sequence[FirmImportRow]) -> list[tuple[FirmImportRow, str, str, str]]:
    """(line, name, code, place) of rows as they stand in the file; the file is read once."""
    if not lines:
        return []
    table = read(_path(batch), batch.name, tables.MOST_ROWS)
    found = []
    for line in lines:
        cells = table.rows[line.row - table.first_row]
        name, code, place = (_said(cells, batch.mapping.get(field)) for field in ("name", "credit_code", "place"))
        found.append((line, name, code, place))
    return found


def firm_rows_undecided(batch: FirmImport) -> int:
    """Doubtful rows that nobody decided on."""
    return FirmImportRow.objects.filter(batch=batch, outcome=Outcome.DOUBTFUL, decision="").count()


def firm_faults_workbook(batch: FirmImport) -> bytes:
    """The rows that were not taken as they came, with the reason in a last column."""
    table = read(_path(batch), batch.name, tables.MOST_ROWS)
    lines = FirmImportRow.objects.filter(batch=batch, outcome=Outcome.WRONG)
    return sent_back(table, dict(lines.values_list("row", "words")))


def has_firm_faults_file(batch: FirmImport) -> bool:
    """Whether the rows that were not taken can still be fetched; the table is kept for thirty days."""
    return bool(batch.failed) and path_of(batch.path).is_file()


def _said(cells: Sequence[object], at: int | None) -> str:
    return as_text(cells[at])[:60] if at is not None and at < len(cells) else ""


def _cell(text: str, *, name: bool) -> str:
    """A cell of the preview: short, and no phone or name of a person in the clear."""
    if phone := normal_phone(text):
        return mask_phone(phone)
    if name:
        return mask_name(text)
    return text if len(text) <= CELL else text[:CELL] + "…"


def _path(batch: FirmImport) -> Path:
    path = path_of(batch.path)
    if not path.is_file():
        raise NotVisible
    return path
