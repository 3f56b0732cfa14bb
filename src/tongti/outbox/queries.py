"""Reading the outbox: what was sent about an object, and what is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count

from tongti.outbox import channels
from tongti.outbox.access import may_see_overview
from tongti.outbox.models import Message
from tongti.units.access import Viewer

MessageState = Message.State


@dataclass(frozen=True)
class Sending:
    """One message as the desk shows it: never to whom in the clear, never its words."""

    pk: int
    subject: str
    channel: str
    state: str
    at: datetime
    failure: str


def about(obj: models.Model) -> list[Sending]:
    """What was sent about one object that the caller was let see, newest first."""
    return about_many([obj]).get(obj.pk, [])


def about_many(objects: Sequence[models.Model]) -> dict[int, list[Sending]]:
    """The same for several objects of one kind, in one query."""
    if not objects:
        return {}
    kind = objects[0]._meta.label_lower
    rows = Message.objects.filter(about_kind=kind, about_id__in=[o.pk for o in objects]).order_by("-id")
    names = {code: one.name for code, one in channels.registry().items()}
    found: dict[int, list[Sending]] = {}
    for m in rows.defer("to", "body"):
        found.setdefault(m.about_id, []).append(
            Sending(
                pk=m.pk,
                subject=m.subject,
                channel=names.get(m.channel, m.channel),
                state=m.state,
                at=m.sent_at or m.created_at,
                failure=m.failure,
            )
        )
    return found


def overview(viewer: Viewer) -> dict[str, int]:
    """Number of messages per state; empty for viewers who have nothing to do with it."""
    if not may_see_overview(viewer):
        return {}
    waiting = Message.objects.exclude(state=MessageState.SENT).values_list("state").annotate(n=Count("id"))
    return dict(waiting)
