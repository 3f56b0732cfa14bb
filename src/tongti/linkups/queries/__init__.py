"""Reads on needs and offers, their pairs and introductions."""

from tongti.linkups.models import Introduction, Listing, Pair
from tongti.linkups.queries.introductions import (
    INTRODUCTION_TABS,
    contacts_of,
    due_follow_ups,
    introduction_counts,
    introduction_for,
    introductions,
    introductions_of_firm,
    introductions_of_listing,
    may_follow,
)
from tongti.linkups.queries.listings import (
    ListingFilters,
    listing_for,
    listings,
    listings_of_firm,
    may_change,
    stated_waiting,
)
from tongti.linkups.queries.pairs import (
    may_decide,
    pair_for,
    pairs,
    pairs_of,
    pairs_waiting,
)

ListingKind, ListingAbout, ListingState = Listing.Kind, Listing.About, Listing.State
IntroductionHow, IntroductionState = Introduction.How, Introduction.State
PairState = Pair.State

__all__ = [
    "INTRODUCTION_TABS",
    "IntroductionHow",
    "IntroductionState",
    "ListingAbout",
    "ListingFilters",
    "ListingKind",
    "ListingState",
    "PairState",
    "contacts_of",
    "due_follow_ups",
    "introduction_counts",
    "introduction_for",
    "introductions",
    "introductions_of_firm",
    "introductions_of_listing",
    "listing_for",
    "listings",
    "listings_of_firm",
    "may_change",
    "may_decide",
    "may_follow",
    "pair_for",
    "pairs",
    "pairs_of",
    "pairs_waiting",
    "stated_waiting",
]
