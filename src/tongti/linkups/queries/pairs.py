"""Which need and which offer may fit, the likeliest first."""

from django.db.models import F, Q, QuerySet

from tongti.linkups.access import kept_pairs, may_keep_pair, visible_pairs
from tongti.linkups.models import Listing, Pair
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import Viewer

LIKELIEST = ("-score", "-id")


def pairs(viewer: Viewer, *, about: str = "", cursor: str = "", size: int = 20) -> Page[Pair]:
    """Pairs that wait for somebody to look, the likeliest first; ``about`` is what the need is about."""
    rows = _rows().filter(visible_pairs(viewer), _waiting())
    if about:
        rows = rows.filter(need__about=about)
    return page_of(rows, order=LIKELIEST, cursor=cursor, size=size)


def pairs_waiting(viewer: Viewer) -> QuerySet[Pair]:
    """Those that are hers to decide, to be counted."""
    return Pair.objects.filter(kept_pairs(viewer), _waiting())


def pairs_of(listing: Listing, cursor: str = "", size: int = 10) -> Page[Pair]:
    """What may fit one listing that she was let see, and what was set aside or introduced, the likeliest first."""
    rows = _rows().filter(Q(need=listing) | Q(offer=listing)).exclude(need__firm=F("offer__firm"))
    return page_of(rows, order=LIKELIEST, cursor=cursor, size=size)


def pair_for(viewer: Viewer, pk: int) -> Pair:
    """One pair with both listings whole. Raises NotVisible."""
    found = _rows().filter(visible_pairs(viewer), pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def may_decide(viewer: Viewer, pair: Pair) -> bool:
    """Whether she may set it aside or introduce the two."""
    return may_keep_pair(viewer, pair)


def _waiting() -> Q:
    # two entries of the register that were merged since are one firm: it needs no introduction to itself
    return Q(state=Pair.State.WAITING) & ~Q(need__firm=F("offer__firm"))


def _rows() -> QuerySet[Pair]:
    unread = ["data", "keys", "terms", "firm__address", "firm__grams"]
    return Pair.objects.select_related(
        "need__firm", "need__place__parent", "offer__firm", "offer__place__parent", "decided_by"
    ).defer(*(f"{side}__{name}" for side in ("need", "offer") for name in unread))
