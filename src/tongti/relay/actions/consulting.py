"""派单前会商: whose is it? The units that may have the duty are asked before anybody gets the baton, and the outcome is kept.

信访工作条例 24: several units agree among themselves, a dispute goes to whoever stands above them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.relay.actions import matters
from tongti.relay.actions.matters import matter_of, unit_for_baton
from tongti.relay.errors import ConsultationClosed, Consulting, NotForDispatch
from tongti.relay.models import Consultation, Opinion
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

WAITING = (Question.State.SET_UP.value, Case.State.REGISTERED.value)


@transaction.atomic
def consult(
    *,
    question: Question | None = None,
    case: Case | None = None,
    unit_ids: Sequence[int],
    words: str,
    reply_by: datetime,
    by: Viewer,
) -> Consultation:
    """发起会商 on what waits for dispatch. The dispatch clock goes on; the fallback unit holds the matter meanwhile.

    Raises NotAllowed, BadInput, NotForDispatch, Consulting.
    """
    _require(by)
    words = checked_words(words, "words", "要商量什么", 500)
    if not unit_ids:
        raise BadInput("units", "请至少选一个要问的单位。")
    units = [unit_for_baton(pk, "units") for pk in dict.fromkeys(unit_ids)]
    if reply_by <= clock.now():
        raise BadInput("reply_by", "答复时间要在现在之后。")
    matter = matters.locked(matter_of(question, case))
    if matter.obj.state not in WAITING:
        raise NotForDispatch(number=matter.obj.number, state=matter.obj.get_state_display())
    try:
        with transaction.atomic():
            row = Consultation.objects.create(
                question=matter.question,
                case=matter.case,
                words=words,
                reply_by=reply_by,
                opened_by_id=by.officer_id,
                opened_at=clock.now(),
            )
    except IntegrityError as error:
        raise Consulting from error
    Opinion.objects.bulk_create(Opinion(consultation=row, unit=unit) for unit in units)
    facts = {"consultation": row.pk, "units": [unit.pk for unit in units]}
    trail.record("question.consulted" if matter.question else "case.consulted", matter.obj, by=by, facts=facts)
    return row


@transaction.atomic
def give_opinion(*, opinion: Opinion, stand: str, words: str, basis: str, by: Viewer) -> Opinion:
    """答复会商 for one's unit; it may be said anew until the outcome is written. Raises NotAllowed, BadInput, ConsultationClosed."""
    by.require_at(May.RECEIVE, opinion.unit_id, opinion.unit.path)
    if stand not in Opinion.Stand.values:
        raise BadInput("stand", "请选本单位的意见。")
    words = checked_words(words, "words", "说明", 500)
    if stand == Opinion.Stand.NOT_OURS:
        basis = checked_words(basis, "basis", "依据", 300)
    if len(basis) > 300:
        raise BadInput("basis", f"“依据”写了 {len(basis)} 字，最多 300 字。")
    consultation = Consultation.objects.select_for_update(of=("self",), no_key=True).get(pk=opinion.consultation_id)
    if consultation.closed_at is not None:
        raise ConsultationClosed(what="发表意见")
    Opinion.objects.filter(pk=opinion.pk).update(
        stand=stand, words=words, basis=basis.strip(), by_id=by.officer_id, at=clock.now()
    )
    opinion.refresh_from_db()
    facts = {"consultation": consultation.pk, "unit": opinion.unit_id, "stand": stand}
    _on_trail(consultation, ("question.opinion_given", "case.opinion_given"), facts, by)
    return opinion


@transaction.atomic
def settle_consultation(*, consultation: Consultation, outcome: str, by: Viewer) -> Consultation:
    """写明商定结果; the dispatch follows as a step of its own. Raises NotAllowed, BadInput, Raced."""
    _require(by)
    outcome = checked_words(outcome, "outcome", "商定结果", 500)
    if not Consultation.objects.filter(pk=consultation.pk, closed_at=None).update(
        outcome=outcome, closed_by_id=by.officer_id, closed_at=clock.now()
    ):
        raise Raced
    consultation.refresh_from_db()
    answered = consultation.opinions.filter(at__isnull=False).count()
    facts = {"consultation": consultation.pk, "answered": answered, "asked": consultation.opinions.count()}
    _on_trail(consultation, ("question.consultation_settled", "case.consultation_settled"), facts, by)
    return consultation


def refuse_while_consulting(question_id: int | None, case_id: int | None) -> None:
    """A dispatch in the middle of a consultation would make it a farce. Raises Consulting."""
    if Consultation.objects.filter(about(question_id, case_id), closed_at=None).exists():
        raise Consulting


def _on_trail(row: Consultation, verbs: tuple[str, str], facts: dict[str, Any], by: Viewer) -> None:
    """One line on the chain of the question or of the case, whichever it is about."""
    obj, verb = (row.question, verbs[0]) if row.question_id else (row.case, verbs[1])
    if obj is None:
        raise NotVisible
    trail.record(verb, obj, by=by, facts=facts)


def _require(by: Viewer) -> None:
    if not (by.can(May.DISPATCH) or by.can(May.RULE)):
        raise NotAllowed(what="会商")
