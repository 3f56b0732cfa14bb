"""留痕: the append-only, hash-chained record of who did what to which object."""

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTransform


class Event(models.Model):
    """One change. Facts hold ids, codes and field names, never personal text.

    ``seq`` counts from 1 within one object; ``mac`` chains the object's events (HMAC over the previous mac and this row).
    UPDATE, DELETE and TRUNCATE are refused by database triggers (migration 0002).
    """

    personal = frozenset[str]()

    object_kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_unit_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    mac = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_kind", "object_id", "seq"], name="trail_event_once")]
        indexes = [
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="trail_by_actor"),
            models.Index(fields=["verb", "-id"], name="trail_by_verb"),
            # a unit's answers behind its on-time rate, however few among those of all units
            models.Index(
                KeyTransform("holder", "facts"),
                F("id").desc(),
                name="trail_answered_by_unit",
                condition=Q(verb="case.answered"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_kind}:{self.object_id}#{self.seq} {self.verb}"


class Seal(models.Model):
    """A nightly statement about the whole trail: so many events up to this id, with this digest.

    The chain of one object cannot show that its newest events were cut off; the seal can.
    """

    personal = frozenset[str]()

    made_at = models.DateTimeField()
    last_event_id = models.BigIntegerField(unique=True)
    events = models.BigIntegerField()
    mac = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"封存 {self.made_at:%Y-%m-%d}，{self.events} 条"
