"""Reads on exports: each officer sees her own."""

from pathlib import Path

from tongti.exports import access
from tongti.exports.ledgers import LEDGERS, Asked, For, Ledger
from tongti.exports.models import Export
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.tables import path_of
from tongti.units.access import Viewer

ExportState, ExportForm = Export.State, Export.Form


def my_exports(viewer: Viewer, cursor: str = "") -> Page[Export]:
    """What she asked for, the newest first."""
    return page_of(Export.objects.filter(by_id=viewer.officer_id), order=("-asked_at", "-id"), cursor=cursor, size=20)


def export_for(viewer: Viewer, pk: int) -> Export:
    """One of her own. Raises NotVisible."""
    found = Export.objects.filter(pk=pk, by_id=viewer.officer_id).first()
    if found is None:
        raise NotVisible
    return found


def file_of(export: Export) -> Path:
    """Where its bytes lie. Raises NotVisible when they are gone."""
    path = path_of(export.path) if export.path else None
    if path is None or not path.is_file():
        raise NotVisible
    return path


def ledgers_for(viewer: Viewer) -> list[tuple[str, str]]:
    """(code, name) of the ledgers that she may take."""
    return [(one.code, one.name) for one in LEDGERS.values() if access.may_ask(viewer, one.reads)]


PRINTED = 300
"""Lines on paper; what is longer is taken as a file."""


def ledgers_read_by(viewer: Viewer) -> list[Ledger]:
    """Every ledger that she reads, in their order."""
    return [one for one in LEDGERS.values() if access.may_read(viewer, one.reads)]


def ledger_for(viewer: Viewer, code: str) -> Ledger:
    """One of them. Raises NotVisible."""
    found = LEDGERS.get(code)
    if found is None or not access.may_read(viewer, found.reads):
        raise NotVisible
    return found


def may_ask(viewer: Viewer, ledger: Ledger) -> bool:
    """Whether she may take it as a file."""
    return access.may_ask(viewer, ledger.reads)


def printed(viewer: Viewer, ledger: Ledger, asked: Asked) -> tuple[list[list[str]], bool]:
    """The newest PRINTED lines, contacts masked, and whether there are more. Raises NotVisible."""
    return ledger_for(viewer, ledger.code).first(For(viewer), asked, PRINTED)


def ledger_name(code: str) -> str:
    """A ledger in words."""
    return LEDGERS[code].name if code in LEDGERS else code


def may_name_people(viewer: Viewer) -> bool:
    """Whether she may ask for contacts in full."""
    return access.may_name_people(viewer)


__all__ = [
    "PRINTED",
    "Asked",
    "ExportForm",
    "ExportState",
    "Ledger",
    "export_for",
    "file_of",
    "ledger_for",
    "ledger_name",
    "ledgers_for",
    "ledgers_read_by",
    "may_ask",
    "may_name_people",
    "my_exports",
    "printed",
]
