"""Needs and offers as their readers see them."""

from dataclasses import dataclass

from django.db.models import QuerySet

from tongti.linkups.access import kept_listings, may_keep_listing, visible_listings
from tongti.linkups.models import Listing
from tongti.parties.models import Firm
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.text import words
from tongti.units.access import Viewer
from tongti.units.models import Region

NEWEST = ("-entered_at", "-id")
FEW = 10


@dataclass(frozen=True)
class ListingFilters:
    """What the list can be narrowed by; empty values narrow nothing. ``text`` are words that title or text must hold."""

    text: str = ""
    kind: str = ""
    about: str = ""
    state: str = Listing.State.OPEN
    town_id: int | None = None


def listings(viewer: Viewer, filters: ListingFilters, cursor: str = "", size: int = 30) -> Page[Listing]:
    """A page of needs and offers, newest first."""
    wanted = {"kind": filters.kind, "about": filters.about, "state": filters.state}
    rows = _rows().filter(visible_listings(viewer), **{name: value for name, value in wanted.items() if value})
    if filters.town_id:
        below = Region.objects.filter(path__contains=f"/{filters.town_id}/")
        rows = rows.filter(place__in=below.values("pk"))
    if filters.text.strip():
        terms = words(filters.text)
        rows = rows.filter(terms__contains=terms) if terms else rows.none()
    return page_of(rows, order=NEWEST, cursor=cursor, size=size)


def stated_waiting(viewer: Viewer) -> QuerySet[Listing]:
    """What firms wrote themselves and she may confirm, to be counted, at most a hundred."""
    return Listing.objects.filter(kept_listings(viewer), state=Listing.State.STATED)[:100]


def listing_for(viewer: Viewer, pk: int) -> Listing:
    """One need or offer. Raises NotVisible."""
    found = _rows().filter(visible_listings(viewer), pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def listings_of_firm(viewer: Viewer, firm: Firm, size: int = FEW) -> list[Listing]:
    """What a firm that she was let see needs and offers: what is open first, then the newest."""
    rows = _rows().filter(visible_listings(viewer), firm=firm).order_by("-id")[: 3 * size]
    return sorted(rows, key=lambda row: row.state != Listing.State.OPEN)[:size]


def may_change(viewer: Viewer, listing: Listing) -> bool:
    """Whether she may change, close or reopen it."""
    return may_keep_listing(viewer, listing)


def _rows() -> QuerySet[Listing]:
    # what only the engine and the search read stays in the table
    return Listing.objects.select_related("firm", "place__parent", "entered_by", "decided_by").defer(
        "data", "keys", "terms", "firm__address", "firm__grams"
    )
