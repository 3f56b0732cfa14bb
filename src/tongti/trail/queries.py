"""Reading and proving the trail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import models

from tongti.trail.chain import FIRST, digest_upto, mac_of
from tongti.trail.models import Event, Seal


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
