"""Who sees and who works on needs and offers: whoever sees, and whoever keeps, the file of the firm they belong to.

No permission of their own: a need is a line of the firm's file like a figure or a contact, so a second right would only drift.
Of a pair or an introduction one side is enough: the other's words and registered name are what the officer has to know to
decide; its contacts stay with whoever sees that firm.
"""

from django.db.models import Q

from tongti.linkups.models import Introduction, Listing, Pair
from tongti.parties.access import within
from tongti.parties.models import Firm
from tongti.shared.errors import NotAllowed
from tongti.units.access import May, Scope, Viewer


def _firms(viewer: Viewer, may: May, *paths: str) -> Q:
    """Rows at which one of these keys to Firm is within the permission."""
    if viewer.scope(may) == Scope.ALL:
        return Q()
    if viewer.scope(may) == Scope.NONE:
        return Q(pk__in=[])
    ids = Firm.objects.filter(within(viewer, may)).values("pk")
    found = Q()
    for path in paths:
        found |= Q(**{f"{path}__in": ids})
    return found


def visible_listings(viewer: Viewer) -> Q:
    """Needs and offers of the firms she sees."""
    return _firms(viewer, May.SEE_FIRMS, "firm")


def kept_listings(viewer: Viewer) -> Q:
    """Those that are hers to confirm, change and close."""
    return _firms(viewer, May.KEEP_FIRMS, "firm")


def visible_pairs(viewer: Viewer) -> Q:
    """Pairs of which she sees one side."""
    return _firms(viewer, May.SEE_FIRMS, "need__firm", "offer__firm")


def visible_introductions(viewer: Viewer) -> Q:
    """Introductions of which she sees one side."""
    return _firms(viewer, May.SEE_FIRMS, "pair__need__firm", "pair__offer__firm")


def kept_pairs(viewer: Viewer) -> Q:
    """Pairs that are hers to decide: she keeps the file of one side."""
    return _firms(viewer, May.KEEP_FIRMS, "need__firm", "offer__firm")


def kept_introductions(viewer: Viewer) -> Q:
    """Introductions that are hers to follow."""
    return _firms(viewer, May.KEEP_FIRMS, "pair__need__firm", "pair__offer__firm")


def may_keep_listing(viewer: Viewer, listing: Listing) -> bool:
    """Whether she may change it."""
    return _holds(viewer, listing.firm_id)


def may_keep_pair(viewer: Viewer, pair: Pair) -> bool:
    """Whether she may set it aside or introduce the two."""
    return _holds(viewer, pair.need.firm_id, pair.offer.firm_id)


def require_pair(viewer: Viewer, pair: Pair) -> None:
    """Raises NotAllowed."""
    if not may_keep_pair(viewer, pair):
        raise NotAllowed(what=May.KEEP_FIRMS.value)


def require_introduction(viewer: Viewer, introduction: Introduction) -> None:
    """Raises NotAllowed."""
    require_pair(viewer, introduction.pair)


def _holds(viewer: Viewer, *firm_ids: int) -> bool:
    if viewer.scope(May.KEEP_FIRMS) == Scope.ALL:
        return True
    return (
        viewer.can(May.KEEP_FIRMS)
        and Firm.objects.filter(within(viewer, May.KEEP_FIRMS), pk__in=firm_ids, merged_into=None).exists()
    )
