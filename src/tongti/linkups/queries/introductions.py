"""Introductions: who was brought together with whom, and what came of it."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from tongti.linkups.access import kept_introductions, may_keep_pair, visible_introductions
from tongti.linkups.models import Introduction, IntroductionStep, Listing
from tongti.parties import queries as parties
from tongti.parties.models import Firm
from tongti.parties.queries import ContactFace
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import Viewer

State = Introduction.State
OPEN = (State.ASKING, State.TALKING)
NEWEST = ("-at", "-id")
INTRODUCTION_TABS = ("due", *State.values)
FEW = 10


def introductions(viewer: Viewer, tab: str, cursor: str = "", size: int = 30) -> Page[Introduction]:
    """By state, newest first; “due” are those whose day to ask has come, the longest due first."""
    rows = _rows().filter(visible_introductions(viewer))
    if tab == "due":
        return page_of(rows.filter(_due()), order=("follow_up_on", "id"), cursor=cursor, size=size)
    return page_of(rows.filter(state=tab), order=NEWEST, cursor=cursor, size=size)


def introduction_counts(viewer: Viewer) -> dict[str, int]:
    """How many behind each tab; one query."""
    wanted: dict[str, Any] = {state: Count("pk", filter=Q(state=state)) for state in State.values}
    rows = Introduction.objects.filter(visible_introductions(viewer))
    return dict(rows.aggregate(due=Count("pk", filter=_due()), **wanted))


def due_follow_ups(viewer: Viewer) -> QuerySet[Introduction]:
    """Introductions that are hers to follow and whose day to ask has come."""
    return Introduction.objects.filter(kept_introductions(viewer), _due())


def introduction_for(viewer: Viewer, pk: int) -> Introduction:
    """One introduction with its steps. Raises NotVisible."""
    steps = IntroductionStep.objects.select_related("by").order_by("-id")
    rows = _rows().filter(visible_introductions(viewer), pk=pk)
    found = rows.prefetch_related(Prefetch("steps", queryset=steps)).first()
    if found is None:
        raise NotVisible
    return found


def introductions_of_listing(listing: Listing) -> list[Introduction]:
    """Those of one need or offer that she was let see, newest first."""
    rows = _rows().filter(Q(pair__need=listing) | Q(pair__offer=listing))
    return list(rows.order_by(*NEWEST)[:FEW])


def introductions_of_firm(viewer: Viewer, firm: Firm) -> list[Introduction]:
    """Those of one firm that she was let see, newest first."""
    rows = _rows().filter(visible_introductions(viewer))
    return list(rows.filter(Q(pair__need__firm=firm) | Q(pair__offer__firm=firm)).order_by(*NEWEST)[:FEW])


def may_follow(viewer: Viewer, introduction: Introduction) -> bool:
    """Whether she may write down consents and what came of it."""
    return may_keep_pair(viewer, introduction.pair)


def contacts_of(viewer: Viewer, *listings: Listing) -> dict[int, tuple[ContactFace, ...]]:
    """Masked contacts of the firms behind these listings, by firm; a firm that she does not see is absent. Two queries."""
    cards = parties.cards(viewer, [listing.firm_id for listing in listings])
    return {pk: card.contacts for pk, card in cards.items()}


def _due() -> Q:
    return Q(state__in=OPEN, follow_up_on__lte=clock.today())


def _rows() -> QuerySet[Introduction]:
    unread = ["data", "keys", "terms", "words", "firm__address", "firm__grams"]
    return Introduction.objects.select_related(
        "pair__need__firm", "pair__offer__firm", "pair__need__place", "pair__offer__place", "by", "unit", "passed_on_by"
    ).defer(*(f"pair__{side}__{name}" for side in ("need", "offer") for name in unread))
