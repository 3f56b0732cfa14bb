"""派单: from now on somebody has the duty, and every clock runs."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions.models import Membership, Question
from tongti.relay.actions import matters
from tongti.relay.actions.consulting import refuse_while_consulting
from tongti.relay.actions.matters import Matter, clocks_for, matter_of, regime_of, unit_for_baton
from tongti.relay.errors import AlreadyTakesPart, InQuestion, NoLead, NotForDispatch
from tongti.relay.models import Baton
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.units.access import May, Viewer
from tongti.units.models import Duty, Unit

Wanted = tuple[Unit, str, str]
"""A unit, its role, its task."""


@transaction.atomic
def dispatch(
    *,
    question: Question | None = None,
    case: Case | None = None,
    lead_id: int,
    helpers: Sequence[tuple[int, str]] = (),
    territory_id: int | None = None,
    lead_task: str,
    territory_task: str = "",
    duty_id: int | None = None,
    reason: str = "",
    by: Viewer,
) -> list[Baton]:
    """派单: a lead, helpers and the territory unit each get a baton with a task and a due date; the clocks start now.

    The row of the duty list that was followed is kept, or else the reason. Answers the batons, lead first.
    Raises BadInput, NotAllowed, NotForDispatch, InQuestion, Consulting, Raced (somebody dispatched it a moment ago).
    """
    by.require(May.DISPATCH)
    wanted = _wanted(lead_id, lead_task, helpers, territory_id, territory_task)
    duty_id, reason = _ground(duty_id, reason)
    matter = matters.locked(matter_of(question, case))
    _check_dispatchable(matter)
    refuse_while_consulting(**matter.key)
    now = clock.now()
    regime = regime_of(matter, joint=len(wanted) > 1, start=now)
    batons = [
        _baton(matter, unit, role, task, now=now, by=by, duty_id=duty_id, reason=reason) for unit, role, task in wanted
    ]
    lead, before = batons[0], _called_back(matter)
    for baton in batons:
        _set_clocks(
            baton,
            clocks_for(regime, baton.role, now, received=matter.received_at, not_after=None if baton is lead else lead),
        )
        if baton is lead and before is not None and not regime.restarts:
            _go_on_from(baton, before)
    for baton in batons:
        baton.round = lead.round
    try:
        with transaction.atomic():
            Baton.objects.bulk_create(batons)
    except IntegrityError as error:
        raise Raced from error
    facts = {"lead": lead.unit_id, "duty": duty_id, "regime": regime.label, "due_on": lead.due_on.isoformat()}
    matters.record("baton.offered", batons, matter, by=by, facts=facts, first=False)
    unit_ids = [baton.unit_id for baton in batons]
    if matter.question:
        questions.start_handling(
            question=matter.question, lead_id=lead.unit_id, unit_ids=unit_ids, due_on=lead.due_on, by=by
        )
    else:
        assert matter.case is not None
        cases.pass_to(
            case_ids=[matter.case.pk],
            holder_id=lead.unit_id,
            unit_ids=unit_ids,
            # a case that was dispatched before (and left a question since) keeps the day it has
            due_on={} if matter.case.dispatched_at and matter.case.due_on else matters.kept_day(lead),
            by=by,
            verb="case.dispatched",
        )
    matters.count_offered(batons)
    return batons


@transaction.atomic
def add_unit(
    *,
    question: Question | None = None,
    case: Case | None = None,
    unit_id: int,
    role: str = Baton.Role.HELPER.value,
    task: str,
    reason: str = "",
    by: Viewer,
) -> Baton:
    """增加单位: one more helper or territory unit on what is being handled; never due after the lead.

    Raises BadInput, NotAllowed, NoLead, AlreadyTakesPart.
    """
    by.require(May.DISPATCH)
    if role not in (Baton.Role.HELPER, Baton.Role.TERRITORY):
        raise BadInput("role", "请选协办或属地。")
    return _one_more(matter_of(question, case), unit_id, role, task, reason, by=by)


@transaction.atomic
def call_in(
    *,
    question: Question | None = None,
    case: Case | None = None,
    unit_id: int,
    task: str,
    reason: str,
    above: bool = False,
    elsewhere: bool = False,
    by: Actor,
) -> Baton:
    """提请: a unit (of whatever level) is asked for its part of what is in hand; it helps, the lead stays the one holder.

    Called by lifting, whose sign-off is the permission. A baton that the unit holds already is answered as it is.
    ``above``: it is of a higher level, which no helper's limit of ours binds; it has the time that the lead has.
    ``elsewhere``: the unit does not work in this house, so nobody here can sign for the baton, object or ring an asker, and
    those clocks do not run. Raises BadInput, NoLead.
    """
    matter = matters.locked(matter_of(question, case))
    held: Baton | None = matter.open_batons().filter(unit_id=unit_id).select_related("unit").first()
    if held is not None:
        return held
    return _one_more(matter, unit_id, Baton.Role.HELPER.value, task, reason, above=above, elsewhere=elsewhere, by=by)


def _one_more(
    asked: Matter,
    unit_id: int,
    role: str,
    task: str,
    reason: str,
    *,
    above: bool = False,
    elsewhere: bool = False,
    by: Actor,
) -> Baton:
    unit = unit_for_baton(unit_id, "unit_id")
    task = checked_words(task, "task", "任务", matters.TASK_LIMIT)
    matter = matters.locked(asked)
    lead = matter.open_batons().filter(role=Baton.Role.LEAD).first()
    if lead is None:
        raise NoLead
    if matter.open_batons().filter(unit=unit).exists():
        raise AlreadyTakesPart(unit=unit.short_name)
    now = clock.now()
    baton = _baton(matter, unit, role, task, now=now, by=by, duty_id=lead.duty_id, reason=reason)
    baton.round = lead.round
    regime = regime_of(matter, joint=True, start=now)
    timed_as = Baton.Role.LEAD.value if above else role
    _set_clocks(baton, clocks_for(regime, timed_as, now, received=matter.received_at, not_after=lead))
    if elsewhere:
        baton.sign_due_at = baton.object_due_at = baton.contact_due_at = None
        baton.explanation = baton.explanation | {"others": {}}
    baton.save(force_insert=True)
    matters.record("baton.offered", [baton], matter, by=by, facts={"due_on": baton.due_on.isoformat()})
    matters.settle_units(matter, by=by)
    matters.count_offered([baton])
    return baton


def _wanted(
    lead_id: int, lead_task: str, helpers: Sequence[tuple[int, str]], territory_id: int | None, territory_task: str
) -> list[Wanted]:
    wanted = [
        (
            unit_for_baton(lead_id, "lead_id"),
            Baton.Role.LEAD.value,
            checked_words(lead_task, "lead_task", "牵头任务", matters.TASK_LIMIT),
        )
    ]
    for unit_id, task in helpers:
        unit = unit_for_baton(unit_id, "helpers")
        wanted.append(
            (
                unit,
                Baton.Role.HELPER.value,
                checked_words(task, "helpers", f"{unit.short_name}的任务", matters.TASK_LIMIT),
            )
        )
    if territory_id is not None:
        unit = unit_for_baton(territory_id, "territory_id")
        task = territory_task or "联系本辖区的诉求人，告知进展，协助现场办理"
        wanted.append(
            (unit, Baton.Role.TERRITORY.value, checked_words(task, "territory_task", "属地任务", matters.TASK_LIMIT))
        )
    seen: set[int] = set()
    for unit, role, _task in wanted:
        if unit.pk in seen:
            field = "territory_id" if role == Baton.Role.TERRITORY else "helpers"
            raise BadInput(field, f"{unit.short_name}选了两次，一个单位只拿一根棒。")
        seen.add(unit.pk)
    return wanted


def _ground(duty_id: int | None, reason: str) -> tuple[int | None, str]:
    if duty_id is not None and not Duty.objects.filter(pk=duty_id).exists():
        raise BadInput("duty_id", "职责清单里没有这一条了，请重新选。")
    reason = reason.strip()
    if duty_id is None and not reason:
        raise BadInput("reason", "没有按职责清单派的，请写明为什么派给它们。")
    if len(reason) > 200:
        raise BadInput("reason", f"“派单理由”写了 {len(reason)} 字，最多 200 字。")
    return duty_id, reason


def _check_dispatchable(matter: Matter) -> None:
    if matter.question:
        if matter.question.state != Question.State.SET_UP:
            if matter.question.state == Question.State.HANDLING:
                raise Raced
            raise NotForDispatch(number=matter.question.number, state=matter.question.get_state_display())
        return
    assert matter.case is not None
    if matter.case.state != Case.State.REGISTERED:
        if matter.case.state == Case.State.HANDLING:
            raise Raced
        raise NotForDispatch(number=matter.case.number, state=matter.case.get_state_display())
    member = (
        Membership.objects.filter(case=matter.case, state=Membership.State.ACTIVE).select_related("question").first()
    )
    if member is not None:
        raise InQuestion(number=matter.case.number, question=member.question.title)


def _baton(
    matter: Matter,
    unit: Unit,
    role: str,
    task: str,
    *,
    now: datetime,
    by: Actor,
    duty_id: int | None,
    reason: str,
) -> Baton:
    return Baton(
        question=matter.question,
        case=matter.case,
        role=role,
        unit=unit,
        task=task,
        duty_id=duty_id,
        dispatch_reason=reason,
        dispatched_by_id=by.actor_id if by.kind == "officer" else None,
        started_on=clock.today(),
        offered_at=now,
    )


def _called_back(matter: Matter) -> Baton | None:
    """The first lead of a dispatch that was called back as a whole: its handling clock has never stopped."""
    leads = Baton.objects.filter(**matter.key, role=Baton.Role.LEAD).order_by("-pk")
    latest = leads.first()
    if latest is None or latest.state != Baton.State.RECALLED:
        return None
    return leads.filter(round=latest.round).order_by("pk").first()


def _go_on_from(lead: Baton, before: Baton) -> None:
    lead.started_on, lead.due_on, lead.due_at, lead.round = (
        before.started_on,
        before.due_on,
        before.due_at,
        before.round,
    )
    lead.regime_version, lead.calendar_version = before.regime_version, before.calendar_version
    lead.explanation = before.explanation | {"others": lead.explanation.get("others", {})}


def _set_clocks(baton: Baton, clocks: matters.Clocks) -> None:
    for name, value in clocks.columns.items():
        setattr(baton, name, value)
