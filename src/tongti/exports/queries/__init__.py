"""Reads on exports: each officer sees her own."""

from pathlib import Path

from tongti.exports import access
from tongti.exports.ledgers import LEDGERS, Asked
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


def ledger_name(code: str) -> str:
    """A ledger in words."""
    return LEDGERS[code].name if code in LEDGERS else code


def may_name_people(viewer: Viewer) -> bool:
    """Whether she may ask for contacts in full."""
    return access.may_name_people(viewer)


__all__ = [
    "Asked",
    "ExportForm",
    "ExportState",
    "export_for",
    "file_of",
    "ledger_name",
    "ledgers_for",
    "may_name_people",
    "my_exports",
]
