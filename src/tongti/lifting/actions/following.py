"""Lines follow their matter: a part that was handed in, a baton that was taken back, an answer that went out. Run by a timed job.

The rooms below know nothing of lifting, so it looks at how things stand instead of being told; safe to repeat, and what was
missed while the worker stood still is found at the next run.
"""

from django.db import transaction
from django.db.models import Q, QuerySet

from tongti.answers.models import Answer, Part, Reply
from tongti.lifting.actions.standing import end, tell_answered
from tongti.lifting.models import Lift, LiftReply
from tongti.relay.models import Baton
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.actor import SYSTEM
from tongti.trail import actions as trail

State = Lift.State
BATCH = 200
NOT_WAITED = "共答已经签发，没有等这一级的答复。"
TAKEN_BACK = "请它承担的接力棒已经收回。"
GONE_DOWN = "共答已经签发，结果告知了每位反映人。"


def follow(*, limit: int = BATCH) -> int:
    """Move every line whose matter moved; answers how many. Each in its own transaction."""
    moved = 0
    for pk in list(_to_move().order_by("pk").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            lift = _to_move().select_for_update(of=("self",), skip_locked=True, no_key=True).filter(pk=pk).first()
            if lift is not None:
                _move(lift)
                moved += 1
    return moved


def _to_move() -> QuerySet[Lift]:
    over = Q(question__state__in=("answered", "closed")) | Q(case__state__in=("answered", "closed"))
    rows = Lift.objects.select_related("asked_unit", "baton", "question", "case")
    return rows.filter(
        Q(state=State.LIFTED, baton__state__in=(Baton.State.DONE, Baton.State.RECALLED))
        | (Q(state__in=(State.ANSWERED, State.DECLINED)) & over)
    )


def _move(lift: Lift) -> None:
    assert lift.baton is not None
    matter = lift.question or lift.case
    assert matter is not None
    over = matter.state in ("answered", "closed")
    if lift.state != State.LIFTED:
        end(lift, State.CLOSED, GONE_DOWN, by=SYSTEM, told=_told(lift))
    elif lift.baton.state == Baton.State.DONE:
        _answered_here(lift)
    elif over:
        end(lift, State.CLOSED, NOT_WAITED, by=SYSTEM, told=_told(lift))
    else:
        end(lift, State.WITHDRAWN, TAKEN_BACK, by=SYSTEM)


def _answered_here(lift: Lift) -> None:
    """The unit handed in its part in this house (a lead that was asked itself: its answer was signed)."""
    part = Part.objects.filter(baton=lift.baton, submitted_at__isnull=False).first()
    if part is not None:
        LiftReply.objects.create(
            lift=lift,
            how=LiftReply.How.HERE,
            part=part,
            by_id=part.submitted_by_id,
            at=part.submitted_at or clock.now(),
        )
    Lift.objects.filter(pk=lift.pk).update(state=State.ANSWERED, answered_at=part.submitted_at if part else clock.now())
    lift.refresh_from_db()
    trail.record("lift.answered", lift, by=SYSTEM, facts={"part": part.pk if part else None})
    tell_answered(lift)


def _told(lift: Lift) -> int:
    """How many askers got the answer to which this line belongs."""
    answers = Answer.objects.filter(about(lift.question_id, lift.case_id))
    rows = Reply.objects.filter(answer__in=answers, made_at__gte=lift.signed_at)
    return rows.values("case_id").distinct().count()
