"""供需配对: the engine proposes, a person decides; what was set aside stays aside."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from tongti.linkups.access import require_pair
from tongti.linkups.errors import ListingClosed, PairDecided
from tongti.linkups.models import Listing, Pair
from tongti.linkups.pairing import candidates, fit
from tongti.questions import matching
from tongti.shared import clock
from tongti.shared.errors import Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import Viewer

REASON_LIMIT = 200
BATCH = 200
Waiting = Pair.State.WAITING


@transaction.atomic
def find_pairs(*, listing_ids: Sequence[int]) -> int:
    """Propose what fits these open listings; answers how many pairs are new. Safe to run twice.

    Only candidates that share telling keys are compared. Pairs that a person decided stay decided; those that wait and no longer
    fit are taken off. Two listings entered in the same second may miss each other: the nightly job looks again.
    """
    return sum(_find(row) for row in _with_places().filter(pk__in=listing_ids, state=Listing.State.OPEN))


def _find(row: Listing) -> int:
    is_need = row.kind == Listing.Kind.NEED
    mine, theirs = ("need_id", "offer_id") if is_need else ("offer_id", "need_id")
    known = {getattr(pair, theirs): pair for pair in Pair.objects.filter(**{mine: row.pk}).select_for_update()}
    # also those that were found from the other side: its telling keys need not be this one's
    ids = {*candidates(row), *(pk for pk, pair in known.items() if pair.state == Waiting)}
    others = {one.pk: one for one in _with_places().filter(pk__in=ids, state=Listing.State.OPEN)}
    fits = {
        pk: found
        for pk, other in others.items()
        if (found := fit(*((row, other) if is_need else (other, row)), today=clock.today())) and found.likely
    }
    stale = [pair.pk for pk, pair in known.items() if pair.state == Waiting and pk not in fits]
    Pair.objects.filter(pk__in=stale, state=Waiting).delete()
    version, now = matching.settings_version(), clock.now()
    fresh = [
        Pair(
            **{mine: row.pk, theirs: pk},
            score=found.score,
            reasons=found.reasons,
            shared_words=found.shared_words,
            settings_version=version,
            found_at=now,
        )
        for pk, found in fits.items()
        if pk not in known
    ]
    Pair.objects.bulk_create(fresh, ignore_conflicts=True)
    for pk, found in fits.items():
        pair = known.get(pk)
        if pair is None or pair.state != Waiting or (pair.score, pair.reasons) == (found.score, found.reasons):
            continue
        pair.score, pair.reasons, pair.shared_words = found.score, found.reasons, found.shared_words
        pair.settings_version = version
        pair.save(update_fields=["score", "reasons", "shared_words", "settings_version"])
    return len(fresh)


@transaction.atomic
def set_aside(*, pair: Pair, reason: str, by: Viewer) -> Pair:
    """不合适, remembered for ever. Raises BadInput, NotAllowed, PairDecided."""
    require_pair(by, pair)
    reason = checked_words(reason, "reason", "为什么不合适", REASON_LIMIT)
    decide(pair, Pair.State.ASIDE, by=by, aside_for=reason)
    trail.record("pair.set_aside", pair, by=by, facts={"need": pair.need_id, "offer": pair.offer_id})
    pair.refresh_from_db()
    return pair


@transaction.atomic
def take_back(*, pair: Pair, by: Viewer) -> Pair:
    """Set aside by mistake: it waits again. Raises ListingClosed, NotAllowed, Raced."""
    require_pair(by, pair)
    for one in (pair.need, pair.offer):
        if one.state != Listing.State.OPEN:
            raise ListingClosed(kind=one.get_kind_display(), state=one.get_state_display().removeprefix("已"))
    if not Pair.objects.filter(pk=pair.pk, state=Pair.State.ASIDE).update(
        state=Waiting, aside_for="", decided_by=None, decided_at=None
    ):
        raise Raced
    trail.record("pair.taken_back", pair, by=by)
    pair.refresh_from_db()
    return pair


def decide(pair: Pair, state: Pair.State, *, by: Viewer, aside_for: str = "") -> None:
    """Compare-and-set from waiting. Raises PairDecided."""
    won = Pair.objects.filter(pk=pair.pk, state=Waiting).update(
        state=state, aside_for=aside_for, decided_by_id=by.officer_id, decided_at=clock.now()
    )
    if not won:
        now = Pair.objects.filter(pk=pair.pk).first()
        raise PairDecided(state=now.get_state_display() if now else "其中一条已经撤回或者改过")


def forget_waiting(listing_id: int) -> None:
    """A closed listing is proposed to nobody; decided pairs stay."""
    Pair.objects.filter(Q(need=listing_id) | Q(offer=listing_id), state=Waiting).delete()


@transaction.atomic
def expire(*, limit: int = BATCH) -> int:
    """Listings whose last good day has passed: their pairs say so and go to the end of the list. Answers how many were marked;
    run until 0. The listing stays open: firms forget the date more often than they stop needing the thing."""
    over = Listing.objects.select_for_update(skip_locked=True).filter(
        state=Listing.State.OPEN, expired=False, valid_until__lt=clock.today()
    )
    ids = list(over.order_by("pk").values_list("pk", flat=True)[:limit])
    Listing.objects.filter(pk__in=ids).update(expired=True)
    find_pairs(listing_ids=ids)
    return len(ids)


@transaction.atomic
def reread(*, limit: int = BATCH) -> int:
    """Open listings that an older engine read are read anew; answers how many. Run until 0."""
    version = matching.features_version()
    rows = list(
        Listing.objects.select_for_update(skip_locked=True)
        .filter(state=Listing.State.OPEN)
        .exclude(engine_version=version)
        .order_by("pk")[:limit]
    )
    for row, read in zip(rows, matching.read_texts([(row.title, row.words) for row in rows]), strict=True):
        row.keys, row.data, row.engine_version = read.keys, read.data, version
    Listing.objects.bulk_update(rows, ["keys", "data", "engine_version"])
    find_pairs(listing_ids=[row.pk for row in rows])
    return len(rows)


@transaction.atomic
def find_recent(*, days: int = 2) -> int:
    """Listings of the last days once more, for those that were entered in the same second. Answers how many pairs are new."""
    since = clock.now() - timedelta(days=days)
    rows = Listing.objects.filter(state=Listing.State.OPEN, changed_at__gte=since).order_by("pk")
    return find_pairs(listing_ids=list(rows.values_list("pk", flat=True)))


def _with_places() -> QuerySet[Listing]:
    return Listing.objects.select_related("place__parent")
