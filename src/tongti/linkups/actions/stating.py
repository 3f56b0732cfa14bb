"""企业自己填的需求和供给: written without an account, confirmed by an officer who keeps the firm's file, paired only then."""

import uuid

from django.conf import settings
from django.db import transaction

from tongti.linkups.access import may_keep_listing
from tongti.linkups.actions.listings import new_listing, read_by_engine
from tongti.linkups.actions.pairing import find_pairs
from tongti.linkups.drafts import ListingDraft, read_draft
from tongti.linkups.errors import NotWaiting, TooManyWaiting
from tongti.linkups.models import Listing
from tongti.outbox import actions as outbox
from tongti.parties.models import Firm
from tongti.shared import clock
from tongti.shared.actor import Asker
from tongti.shared.errors import NotAllowed, NotVisible
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import May, Viewer

MOST_WAITING = 10
"""So many of one firm's own wait at most; further ones are refused until somebody has looked (against floods, no rule of law)."""


@transaction.atomic
def state_listing(*, firm: Firm, key: uuid.UUID, draft: ListingDraft, by: Asker) -> Listing:
    """The firm writes what it needs or offers; it waits for an officer. The same ``key`` gives the same row again.

    That the writer may speak for the firm is for the caller to know (its link, or its code and a contact's phone). Raises
    BadInput, NotVisible, TooManyWaiting.
    """
    read = read_draft(draft)
    # two at once are two rows only where both may be
    Firm.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=firm.pk)
    known = Listing.objects.filter(stated_key=key).first()
    if known is not None:
        if known.firm_id != firm.pk:
            raise NotVisible
        return known
    if Listing.objects.filter(firm=firm, state=Listing.State.STATED).count() >= MOST_WAITING:
        raise TooManyWaiting(most=MOST_WAITING)
    row = new_listing(firm, read, by=by)
    row.state, row.stated_key = Listing.State.STATED, key
    read_by_engine([row])
    row.save(force_insert=True)
    facts = {"firm": firm.pk, "kind": row.kind, "about": row.about, "case": by.case_id}
    trail.record("listing.stated", row, by=by, facts=facts, first=True)
    return row


@transaction.atomic
def confirm_stated(*, listing: Listing, by: Viewer) -> Listing:
    """采用: it stands as the firm wrote it, likely pairs are found, and the firm is told. Raises NotAllowed, NotWaiting."""
    _decide(listing, Listing.State.OPEN, "", by)
    listing.refresh_from_db()
    # what the engine read when it was written may be of an older model
    read_by_engine([listing])
    listing.save(update_fields=["terms", "keys", "data", "engine_version"])
    trail.record("listing.confirmed", listing, by=by)
    find_pairs(listing_ids=[listing.pk])
    _tell(listing, "notice.listing_confirmed")
    return listing


@transaction.atomic
def refuse_stated(*, listing: Listing, reason: str, by: Viewer) -> Listing:
    """不采用, with the reason, which the firm is told; nothing is paired with it. Raises NotAllowed, BadInput, NotWaiting."""
    reason = checked_words(reason, "reason", "说明", 200)
    _decide(listing, Listing.State.REFUSED, reason, by)
    trail.record("listing.refused", listing, by=by)
    listing.refresh_from_db()
    _tell(listing, "notice.listing_refused")
    return listing


def _tell(listing: Listing, template: str) -> None:
    """What became of it, to the firm's first contact, in the caller's transaction."""
    slots = {"title": listing.title, "reason": listing.state_reason, "owner": settings.OWNER_NAME}
    slots |= {"url": f"{settings.BASE_URL}/supply/", "district": settings.DISTRICT_NAME}
    outbox.send(
        about=listing,
        subject=units.filled_words(f"{template}_subject", slots),
        body=units.filled_words(template, slots),
        dedupe_key=f"listing_decided:{listing.pk}",
        to_party=listing.firm_id,
    )


def _decide(listing: Listing, state: str, reason: str, by: Viewer) -> None:
    if not may_keep_listing(by, listing):
        raise NotAllowed(what=May.KEEP_FIRMS.value)
    now = clock.now()
    won = Listing.objects.filter(pk=listing.pk, state=Listing.State.STATED).update(
        state=state,
        state_reason=reason,
        decided_by_id=by.officer_id,
        decided_at=now,
        changed_at=now,
        version=listing.version + 1,
    )
    if not won:
        raise NotWaiting
