"""Telling the askers a new date. The notice is in the outbox in the transaction that moves the date, so it never counts untold."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings

from tongti.cases.models import Case
from tongti.outbox import actions as outbox
from tongti.relay.models import Baton
from tongti.shared import links
from tongti.units import queries as units


def tell_new_date(cases: Sequence[Case], *, template: str, key: str, baton: Baton, due_on: date, reason: str) -> int:
    """One notice each to the askers of these cases who left a way to be reached; answers how many.

    ``template`` names the texts (``notice.extended`` and ``notice.extended_subject``), ``key`` makes a repeat harmless,
    ``reason`` is the class of the reason, never anybody's own words. Whoever cannot be written to reads it when she
    looks her case up.
    """
    subject, body = units.words(f"{template}_subject"), units.words(template)
    rows = Case.objects.filter(pk__in=[case.pk for case in cases], reply_wanted=True, party_id__isnull=False)
    slots = {
        "unit": baton.unit.name,
        "due": f"{due_on.year} 年 {due_on.month} 月 {due_on.day} 日",
        "reason": reason,
        "owner": settings.OWNER_NAME,
        "district": settings.DISTRICT_NAME,
    }
    drafts = [
        outbox.Draft(
            subject=_filled(subject, own := {**slots, "number": case.number, "url": links.tracking_url(case.pk)}),
            body=_filled(body, own),
            about=case,
            dedupe_key=f"{key}:{case.pk}",
            to_party_id=case.party_id,
        )
        for case in rows.only("id", "number", "party_id").order_by("pk")
    ]
    return outbox.send_many(drafts) if drafts else 0


def _filled(text: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    return text
