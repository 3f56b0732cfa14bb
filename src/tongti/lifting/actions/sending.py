"""去信: written with the fact, sent in order, repeated until the other side signed for it."""

import json
import logging
import time
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction

from tongti.lifting import wire
from tongti.lifting.actions.peers import next_serial, send_soon
from tongti.lifting.models import Arrival, Lift, Outgoing, OwnKey, Peer
from tongti.shared import clock, crypto

log = logging.getLogger(__name__)

# Minutes until the next try; from then on every hour, for as long as it takes: a letter is never given up by itself.
BACKOFF = (1, 2, 5, 15, 30, 60)
VERSION = 1
MOST_SECONDS = 60
"""After so long one run leaves the rest to the next: a peer that takes its time holds no worker."""


def post(
    *,
    peer: Peer,
    kind: str,
    key: uuid.UUID,
    data: dict[str, Any],
    lift: Lift | None = None,
    arrival: Arrival | None = None,
) -> Outgoing:
    """Write a letter in the caller's transaction; it exists exactly when the fact does. ``key`` names the line on both sides."""
    letter = Outgoing.objects.create(
        peer=peer,
        message_id=uuid.uuid4(),
        serial=next_serial(peer),
        kind=kind,
        key=key,
        data=data,
        lift=lift,
        arrival=arrival,
        next_try_at=clock.now(),
        made_at=clock.now(),
    )
    send_soon(peer.pk)
    return letter


def send_letters(*, peer_id: int, limit: int = 100) -> int:
    """Send what is due to one peer, oldest first; stops at the first that does not arrive. Answers how many arrived."""
    sent, until = 0, time.monotonic() + MOST_SECONDS
    while sent < limit and _send_one(peer_id):
        # outside the letter's transaction: whoever cuts the link locks the peer before its letters
        Peer.objects.filter(pk=peer_id).update(reached_at=clock.now())
        sent += 1
        if time.monotonic() >= until:
            break
    return sent


def remind_senders() -> int:
    """Each minute: one job for each peer that has something due, under that link's lock. Answers how many."""
    waiting = peers_with_letters()
    for peer_id in waiting:
        send_soon(peer_id)
    return len(waiting)


def peers_with_letters() -> list[int]:
    """The links over which something is due now."""
    due = Outgoing.objects.filter(
        state=Outgoing.State.WAITING, next_try_at__lte=clock.now(), peer__state=Peer.State.ACTIVE
    )
    return sorted(set(due.values_list("peer_id", flat=True)))


@transaction.atomic
def _send_one(peer_id: int) -> bool:
    """Whether one more arrived. The row stays locked until its new state is committed, so no second worker takes it."""
    first = Outgoing.objects.filter(peer_id=peer_id, state=Outgoing.State.WAITING).order_by("serial").first()
    if first is None:
        return False
    rows = Outgoing.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("peer")
    letter = rows.filter(pk=first.pk, state=Outgoing.State.WAITING, next_try_at__lte=clock.now()).first()
    own = OwnKey.objects.filter(retired_at=None).first()
    if letter is None or own is None or letter.peer.state != Peer.State.ACTIVE:
        return False
    try:
        said = wire.post(
            letter.peer.base_url,
            body_of(letter),
            serial=own.serial,
            public=bytes(letter.peer.public),
            message_id=str(letter.message_id),
        )
    except wire.NotReached as why:
        _put_off(letter, str(why))
        return False
    letter.state = Outgoing.State.ACKNOWLEDGED if said.taken else Outgoing.State.REFUSED
    letter.failure, letter.ended_at = said.reason, clock.now()
    letter.attempts += 1
    letter.save(update_fields=["state", "failure", "ended_at", "attempts"])
    return True


def body_of(letter: Outgoing) -> bytes:
    """The letter as it crosses: canonical JSON, so that the same letter is always the same bytes."""
    said = {
        "v": VERSION,
        "id": str(letter.message_id),
        "from": crypto.installation_id(),
        "to": letter.peer.remote_id,
        "serial": letter.serial,
        "made_at": letter.made_at.isoformat(),
        "kind": letter.kind,
        "about": str(letter.key),
        "data": letter.data,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _put_off(letter: Outgoing, why: str) -> None:
    minutes = BACKOFF[min(letter.attempts, len(BACKOFF) - 1)]
    letter.attempts = min(letter.attempts + 1, 30_000)
    letter.failure = why[:300]
    letter.next_try_at = clock.now() + timedelta(minutes=minutes)
    letter.save(update_fields=["attempts", "failure", "next_try_at"])
    log.warning("letter not delivered", extra={"letter_id": letter.pk, "attempts": letter.attempts})
