"""Reading and proving the trail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone

from tongti.shared import clock
from tongti.trail.chain import FIRST, digest_upto, mac_of
from tongti.trail.models import Event, Seal

# Transactions that run side by side may commit a little out of the order of their ids.
_SLACK = 10_000


@dataclass(frozen=True)
class Proof:
    """What ``verify`` found: how much was read, and one Chinese sentence per fault (none = the trail holds)."""

    events: int
    objects: int
    seals: int
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def of(obj: models.Model, limit: int = 200) -> list[Event]:
    """The newest ``limit`` events of one object, newest first. The caller has already been let see the object."""
    return list(Event.objects.filter(object_kind=obj._meta.label_lower, object_id=obj.pk).order_by("-seq")[:limit])


def between(rows: models.QuerySet[Event], since: date | None, until: date | None) -> models.QuerySet[Event]:
    """These events of the days ``since``…``until`` (both included, None: open), found without an index on the time."""
    if since is not None:
        start = _midnight(since)
        rows = rows.filter(at__gte=start, id__gte=_first_id_at(start) - _SLACK)
    if until is not None:
        end = _midnight(until + timedelta(days=1))
        rows = rows.filter(at__lt=end)
        if end <= clock.now():  # nothing is written after now: no bound to look for
            rows = rows.filter(id__lt=_first_id_at(end) + _SLACK)
    return rows


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def _first_id_at(moment: datetime) -> int:
    """About the first id written at or after ``moment``: ids and times rise together, so halving finds it by primary key
    in some thirty look-ups, at any size."""
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        row = Event.objects.filter(id__gte=middle).order_by("id").values_list("id", "at").first()
        if row is None or row[1] >= moment:
            high = middle
        else:
            low = row[0] + 1
    return low


def verify(progress: Callable[[int], None] | None = None) -> Proof:
    """Recompute every chain and every seal. ``progress`` is told the number of events read so far."""
    faults: list[str] = []
    events = objects = 0
    chain: tuple[str, int] | None = None
    seq, mac = 0, FIRST
    for event in _in_chain_order():
        if (event.object_kind, event.object_id) != chain:
            chain, seq, mac = (event.object_kind, event.object_id), 0, FIRST
            objects += 1
        faults += _faults_of(event, seq, mac)
        seq, mac = event.seq, bytes(event.mac)
        events += 1
        if progress and events % 5000 == 0:
            progress(events)
    seals, bad_seals = _verify_seals()
    return Proof(events=events, objects=objects, seals=seals, faults=tuple(faults + bad_seals))


def _in_chain_order() -> Iterator[Event]:
    return Event.objects.order_by("object_kind", "object_id", "seq").iterator(chunk_size=5000)


def _faults_of(event: Event, seq: int, mac: bytes) -> list[str]:
    name = f"{event.object_kind}:{event.object_id} 第 {event.seq} 条（{event.verb}）"
    if event.seq != seq + 1:
        return [f"{name} 之前缺了 {event.seq - seq - 1} 条"]
    if bytes(event.mac) != mac_of(event, mac):
        return [f"{name} 的内容被改过"]
    return []


def _verify_seals() -> tuple[int, list[str]]:
    before: Seal | None = None
    faults, seals = [], 0
    for seal in Seal.objects.order_by("last_event_id"):
        count, digest = digest_upto(seal.last_event_id, before)
        if (count, digest) != (seal.events, bytes(seal.mac)):
            faults.append(f"{seal}：应有 {seal.events} 条，实有 {count} 条，或内容不符")
        before = seal
        seals += 1
    return seals, faults
