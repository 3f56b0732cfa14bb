"""随身走访本: an officer opens on her phone what she is to carry along."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tongti.accounts.models import Officer
from tongti.parties.models import Party
from tongti.shared import clock, crypto
from tongti.trail import actions as trail
from tongti.trail.models import Event
from tongti.units.access import May, Viewer
from tongti.visits.models import Companion, Visit

CARRIED_DAYS = 3
"""Contacts of firms that are visited within so many days are carried open: she has to ring them, with or without signal."""
MOST_CARRIED = 60
CARRIED = "party.carried_along"


def open_notebook(*, by: Viewer) -> bytes:
    """32 bytes from which the phone makes the key that seals her drafts there; the same for her every time.

    They come from the installation's secrets and her account, so nobody else's sign-in opens what she wrote, and her own does
    again. Raises NotAllowed.
    """
    by.require(May.VISIT)
    trail.record("officer.notebook_opened", Officer(pk=by.officer_id), by=by)
    return crypto.notebook_key(by.officer_id)


@transaction.atomic
def take_along(*, by: Viewer) -> frozenset[int]:
    """The firms (party ids) whose contacts she takes along today, because she has a visit there within CARRIED_DAYS.

    Reading them is an event: one on each firm's own trail, once a day and officer. Raises NotAllowed.
    """
    by.require(May.VISIT)
    soon = clock.today() + timedelta(days=CARRIED_DAYS)
    along = Companion.objects.filter(officer_id=by.officer_id).values("visit_id")
    planned = Visit.objects.filter(Q(officer_id=by.officer_id) | Q(pk__in=along), state=Visit.State.PLANNED)
    found = planned.filter(planned_on__lte=soon).order_by("planned_on", "id").values_list("party_id", flat=True)
    ids = frozenset(found[:MOST_CARRIED])
    since = timezone.make_aware(datetime.combine(clock.today(), time.min))
    noted = Event.objects.filter(actor_kind=by.kind, actor_id=by.officer_id, verb=CARRIED, at__gte=since)
    fresh = ids - set(noted.filter(object_id__in=ids).values_list("object_id", flat=True))
    if fresh:
        trail.record_many([(CARRIED, Party(pk=pk), None) for pk in sorted(fresh)], by=by)
    return ids
