"""告诉企业: the link by which a firm follows its own difficulty, without an account."""

from django.conf import settings

from tongti.cases.models import Case
from tongti.outbox import actions as outbox
from tongti.shared import links
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import Viewer

TEMPLATE = "notice.visit_case"


def tell_firm(*, case: Case, by: Viewer) -> bool:
    """Put the link on its way to the firm's first contact, in the caller's transaction, once per case.

    Answers whether a channel took it (one without a phone is printed by the built-in channel).
    """
    slots = {
        "number": case.number,
        "url": links.tracking_url(case.pk),
        "owner": settings.OWNER_NAME,
        "district": settings.DISTRICT_NAME,
    }
    sent = outbox.send(
        about=case,
        subject=units.filled_words(f"{TEMPLATE}_subject", slots),
        body=units.filled_words(TEMPLATE, slots),
        dedupe_key=f"visit_case:{case.pk}",
        to_party=case.party_id,
    )
    if sent is not None:
        trail.record("case.firm_told", case, by=by)
    return sent is not None
