"""反馈、审结、复核、容错: what the unit answers, what the supervisor finds, and how the unit may have it looked at again."""

from datetime import timedelta

from django.db import IntegrityError, transaction

from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.supervision import access, rules
from tongti.supervision.actions import matters
from tongti.supervision.actions.matters import day_words, matter_of
from tongti.supervision.errors import NotOpen, RecheckAsked, RecheckOver, SameSupervisor
from tongti.supervision.models import Feedback, Item, Recheck
from tongti.units import queries as units
from tongti.units.access import Viewer


@transaction.atomic
def give_feedback(*, item: Item, facts: str, basis: str, solved: str, by: Viewer) -> Feedback:
    """反馈 by the unit: facts, basis, solved or not (一事一文). Raises NotAllowed, BadInput, NotOpen."""
    row = _locked(item)
    access.require_answers(by, row.unit)
    facts = checked_words(facts, "facts", "查明的事实", 3000)
    basis = checked_words(basis, "basis", "依据", 300)
    _check_solved(solved)
    if not Item.objects.filter(pk=row.pk, state=Item.State.OPEN).update(state=Item.State.ANSWERED):
        raise NotOpen(state=row.get_state_display(), what="反馈")
    late = bool(row.due_on and clock.today() > row.due_on)
    feedback = Feedback.objects.create(
        item=row, facts=facts, basis=basis, solved=solved, by_id=by.officer_id, at=clock.now()
    )
    matter = matter_of(row)
    record = {"feedback": feedback.pk, "solved": solved, "late": late}
    matters.record("item.answered", row, matter, by=by, facts=record)
    subject = f"{row.unit.short_name}反馈了督办：{matters.short_name(matter)}"
    matters.tell([row.opened_by_id], row, f"feedback:{feedback.pk}", subject)
    return feedback


@transaction.atomic
def send_back(*, item: Item, reason: str, by: Viewer) -> Item:
    """退回重报: facts not clear, no basis, or not solved. Raises NotAllowed, OwnUnit, BadInput, NotOpen."""
    row = _locked(item)
    access.require_outside(by, row.unit)
    reason = checked_words(reason, "reason", "退回理由", 300)
    if not Item.objects.filter(pk=row.pk, state=Item.State.ANSWERED).update(state=Item.State.OPEN):
        raise NotOpen(state=row.get_state_display(), what="退回")
    feedback = row.feedback.filter(state=Feedback.State.GIVEN).get()
    Feedback.objects.filter(pk=feedback.pk).update(state=Feedback.State.RETURNED, returned_for=reason)
    matter = matter_of(row)
    matters.record("item.sent_back", row, matter, by=by, facts={"feedback": feedback.pk})
    subject = f"督办反馈被退回：{matters.short_name(matter)}"
    matters.tell_unit(row.unit, row, f"sent_back:{feedback.pk}", subject, reason)
    row.refresh_from_db()
    return row


@transaction.atomic
def conclude(*, item: Item, solved: str, words: str, by: Viewer) -> Item:
    """审结: what the supervisor found, after the unit's feedback. Raises NotAllowed, OwnUnit, BadInput, NotOpen.

    提醒 and 催办 may be concluded without a feedback: often the work itself is the answer.
    """
    row = _locked(item)
    access.require_outside(by, row.unit)
    words = checked_words(words, "words", "审结意见", 500)
    _check_solved(solved)
    if row.state == Item.State.OPEN and row.number:
        raise NotOpen(state=row.get_state_display(), what="审结，要先有反馈")
    until = clock.today() + timedelta(days=rules.in_force()[rules.RECHECK_ASK].threshold)
    closed = Item.objects.filter(pk=row.pk).exclude(state=Item.State.CLOSED)
    if not closed.update(
        state=Item.State.CLOSED,
        solved=solved,
        conclusion=words,
        concluded_by_id=by.officer_id,
        concluded_at=clock.now(),
        recheck_until=until,
    ):
        raise NotOpen(state=row.get_state_display(), what="审结")
    row.feedback.filter(state=Feedback.State.GIVEN).update(state=Feedback.State.CLEAR)
    row.refresh_from_db()
    matter = matter_of(row)
    matters.record("item.concluded", row, matter, by=by, facts={"solved": solved})
    subject = f"督办已审结：{matters.short_name(matter)}"
    told = f"结论：{row.get_solved_display()}。不同意的，{day_words(until)}前可以申请复核。"
    matters.tell_unit(row.unit, row, f"concluded:{row.pk}", subject, told)
    return row


@transaction.atomic
def tolerate(*, item: Item, reason: str, by: Viewer) -> Item:
    """容错: flagged with its reason, so that it is shown apart and not held against whoever tried something new.

    Raises NotAllowed, OwnUnit, BadInput.
    """
    row = _locked(item)
    access.require_outside(by, row.unit)
    reason = checked_words(reason, "reason", "容错理由", 300)
    Item.objects.filter(pk=row.pk).update(tolerant=True, tolerant_reason=reason, tolerant_by_id=by.officer_id)
    row.refresh_from_db()
    matters.record("item.tolerated", row, matter_of(row), by=by, facts={})
    return row


@transaction.atomic
def ask_recheck(*, item: Item, reason: str, by: Viewer) -> Recheck:
    """申请复核 by the unit, by the day that it was told with the conclusion (政府督查工作条例 art. 17: thirty days).

    Raises NotAllowed, BadInput, NotOpen, RecheckOver, RecheckAsked.
    """
    row = _locked(item)
    access.require_answers(by, row.unit)
    reason = checked_words(reason, "reason", "理由", 500)
    if row.state != Item.State.CLOSED or row.concluded_at is None:
        raise NotOpen(state=row.get_state_display(), what="申请复核")
    until = rules.recheck_until(row)
    if until is not None and clock.today() > until:
        raise RecheckOver(until=day_words(until))
    term = rules.in_force()[rules.RECHECK]
    due = matters.days_from_now(term, words=f"复核 {term.threshold} 天内作出决定，从收到申请起算。")
    recheck = Recheck(
        item=row,
        concluded_at=row.concluded_at,
        conclusion=row.conclusion,
        solved=row.solved,
        reason=reason,
        asked_by_id=by.officer_id,
        asked_at=clock.now(),
        due_on=due.on,
        reckoning_id=due.reckoning_id,
    )
    try:
        with transaction.atomic():
            recheck.save(force_insert=True)
    except IntegrityError as error:
        raise RecheckAsked from error
    matter = matter_of(row)
    matters.record("item.recheck_asked", row, matter, by=by, facts={"recheck": recheck.pk})
    watchers = units.officer_ids_in(matters.WATCHERS)
    matters.tell(watchers, row, f"recheck:{recheck.pk}", f"{row.unit.short_name}申请复核：{matters.short_name(matter)}")
    return recheck


@transaction.atomic
def decide_recheck(*, recheck: Recheck, decision: str, words: str, by: Viewer) -> Recheck:
    """复核决定 by somebody who did not make the conclusion. A changed conclusion opens the item again.

    Raises NotAllowed, OwnUnit, SameSupervisor, BadInput, Raced.
    """
    row = _locked(recheck.item)
    access.require_outside(by, row.unit)
    if row.concluded_by_id == by.officer_id:
        raise SameSupervisor
    words = checked_words(words, "words", "复核意见", 500)
    if decision not in Recheck.Decision.values:
        raise BadInput("decision", "请选复核决定。")
    decided = Recheck.objects.filter(pk=recheck.pk, decision="").update(
        decision=decision, decision_words=words, decided_by_id=by.officer_id, decided_at=clock.now()
    )
    if not decided:
        raise Raced
    if decision == Recheck.Decision.CHANGED:
        _open_again(row)
    matter = matter_of(row)
    matters.record("item.recheck_decided", row, matter, by=by, facts={"recheck": recheck.pk, "decision": decision})
    subject = f"复核{Recheck.Decision(decision).label}：{matters.short_name(matter)}"
    matters.tell_unit(row.unit, row, f"recheck_decided:{recheck.pk}", subject, words[:300])
    recheck.refresh_from_db()
    return recheck


def _open_again(row: Item) -> None:
    """The conclusion is taken back; what it said is kept in the recheck."""
    try:
        with transaction.atomic():
            Item.objects.filter(pk=row.pk).update(
                state=Item.State.OPEN,
                solved="",
                conclusion="",
                concluded_by=None,
                concluded_at=None,
                recheck_until=None,
            )
    except IntegrityError as error:
        # another item was opened on the matter meanwhile; that one goes on
        raise Raced from error


def _locked(item: Item) -> Item:
    return Item.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=item.pk)


def _check_solved(solved: str) -> None:
    if solved not in Item.Solved.values:
        raise BadInput("solved", "请选解决没有。")
