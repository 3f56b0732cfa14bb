"""Pairs that may be one firm, and merges that were made; for those who keep the whole register."""

from django.db.models import Q, QuerySet

from tongti.parties.models import Firm, FirmMerge, Lookalike
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Scope, Viewer


def is_registrar(viewer: Viewer) -> bool:
    """Whether she keeps the whole register: imports, merges, tells apart."""
    return viewer.scope(May.KEEP_FIRMS) == Scope.ALL


def lookalikes(viewer: Viewer, cursor: str = "", size: int = 30) -> Page[Lookalike]:
    """Pairs that wait for a person, the likeliest first. Raises NotVisible."""
    return page_of(_waiting(viewer), order=("-score", "id"), cursor=cursor, size=size)


def lookalikes_waiting(viewer: Viewer) -> int:
    """How many pairs wait; 0 for those who do not decide on them."""
    return Lookalike.objects.filter(state=Lookalike.State.WAITING).count() if is_registrar(viewer) else 0


def _waiting(viewer: Viewer) -> QuerySet[Lookalike]:
    _require(viewer)
    rows = Lookalike.objects.filter(state=Lookalike.State.WAITING)
    return rows.select_related("one__place", "one__unit", "other__place", "other__unit")


def lookalikes_of(viewer: Viewer, firm: Firm, limit: int = 5) -> list[tuple[Firm, Lookalike]]:
    """(the other entry, the pair) of what waits about one entry, for those who decide on it; one query, none for others."""
    if not is_registrar(viewer):
        return []
    about = Q(one=firm) | Q(other=firm)
    rows = Lookalike.objects.filter(about, state=Lookalike.State.WAITING).select_related("one", "other")
    return [(row.other if row.one_id == firm.pk else row.one, row) for row in rows.order_by("-score", "id")[:limit]]


def merged_here(firm: Firm, limit: int = 20) -> list[FirmMerge]:
    """Entries that live on in this one, newest first."""
    rows = FirmMerge.objects.filter(kept=firm, undone_at=None).select_related("gone")
    return list(rows.order_by("-at", "-id")[:limit])


def pair_for(viewer: Viewer, one_id: int, other_id: int) -> tuple[Firm, Firm, Lookalike | None]:
    """Two live entries side by side, and what was found or decided about them. Raises NotVisible."""
    _require(viewer)
    rows = Firm.objects.filter(pk__in=[one_id, other_id], merged_into=None)
    found = {firm.pk: firm for firm in rows.select_related("park", "place__parent", "unit")}
    if len(found) != 2:
        raise NotVisible
    smaller, larger = sorted((one_id, other_id))
    known = Lookalike.objects.filter(one_id=smaller, other_id=larger).select_related("decided_by").first()
    return found[one_id], found[other_id], known


def merges(viewer: Viewer, cursor: str = "", size: int = 20) -> Page[FirmMerge]:
    """Merges that were made, newest first; those that were taken back say so. Raises NotVisible."""
    _require(viewer)
    rows = FirmMerge.objects.select_related("kept", "gone", "by", "undone_by")
    return page_of(rows, order=("-at", "-id"), cursor=cursor, size=size)


def merge_for(viewer: Viewer, pk: int) -> FirmMerge:
    """One merge. Raises NotVisible."""
    _require(viewer)
    found = FirmMerge.objects.select_related("kept", "gone").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _require(viewer: Viewer) -> None:
    if not is_registrar(viewer):
        raise NotVisible
