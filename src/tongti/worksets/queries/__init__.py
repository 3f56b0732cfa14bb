"""Reads on kept views and runs: hers, and what is shared with her units."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q

from tongti.cases import queries as cases
from tongti.cases.models import Case
from tongti.shared.capped import capped_page
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.tables import path_of
from tongti.units.access import May, Viewer
from tongti.units.models import Unit
from tongti.units.queries import units_in_use
from tongti.worksets import access
from tongti.worksets.filters import (
    ASKERS,
    DUE,
    JOINED,
    CasesAsked,
    QuestionsAsked,
    cases_asked,
    questions_asked,
    questions_narrowed,
    regime_choices,
)
from tongti.worksets.models import Bulk, BulkRow, Of, SavedView
from tongti.worksets.verbs import VERBS, Verb

CAP = 999
BulkState = Bulk.State


# --- the lists ----------------------------------------------------------------------------------------------------


def inbox(viewer: Viewer, asked: CasesAsked, *, cursor: str = "", size: int = 30) -> Page[Case]:
    """Cases newest first. Where few among many may be meant, they are found first and sorted then (shared.capped)."""
    rows = cases_asked(viewer, asked)
    if asked.is_selective:
        return capped_page(rows, order=cases.ORDER, cursor=cursor, size=size).page
    return page_of(rows, order=cases.ORDER, cursor=cursor, size=size)


def count(viewer: Viewer, of: str, stored: dict[str, Any]) -> str:
    """How many a view holds for her, in words: counted up to 999."""
    if of == Of.CASES:
        rows: Any = cases_asked(viewer, CasesAsked.read(stored))
    else:
        rows = questions_asked(viewer, QuestionsAsked.read(stored))
    found = rows.order_by().values("pk")[: CAP + 1].count()
    return f"{CAP}+" if found > CAP else str(found)


# --- kept views ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ViewTab:
    """One kept view as a list shows it; ``query`` opens it."""

    view: SavedView
    query: str
    mine: bool


def view_tabs(viewer: Viewer, of: str) -> list[ViewTab]:
    """Her own and those shared with her units, by name; one query."""
    hers = Q(by_id=viewer.officer_id) | Q(unit_id__in=sorted(viewer.unit_ids))
    rows = SavedView.objects.filter(hers, of=of).select_related("unit").order_by("name", "pk")[:60]
    return [ViewTab(view, _query(view), view.by_id == viewer.officer_id) for view in rows]


def _query(view: SavedView) -> str:
    return "?" + urlencode({**view.asked, "view": view.pk})


def view_for(viewer: Viewer, pk: int) -> SavedView:
    """One of her own. Raises NotVisible."""
    found = SavedView.objects.filter(pk=pk, by_id=viewer.officer_id).select_related("unit").first()
    if found is None:
        raise NotVisible
    return found


def units_to_share_with(viewer: Viewer) -> list[tuple[int, str]]:
    """Units whose work she looks over."""
    if not viewer.can(May.BOARD):
        return []
    paths = dict(Unit.objects.filter(active=True).values_list("pk", "path"))
    return [(pk, name) for pk, name in units_in_use() if access.may_share_with(viewer, pk, paths.get(pk, ""))]


# --- runs over many -----------------------------------------------------------------------------------------------


def verbs_for(viewer: Viewer, of: str) -> list[Verb]:
    """The steps that she may do on many of this list."""
    return [verb for (kind, _), verb in VERBS.items() if kind == of and verb.allowed(viewer)]


def verb_name(of: str, code: str) -> str:
    """A step in words."""
    return VERBS[of, code].name if (of, code) in VERBS else code


def my_bulks(viewer: Viewer, cursor: str = "") -> Page[Bulk]:
    """What she asked for, the newest first."""
    return page_of(Bulk.objects.filter(by_id=viewer.officer_id), order=("-asked_at", "-id"), cursor=cursor, size=20)


def bulk_for(viewer: Viewer, pk: int) -> Bulk:
    """One of her own. Raises NotVisible."""
    found = Bulk.objects.filter(pk=pk, by_id=viewer.officer_id).first()
    if found is None:
        raise NotVisible
    return found


def refused_rows(bulk: Bulk, limit: int = 20) -> Sequence[tuple[str, int]]:
    """Why rows were refused, with how many each, the most frequent first."""
    rows = bulk.rows.filter(state=BulkRow.State.FAILED).values_list("sentence").annotate(n=Count("pk"))
    return list(rows.order_by("-n", "sentence")[:limit])


def file_of(bulk: Bulk) -> Path:
    """Where its result lies. Raises NotVisible when it is gone."""
    path = path_of(bulk.path) if bulk.path else None
    if path is None or not path.is_file():
        raise NotVisible
    return path


__all__ = [
    "ASKERS",
    "DUE",
    "JOINED",
    "BulkState",
    "CasesAsked",
    "Of",
    "QuestionsAsked",
    "ViewTab",
    "bulk_for",
    "count",
    "file_of",
    "inbox",
    "my_bulks",
    "questions_narrowed",
    "refused_rows",
    "regime_choices",
    "units_to_share_with",
    "verb_name",
    "verbs_for",
    "view_for",
    "view_tabs",
]
