"""How the trail's links are computed: the same arithmetic writes them and proves them."""

import json
from datetime import datetime

from tongti.shared import crypto
from tongti.trail.models import Event, Seal

FIRST = b"\0" * 32
_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def mac_of(event: Event, previous: bytes) -> bytes:
    """The 32-byte chain value of ``event`` after ``previous``; ``queries.verify`` computes the same again."""
    row = [
        event.object_kind,
        event.object_id,
        event.seq,
        event.verb,
        _instant(event.at),
        event.actor_kind,
        event.actor_id,
        event.actor_unit_id,
        event.facts,
    ]
    return crypto.trail_mac(previous + _text(row).encode())


def _instant(at: datetime) -> int:
    # whole microseconds since 1970: what PostgreSQL keeps, free of time zones and of float rounding
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def digest_upto(last: int, after: Seal | None) -> tuple[int, bytes]:
    """Count and running digest of all events with id ≤ ``last``, continued from the seal ``after``."""
    count, digest, start = (after.events, bytes(after.mac), after.last_event_id) if after else (0, FIRST, 0)
    macs = Event.objects.filter(id__gt=start, id__lte=last).order_by("id").values_list("mac", flat=True)
    for mac in macs.iterator(chunk_size=5000):
        digest = crypto.trail_mac(digest + bytes(mac))
        count += 1
    return count, digest
