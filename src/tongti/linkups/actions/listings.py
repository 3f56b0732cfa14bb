"""供需信息: enter what a firm needs or offers, change it, close it, open it again."""

import re
from collections.abc import Sequence

from django.db import transaction

from tongti.linkups.access import may_keep_listing
from tongti.linkups.actions.pairing import find_pairs, forget_waiting
from tongti.linkups.drafts import TITLE_LIMIT, ListingDraft, ReadDraft, read_draft
from tongti.linkups.errors import ListingClosed
from tongti.linkups.models import Listing
from tongti.parties.actions.firms import require_keep
from tongti.parties.models import Firm
from tongti.questions import matching
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.shared.text import checked_words, words
from tongti.trail import actions as trail
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Region

REASON_LIMIT = 200
LONGEST_TERM = 40
# the engine reads signs in their narrow form; in a title they look like a slip of the hand (but 1,000 is a number)
_HALF_COMMA = re.compile(r"(?<!\d),|,(?!\d)")


def propose_title(said: str) -> str:
    """A short title from a firm's own words, for a person to mend; nothing is written."""
    return _HALF_COMMA.sub("，", matching.short_name(said))[:TITLE_LIMIT]


@transaction.atomic
def enter(*, firm: Firm, draft: ListingDraft, by: Viewer) -> Listing:
    """One more need or offer, told by the firm to the officer; likely pairs are found at once.

    Raises BadInput, FirmMerged, NotAllowed.
    """
    require_keep(firm, by=by)
    read = read_draft(draft)
    _check_place(read.place_id)
    row = new_listing(firm, read, by=by)
    read_by_engine([row])
    row.save(force_insert=True)
    facts = {"firm": firm.pk, "kind": row.kind, "about": row.about}
    trail.record("listing.entered", row, by=by, facts=facts, first=True)
    find_pairs(listing_ids=[row.pk])
    return row


@transaction.atomic
def enter_many(*, rows: Sequence[tuple[Firm, ListingDraft]], by: Actor) -> list[Listing]:
    """Many at once with a constant number of statements, by whoever keeps the whole register; pairs are for the caller to
    find afterwards. Places are ids that the caller looked up. Raises BadInput, NotAllowed."""
    if isinstance(by, Viewer) and by.scope(May.KEEP_FIRMS) < Scope.ALL:
        raise NotAllowed(what=May.KEEP_FIRMS.value)
    made = [new_listing(firm, read_draft(draft), by=by) for firm, draft in rows]
    read_by_engine(made)
    Listing.objects.bulk_create(made)
    trail.record_many(
        [("listing.entered", row, {"firm": row.firm_id, "kind": row.kind, "about": row.about}) for row in made],
        by=by,
        first=True,
    )
    return made


@transaction.atomic
def change(*, listing: Listing, draft: ListingDraft, version: int, by: Viewer) -> list[str]:
    """Write what differs; answers the changed fields. A changed text is read and paired anew; pairs that were set aside stay so.

    The kind stays what it was: a need does not become an offer. Raises BadInput, ListingClosed, NotAllowed, Raced.
    """
    _require_keep(listing, by=by)
    read = read_draft(draft, before=listing.valid_until)
    _check_place(read.place_id)
    values = {
        "about": read.about,
        "words": read.words,
        "title": read.title or propose_title(read.words),
        "place_id": read.place_id or listing.firm.place_id,
        "valid_until": read.valid_until,
    }
    changed = sorted(name for name, value in values.items() if getattr(listing, name) != value)
    if not changed:
        return []
    for name in changed:
        setattr(listing, name, values[name])
    listing.expired = listing.valid_until is not None and listing.valid_until < clock.today()
    read_by_engine([listing])
    won = Listing.objects.filter(pk=listing.pk, version=version, state=Listing.State.OPEN).update(
        version=version + 1,
        changed_at=clock.now(),
        expired=listing.expired,
        terms=listing.terms,
        keys=listing.keys,
        data=listing.data,
        engine_version=listing.engine_version,
        **{name: values[name] for name in changed},
    )
    if not won:
        raise _lost(listing)
    trail.record("listing.changed", listing, by=by, facts={"fields": changed})
    find_pairs(listing_ids=[listing.pk])
    listing.refresh_from_db()
    return changed


@transaction.atomic
def close(*, listing: Listing, met: bool, reason: str = "", by: Viewer) -> Listing:
    """已满足 (``met``) or 撤回 with a reason: it is paired no more. Raises BadInput, ListingClosed, NotAllowed."""
    _require_keep(listing, by=by)
    reason = checked_words(reason, "reason", "说明", REASON_LIMIT, optional=met)
    state = Listing.State.MET if met else Listing.State.WITHDRAWN
    if not Listing.objects.filter(pk=listing.pk, state=Listing.State.OPEN).update(
        state=state, state_reason=reason, version=listing.version + 1, changed_at=clock.now()
    ):
        raise _lost(listing)
    # two calls, so that each verb is written out
    if met:
        trail.record("listing.met", listing, by=by)
    else:
        trail.record("listing.withdrawn", listing, by=by)
    forget_waiting(listing.pk)
    listing.refresh_from_db()
    return listing


@transaction.atomic
def reopen(*, listing: Listing, by: Viewer) -> Listing:
    """It holds again; pairs are found anew. Raises NotAllowed, Raced (it is open already)."""
    _require_keep(listing, by=by)
    if not Listing.objects.filter(pk=listing.pk, state__in=(Listing.State.WITHDRAWN, Listing.State.MET)).update(
        state=Listing.State.OPEN, state_reason="", version=listing.version + 1, changed_at=clock.now()
    ):
        raise Raced
    trail.record("listing.reopened", listing, by=by)
    find_pairs(listing_ids=[listing.pk])
    listing.refresh_from_db()
    return listing


def new_listing(firm: Firm, read: ReadDraft, *, by: Actor) -> Listing:
    """An unsaved row that the engine has not read yet; for the verbs of this package."""
    now = clock.now()
    return Listing(
        firm=firm,
        kind=read.kind,
        about=read.about,
        title=read.title or propose_title(read.words),
        words=read.words,
        place_id=read.place_id or firm.place_id,
        valid_until=read.valid_until,
        entered_by_id=by.actor_id if by.kind == "officer" else None,
        entered_at=now,
        changed_at=now,
    )


def read_by_engine(rows: Sequence[Listing]) -> None:
    """Fill what is made of the text: words to search by, keys to find by, features to compare."""
    version = matching.features_version()
    for row, read in zip(rows, matching.read_texts([(row.title, row.words) for row in rows]), strict=True):
        row.keys, row.data, row.engine_version = read.keys, read.data, version
        row.terms = [word for word in words(f"{row.title} {row.words}") if len(word) <= LONGEST_TERM]


def _require_keep(listing: Listing, *, by: Viewer) -> None:
    if not may_keep_listing(by, listing):
        raise NotAllowed(what=May.KEEP_FIRMS.value)


def _check_place(place_id: int | None) -> None:
    if place_id and not Region.objects.filter(pk=place_id, active=True).exists():
        raise BadInput("place", "没有这个乡镇、村（社区），请重新选择。")


def _lost(listing: Listing) -> ListingClosed | Raced:
    """Why a compare-and-set found nothing: closed meanwhile, or changed by somebody else."""
    now = Listing.objects.only("state", "kind").get(pk=listing.pk)
    if now.state != Listing.State.OPEN:
        return ListingClosed(kind=now.get_kind_display(), state=now.get_state_display().removeprefix("已"))
    return Raced()
