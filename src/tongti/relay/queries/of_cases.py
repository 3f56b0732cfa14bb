"""What the relay knows of a handful of cases: promises that touch them, for the file of a firm."""

from collections.abc import Sequence

from django.db.models import Prefetch, Q

from tongti.questions.models import Membership
from tongti.relay import access
from tongti.relay.models import Baton, Promise
from tongti.relay.models.asking import Ask
from tongti.relay.queries.requests import RULERS
from tongti.units.access import Viewer


def promises_on_cases(viewer: Viewer, case_ids: Sequence[int], limit: int = 10) -> list[Promise]:
    """挂账 on these cases or on the questions they joined, newest first, as far as the ledger shows them to her; two queries."""
    everywhere = any(viewer.can(may) for may in RULERS)
    if not case_ids or not (everywhere or any(viewer.can(may) for may in access.WORKS)):
        return []
    joined = Membership.objects.filter(case_id__in=case_ids, state=Membership.State.ACTIVE).values("question_id")
    batons = Baton.objects.filter(Q(case_id__in=case_ids) | Q(question_id__in=joined))
    if not everywhere:
        batons = batons.filter(access.own(viewer))
    rows = Promise.objects.filter(state=Ask.APPROVED, baton__in=batons)
    matter = Prefetch("baton", Baton.objects.select_related("unit", "question", "case"))
    return list(rows.prefetch_related(matter).order_by("-asked_at", "-pk")[:limit])
