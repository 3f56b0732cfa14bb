"""The one way to write the trail."""

from typing import Any

from django.db import connection, models, transaction

from tongti.shared import clock, rows
from tongti.shared.actor import Actor
from tongti.trail.chain import FIRST, digest_upto, mac_of
from tongti.trail.models import Event, Seal


def record(
    verb: str, obj: models.Model, *, by: Actor, facts: dict[str, Any] | None = None, first: bool = False
) -> Event:
    """Append one event to the chain of ``obj``, in the caller's transaction.

    ``verb`` reads ``noun.past`` (``case.registered``). ``facts`` are ids, codes, numbers and field names only.
    ``first=True`` says that the object was made in this very transaction, which saves the lock and the look-up.
    """
    return record_many([(verb, obj, facts)], by=by, first=first)[0]


@transaction.atomic(savepoint=False)
def record_many(
    entries: list[tuple[str, models.Model, dict[str, Any] | None]], *, by: Actor, first: bool = False
) -> list[Event]:
    """Append one event to each of several objects with a constant number of queries; an object may appear once."""
    keys = [(obj._meta.label_lower, obj.pk) for _, obj, _ in entries]
    tails = {} if first else _tails(keys)
    at = clock.now()
    events = []
    for (verb, _, facts), (kind, pk) in zip(entries, keys, strict=True):
        seq, previous = tails.get((kind, pk), (0, FIRST))
        event = Event(
            object_kind=kind,
            object_id=pk,
            seq=seq + 1,
            verb=verb,
            at=at,
            actor_kind=by.kind,
            actor_id=by.actor_id,
            actor_unit_id=by.actor_unit_id,
            facts=facts or {},
        )
        event.mac = mac_of(event, previous)
        events.append(event)
    rows.insert(events)
    return events


def _tails(keys: list[tuple[str, int]]) -> dict[tuple[str, int], tuple[int, bytes]]:
    names = sorted(f"{kind}:{pk}" for kind, pk in keys)
    kinds, pks = [kind for kind, _ in keys], [pk for _, pk in keys]
    with connection.cursor() as cursor:
        # Two statements on one way to the database. The lock must be one of its own: under READ COMMITTED a statement's snapshot
        # is older than locks it waits for.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(k, 7)) FROM unnest(%s::text[]) AS k; "
            "SELECT k.kind, k.pk, e.seq, e.mac FROM unnest(%s::text[], %s::bigint[]) AS k(kind, pk) CROSS JOIN LATERAL ("
            "SELECT seq, mac FROM trail_event WHERE object_kind = k.kind AND object_id = k.pk ORDER BY seq DESC LIMIT 1"
            ") AS e",
            [names, kinds, pks],
        )
        cursor.nextset()
        return {(kind, pk): (seq, bytes(mac)) for kind, pk, seq, mac in cursor.fetchall()}


@transaction.atomic
def seal(*, by: Actor) -> Seal | None:
    """Seal everything up to the newest event; None when nothing is new. Run nightly."""
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first()
    before = Seal.objects.order_by("-last_event_id").first()
    if newest is None or (before and before.last_event_id == newest):
        return None
    count, digest = digest_upto(newest, after=before)
    return Seal.objects.create(made_at=clock.now(), last_event_id=newest, events=count, mac=digest)
