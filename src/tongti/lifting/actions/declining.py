"""退回下级: the dispatch desk sends back what was lifted to us and is not ours to solve."""

import uuid

from django.db import transaction

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.lifting.actions.sending import post
from tongti.lifting.drafts import words_to_send
from tongti.lifting.errors import ArrivalMoved
from tongti.lifting.models import Arrival, Kind
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

_TOLD = uuid.UUID("5f6f2f0a-8c35-4a0f-9a63-3c9a3f8f3d21")


@transaction.atomic
def decline(*, arrival: Arrival, reason: str, by: Viewer) -> Arrival:
    """Before it was dispatched: its question is dropped, its case closed with the reason (不予支持), and the level below is told.

    Raises NotAllowed, BadInput, ArrivalMoved and what drop and close raise.
    """
    by.require(May.DISPATCH)
    reason = words_to_send(reason, "reason", "退回的理由", 200)
    rows = Arrival.objects.select_for_update(of=("self",), no_key=True).select_related("case", "question", "peer")
    arrival = rows.get(pk=arrival.pk)
    if arrival.state != Arrival.State.OPEN or arrival.case.state != Case.State.REGISTERED:
        raise ArrivalMoved(state=arrival.case.get_state_display())
    if arrival.question.state == Question.State.SET_UP and arrival.question.case_count == 1:
        questions.drop(question=arrival.question, reason=reason, by=by)
        arrival.case.refresh_from_db()
    cases.add_words(case=arrival.case, key=uuid.uuid5(_TOLD, str(arrival.pk)), words=reason, by=by)
    cases.close(case=arrival.case, closing=Case.Closing.REFUSED, by=by)
    arrival.state, arrival.ended_at = Arrival.State.DECLINED, clock.now()
    arrival.save(update_fields=["state", "ended_at"])
    data = {"unit": "", "words": reason}
    post(peer=arrival.peer, kind=Kind.DECLINED, key=arrival.key, data=data, arrival=arrival)
    trail.record("arrival.declined", arrival, by=by)
    return arrival
