"""承诺办理（挂账）: what cannot be done in time for an objective reason stands on a ledger of its own until the promised day.

It comes back by itself, and whoever did not do the work asks whether the promise was kept (domain sheet 2.6, W1 rule 8).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from tongti.deadlines import limits
from tongti.deadlines import queries as days
from tongti.relay import access, rules
from tongti.relay.actions import matters
from tongti.relay.actions.extending import day_words, in_work, not_asked, outside, running
from tongti.relay.actions.matters import locked_matter_of
from tongti.relay.actions.proofs import keep_evidence
from tongti.relay.actions.telling import tell_new_date
from tongti.relay.errors import AlreadyAsked, LeadOnly, OwnRequest
from tongti.relay.models import Baton, Evidence, Promise, PromiseStep
from tongti.relay.models.asking import Ask
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.shared.uploads import CleanUpload, Upload
from tongti.units.access import May, Viewer

VERBS = ("question.promised", "case.promised")
MOST_STEPS = 8
REMIND_WORKING_DAYS = 5
BATCH = 200


@transaction.atomic
def ask_promise(
    *,
    baton: Baton,
    obstacle: str,
    words: str,
    promise_on: date,
    steps: Sequence[tuple[str, date]],
    evidence: Sequence[Upload | CleanUpload],
    by: Viewer,
) -> Promise:
    """申请挂账: the class of the obstacle, evidence of it, the steps with their days, and the day it will be done.

    Raises NotAllowed, BadInput, LeadOnly, NotAccepted, Ended, ClockStands, AlreadyAsked.
    """
    access.require_at(by, May.HANDLE, baton)
    words = checked_words(words, "words", "客观原因的说明", 500)
    if obstacle not in Promise.Obstacle.values:
        raise BadInput("obstacle", "请选客观原因是哪一类。")
    if baton.role != Baton.Role.LEAD:
        raise LeadOnly(what="申请挂账")
    matter = locked_matter_of(baton)
    fresh = in_work(baton, "申请挂账")
    running(fresh, "申请挂账")
    now = clock.now()
    regime = rules.regime_of_baton(fresh)
    limit = rules.promise_limit(regime, now)
    _check_day(fresh, promise_on, limit)
    plan = _checked_steps(steps, promise_on)
    if not evidence:
        raise BadInput("files", "请附上证明客观原因的文件或照片，例如检测委托书、立项批复。")
    try:
        with transaction.atomic():
            promise = Promise.objects.create(
                baton=fresh,
                obstacle=obstacle,
                words=words,
                promise_on=promise_on,
                limit_on=limit,
                from_due_on=fresh.due_on,
                from_due_at=fresh.due_at,
                asked_by_id=by.officer_id,
                asked_at=now,
                regime_version=regime.label,
                calendar_version=days.calendar_version(),
            )
    except IntegrityError as error:
        raise AlreadyAsked(what="挂账") from error
    PromiseStep.objects.bulk_create(
        PromiseStep(promise=promise, place=n, words=what, due_on=day) for n, (what, day) in enumerate(plan, start=1)
    )
    files = keep_evidence(fresh, evidence, purpose=Evidence.Purpose.PROMISE, by=by)
    facts = {"promise": promise.pk, "obstacle": obstacle, "on": promise_on.isoformat(), "steps": len(plan)}
    matters.record("baton.promise_asked", [fresh], matter, by=by, facts={**facts, "files": len(files)})
    return promise


@transaction.atomic
def take_back_promise(*, promise: Promise, by: Viewer) -> Promise:
    """撤回 a promise that nobody has decided. Raises NotAllowed, NotAsked."""
    baton = Baton.objects.select_related("unit").get(pk=promise.baton_id)
    access.require_at(by, May.HANDLE, baton)
    matter = locked_matter_of(baton)
    if not Promise.objects.filter(pk=promise.pk, state=Ask.ASKED).update(state=Ask.TAKEN_BACK):
        not_asked(promise, "撤回")
    promise.refresh_from_db()
    matters.record("baton.promise_taken_back", [baton], matter, by=by, facts={"promise": promise.pk})
    return promise


@transaction.atomic
def decide_promise(*, promise: Promise, approve: bool, note: str, by: Viewer) -> Promise:
    """审批挂账, by somebody above the unit. Approved: the askers are told the day, and the matter goes onto the ledger.

    Raises NotAllowed, OwnRequest, BadInput, NotAsked, Raced.
    """
    by.require(May.RULE)
    note = checked_words(note, "note", "审批意见", 300)
    baton = Baton.objects.select_related("unit").get(pk=promise.baton_id)
    outside(by, baton)
    matter = locked_matter_of(baton)
    if approve and promise.promise_on <= clock.today():
        raise BadInput("note", "承诺的日期已经到了，不能同意；请退回，由单位重新申请。")
    won = Promise.objects.filter(pk=promise.pk, state=Ask.ASKED).update(
        state=Ask.APPROVED if approve else Ask.REFUSED,
        decided_by_id=by.officer_id,
        decided_at=clock.now(),
        decision_note=note,
    )
    if not won:
        not_asked(promise, "审批")
    promise.refresh_from_db()
    facts: dict[str, Any] = {"promise": promise.pk, "on": promise.promise_on.isoformat()}
    if not approve:
        matters.record("baton.promise_refused", [baton], matter, by=by, facts=facts)
        return promise
    _put_on_ledger(promise, baton, matter, facts, by)
    promise.refresh_from_db()
    return promise


def _put_on_ledger(promise: Promise, baton: Baton, matter: matters.Matter, facts: dict[str, Any], by: Viewer) -> None:
    # an extension may have been approved since; a promise never shortens what was told
    fits = Baton.objects.filter(pk=baton.pk, state=Baton.State.ACCEPTED, due_on__lt=promise.promise_on)
    if not fits.update(promised_until=promise.promise_on):
        raise Raced
    baton.refresh_from_db()
    due = limits.extended_until(baton.explanation, promise.promise_on)
    told = matters.move_due(baton, matter, due=due, why={"promise": promise.pk}, verbs=VERBS, by=by)
    count = tell_new_date(
        told,
        template="notice.promised",
        key=f"promised:{promise.pk}",
        baton=baton,
        due_on=promise.promise_on,
        reason=promise.get_obstacle_display(),
    )
    Promise.objects.filter(pk=promise.pk).update(told=count)
    matters.count_promised(baton, +1)
    matters.record("baton.promised", [baton], matter, by=by, facts={**facts, "told": count})


@transaction.atomic
def finish_step(*, step: PromiseStep, by: Viewer) -> PromiseStep:
    """One step of the plan is done. Raises NotAllowed, Raced (somebody ticked it a moment ago)."""
    promise = Promise.objects.select_related("baton__unit").get(pk=step.promise_id)
    access.require_at(by, May.HANDLE, promise.baton)
    matter = locked_matter_of(promise.baton)
    won = PromiseStep.objects.filter(pk=step.pk, done_at=None, promise__state=Ask.APPROVED).update(
        done_at=clock.now(), done_by_id=by.officer_id
    )
    if not won:
        raise Raced
    step.refresh_from_db()
    facts = {"promise": promise.pk, "step": step.place}
    matters.record("baton.promise_step_done", [promise.baton], matter, by=by, facts=facts)
    return step


def promises_come_back(*, by: Actor = SYSTEM) -> int:
    """Every promise whose day has come leaves the ledger; what is still open is in hand again, due that very day.

    Run by a timed job, as often as you like: a missed night is caught up, two workers bring each back once.
    Answers how many came back.
    """
    due = Promise.objects.filter(state=Ask.APPROVED, ended_at=None, promise_on__lte=clock.today())
    return sum(_come_back(pk, by) for pk in due.order_by("promise_on", "id").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _come_back(pk: int, by: Actor) -> int:
    baton = Baton.objects.select_related("unit").get(promises=pk)
    matter = locked_matter_of(baton)
    now = clock.now()
    if not Promise.objects.filter(pk=pk, state=Ask.APPROVED, ended_at=None).update(returned_at=now, ended_at=now):
        return 0
    Baton.objects.filter(pk=baton.pk).update(promised_until=None)
    matters.count_promised(baton, -1)
    matters.record("baton.promise_came_back", [baton], matter, by=by, facts={"promise": pk})
    return 1


def remind_promises(*, by: Actor = SYSTEM) -> int:
    """Mark each promise that is five working days or fewer from its day as reminded, once; answers how many.

    The mark puts it on the unit's list of what comes due; whoever sends mail reads ``reminded_at``.
    """
    last = days.next_working_days(REMIND_WORKING_DAYS + 1)[-1]
    near = Promise.objects.filter(state=Ask.APPROVED, ended_at=None, reminded_at=None, promise_on__lte=last)
    return sum(_remind(pk, by) for pk in near.order_by("promise_on", "id").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _remind(pk: int, by: Actor) -> int:
    baton = Baton.objects.select_related("unit").get(promises=pk)
    matter = locked_matter_of(baton)
    if not Promise.objects.filter(pk=pk, reminded_at=None, ended_at=None).update(reminded_at=clock.now()):
        return 0
    matters.record("baton.promise_reminded", [baton], matter, by=by, facts={"promise": pk})
    return 1


@transaction.atomic
def record_promise_revisit(*, promise: Promise, kept: bool, words: str, by: Viewer) -> Promise:
    """回访 at the end of a promise: somebody outside the units that took part asks whether it was kept.

    Raises NotAllowed, OwnRequest, BadInput, Raced.
    """
    by.require(May.REVISIT)
    words = words.strip()
    if not kept and not words:
        raise BadInput("words", "没有兑现的，请写明诉求人怎么说、差在哪里。")
    if len(words) > 300:
        raise BadInput("words", f"“回访记录”写了 {len(words)} 字，最多 300 字。")
    baton = Baton.objects.select_related("unit").get(pk=promise.baton_id)
    matter = locked_matter_of(baton)
    if by.unit_ids & set(Baton.objects.filter(**matter.key).values_list("unit_id", flat=True)):
        raise OwnRequest
    won = Promise.objects.filter(pk=promise.pk, state=Ask.APPROVED, ended_at__isnull=False, revisited_at=None).update(
        kept=kept, revisit_words=words, revisited_by_id=by.officer_id, revisited_at=clock.now()
    )
    if not won:
        raise Raced
    promise.refresh_from_db()
    facts = {"promise": promise.pk, "kept": kept}
    matters.record("baton.promise_revisited", [baton], matter, by=by, facts=facts)
    return promise


def _check_day(baton: Baton, promise_on: date, limit: date) -> None:
    if promise_on <= max(baton.due_on, clock.today()):
        raise BadInput("promise_on", f"承诺日期要在原期限（{day_words(baton.due_on)}）和今天之后。")
    if promise_on > limit:
        raise BadInput("promise_on", f"最晚可以承诺到 {limit.year} 年 {day_words(limit)}。")
    rules.check_working_day(promise_on, "promise_on")


def _checked_steps(steps: Sequence[tuple[str, date]], promise_on: date) -> list[tuple[str, date]]:
    if not steps:
        raise BadInput("step_0", "请写分几步做、每步哪一天完成，至少一步。")
    if len(steps) > MOST_STEPS:
        raise BadInput("step_0", f"最多写 {MOST_STEPS} 步。")
    plan, before = [], date.min
    for n, (words, day) in enumerate(steps):
        text = checked_words(words, f"step_{n}", f"第 {n + 1} 步", 200)
        if day < before:
            raise BadInput(f"step_{n}_on", "后一步不能早于前一步。")
        if day > promise_on:
            raise BadInput(f"step_{n}_on", "每一步都要在承诺日期之前完成。")
        plan.append((text, day))
        before = day
    return plan
