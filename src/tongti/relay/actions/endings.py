"""交棒、收回、退回重办: how a baton leaves a unit's hands, and how the last holder gets the matter back."""

from django.db import transaction
from django.db.models import Max

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions.actions import holding
from tongti.questions.models import Membership, Question
from tongti.relay.actions import matters
from tongti.relay.actions.matters import Matter, clocks_for, locked_matter_of, regime_of
from tongti.relay.errors import Ended, LeadCannotBeRecalled, NoLead, NotAccepted, NothingToReopen
from tongti.relay.models import OPEN, Baton
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import Raced
from tongti.shared.text import checked_words
from tongti.units.access import May, Viewer


@transaction.atomic
def finish(*, baton: Baton, by: Actor, elsewhere: bool = False) -> Baton:
    """交棒: the part is in (or the answer is signed). Called by answers, which asked for the permission.

    ``elsewhere``: the unit does not work in this house, so nobody here signed for the baton first.
    Raises NotAccepted, Ended, Raced.
    """
    matter = locked_matter_of(baton)
    now = clock.now()
    held = (Baton.State.OFFERED, Baton.State.ACCEPTED) if elsewhere else (Baton.State.ACCEPTED,)
    moved = Baton.objects.filter(pk=baton.pk, state__in=held).update(
        state=Baton.State.DONE, done_at=now, ended_at=now, promised_until=None, paused_until=None
    )
    baton.refresh_from_db()
    if not moved:
        if baton.state in (Baton.State.OFFERED, Baton.State.OBJECTED):
            raise NotAccepted(what="交棒")
        if baton.state == Baton.State.DONE:
            raise Raced
        raise Ended(state=baton.get_state_display(), what="交棒")
    late = now > baton.due_at if baton.due_at else clock.today() > baton.due_on
    matters.drop_requests([baton], matter, by=by)
    matters.record("baton.done", [baton], matter, by=by, facts={"late": late})
    matters.count_ended([baton])
    return baton


def lock_matter(*, baton: Baton) -> None:
    """Hold the matter's row to the end of the caller's transaction; answers signs under it, in the relay's lock order."""
    locked_matter_of(baton)


@transaction.atomic
def recall(*, baton: Baton, reason: str, by: Viewer) -> Baton:
    """收回 a helper or territory unit. The lead is never recalled, only passed on. Raises LeadCannotBeRecalled, Ended."""
    by.require(May.DISPATCH)
    return let_go(baton=baton, reason=reason, by=by)


@transaction.atomic
def let_go(*, baton: Baton, reason: str, by: Actor, why: str = "dispatcher") -> Baton:
    """``recall`` for those whose own step is the permission: lifting ends what it asked for. ``why`` is a code for the trail.

    Raises BadInput, LeadCannotBeRecalled, Ended.
    """
    reason = checked_words(reason, "reason", "收回理由", 200)
    if baton.role == Baton.Role.LEAD:
        raise LeadCannotBeRecalled
    matter = locked_matter_of(baton)
    if not _end([baton.pk]):
        baton.refresh_from_db()
        raise Ended(state=baton.get_state_display(), what="收回")
    baton.refresh_from_db()
    matters.drop_requests([baton], matter, by=by)
    matters.close_objection(baton, reason, matter, by=by)
    # why it was taken back is kept on the baton; the trail holds codes only
    Baton.objects.filter(pk=baton.pk).update(dispatch_reason=reason)
    matters.record("baton.recalled", [baton], matter, by=by, facts={"why": why})
    matters.count_ended([baton])
    matters.settle_units(matter, by=by)
    return baton


@transaction.atomic
def call_back(*, question: Question | None = None, case: Case | None = None, reason: str, by: Viewer) -> list[Baton]:
    """收回重派: every baton ends and the matter waits for dispatch again, held by the fallback unit meanwhile.

    For a dispatch that was wrong as a whole, or a question in hand that must be merged into another. When it is dispatched
    again the handling clock goes on from the first dispatch. Raises NotAllowed, BadInput, NoLead, NoHolder.
    """
    by.require(May.DISPATCH)
    reason = checked_words(reason, "reason", "收回理由", 200)
    matter = matters.locked(matters.matter_of(question, case))
    batons = end_all(matter, by=by, why="called_back")
    if not batons:
        raise NoLead
    Baton.objects.filter(pk__in=[baton.pk for baton in batons]).update(dispatch_reason=reason)
    if matter.question:
        questions.stop_handling(question=matter.question, by=by)
    else:
        assert matter.case is not None
        holding.return_to_desk([matter.case], by=by)
    return batons


@transaction.atomic
def close_rest(*, baton: Baton, by: Actor, why: str = "answered") -> list[Baton]:
    """End what is still open beside a finished lead ``baton``: the answer went out without these parts."""
    matter = locked_matter_of(baton)
    return end_all(matter, by=by, why=why)


@transaction.atomic
def end_for_withdrawn(*, case: Case, by: Actor = SYSTEM) -> list[Baton]:
    """The asker took her case back: what units held on it alone ends, and on its question when nobody else asks there. Safe to
    repeat; a question that others ask is not touched."""
    joined = Membership.objects.filter(case=case, state=Membership.State.ACTIVE).select_related("question").first()
    batons = _end_unasked(joined.question, by=by) if joined else []
    matter = matters.locked(Matter(None, case))
    if matter.case and matter.case.is_open:
        return []
    return [*batons, *end_all(matter, by=by, why="withdrawn")]


def _end_unasked(question: Question, *, by: Actor) -> list[Baton]:
    """Batons and question end when every case in it is withdrawn or closed; not one that was answered, which its askers judge."""
    matter = matters.locked(Matter(question, None))
    assert matter.question is not None
    members = Membership.objects.filter(question=question, state=Membership.State.ACTIVE)
    over = (Case.State.WITHDRAWN, Case.State.CLOSED)
    waits = matter.question.state in (Question.State.SET_UP, Question.State.HANDLING)
    if not waits or members.exclude(case__state__in=over).exists():
        return []
    batons = end_all(matter, by=by, why="withdrawn")
    questions.mark_withdrawn(question=matter.question, by=by)
    return batons


def end_all(matter: Matter, *, by: Actor, why: str) -> list[Baton]:
    """Every open baton of a locked matter ends; ``why`` is a code for the trail."""
    batons = list(matter.open_batons().select_related("unit").order_by("pk"))
    if not batons:
        return []
    _end([baton.pk for baton in batons])
    matters.drop_requests(batons, matter, by=by)
    matters.moot_objections(batons, matter, by=by)
    matters.record("baton.recalled", batons, matter, by=by, facts={"why": why})
    matters.count_ended(batons)
    return batons


def _end(pks: list[int]) -> int:
    return Baton.objects.filter(pk__in=pks, state__in=OPEN).update(
        state=Baton.State.RECALLED, ended_at=clock.now(), promised_until=None, paused_until=None
    )


@transaction.atomic
def reopen_to_last_holder(*, case: Case, by: Actor, why: str) -> Baton:
    """退回重办: the case goes back to the unit that answered it, on a new round with clocks of its own.

    A member of a question reopens the question: all who said “not solved” are worked on together, and the next joint answer
    goes to them. The total since first receipt keeps running. Raises NothingToReopen, Raced.
    """
    member = Membership.objects.filter(case=case, state=Membership.State.ACTIVE).select_related("question").first()
    last = _last_lead(member.question_id if member else None, case)
    if last is None:
        raise NothingToReopen
    on_question = last.question_id is not None and member is not None and last.question_id == member.question_id
    matter = matters.locked(Matter(member.question if member and on_question else None, None if on_question else case))
    lead: Baton | None = matter.open_batons().filter(role=Baton.Role.LEAD).select_related("unit").first()
    fresh = lead is None
    if lead is None:
        lead = _next_round(last, matter, case, by)
    cases.reopen(case=case, holder_id=lead.unit_id, due_on=matters.kept_day(lead), by=by, why=why)
    if matter.question:
        questions.reopen_for(case=case, by=by, due_on=lead.due_on)
    if fresh:
        matters.record("baton.offered", [lead], matter, by=by, facts={"why": why, "round": lead.round})
        matters.count_offered([lead])
    return lead


def _last_lead(question_id: int | None, case: Case) -> Baton | None:
    leads = Baton.objects.filter(role=Baton.Role.LEAD).select_related("unit").order_by("-pk")
    own = leads.filter(case=case).first()
    joint = leads.filter(question_id=question_id).first() if question_id else None
    if own and joint:
        return max(own, joint, key=lambda baton: baton.pk)
    return joint or own


def _next_round(last: Baton, matter: Matter, case: Case, by: Actor) -> Baton:
    # the case that came back decides the clocks: the other members have their answer, and this one is not open again yet
    alone = Matter(None, case)
    now = clock.now()
    highest = Baton.objects.filter(**matter.key).aggregate(top=Max("round"))["top"] or 0
    baton = Baton(
        question=matter.question,
        case=matter.case,
        role=Baton.Role.LEAD,
        unit=last.unit,
        task=last.task,
        round=highest + 1,
        # it answered for the matter before: whose duty it is has been settled
        designated=True,
        duty_id=last.duty_id,
        dispatch_reason="诉求人说没有解决，退回重办",
        dispatched_by_id=by.officer_id if isinstance(by, Viewer) else None,
        started_on=clock.today(),
        offered_at=now,
    )
    for name, value in clocks_for(regime_of(alone, joint=False, start=now), baton.role, now).columns.items():
        setattr(baton, name, value)
    # the matter's row is locked and has no open lead, so nobody else can be making this round
    baton.save(force_insert=True)
    return baton
