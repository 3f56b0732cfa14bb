"""延期: asked before the limit runs out, decided above the unit, told to the askers, and only then in force (北京条例 15)."""

from datetime import date
from typing import NoReturn

from django.db import IntegrityError, transaction

from tongti.deadlines import limits
from tongti.deadlines.limits import Due
from tongti.relay import access, rules
from tongti.relay.actions import matters
from tongti.relay.actions.matters import locked_matter_of
from tongti.relay.actions.telling import tell_new_date
from tongti.relay.errors import (
    AlreadyAsked,
    ClockStands,
    Ended,
    NotAccepted,
    NotAsked,
    OnLedger,
    OwnRequest,
)
from tongti.relay.models import Baton, Extension, LateDiversion, Promise
from tongti.relay.models.asking import Ask
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.units.access import May, Viewer

VERBS = ("question.extended", "case.extended")


@transaction.atomic
def ask_extension(
    *, baton: Baton, reason: str, words: str, to_due_on: date | None = None, hours: int | None = None, by: Viewer
) -> Extension:
    """申请延期: the class of the reason, what stands in the way, and the day it will be done. Nothing moves yet.

    A baton that is due at an hour is put off by ``hours``, every other to the end of ``to_due_on``. How often, how far
    and how early to ask is what the regime of the baton says. Raises NotAllowed, BadInput, NotAccepted, Ended, OnLedger,
    ClockStands, AlreadyAsked, deadlines.AskedTooLate, deadlines.ExtensionsUsedUp.
    """
    access.require_at(by, May.HANDLE, baton)
    words = checked_words(words, "words", "说明", 500)
    matter = locked_matter_of(baton)
    fresh = in_work(baton, "申请延期")
    if fresh.promised_until:
        raise OnLedger(until=day_words(fresh.promised_until), what="再申请延期")
    running(fresh, "申请延期")
    now = clock.now()
    regime = rules.regime_of_baton(fresh)
    rule = limits.check_extension(
        regime, due_on=fresh.due_on, due_at=fresh.due_at, asked_at=now, times=fresh.extended, reason=reason or "-"
    )
    due = rules.put_off(fresh, rule, until=to_due_on, hours=hours)
    rules.stay_before_lead(fresh, due.due_on, "to_due_on")
    try:
        with transaction.atomic():
            extension = Extension.objects.create(
                baton=fresh,
                nth=fresh.extended + 1,
                reason=reason,
                words=words,
                from_due_on=fresh.due_on,
                to_due_on=due.due_on,
                to_due_at=None if due.by_day else due.due_at,
                asked_by_id=by.officer_id,
                asked_at=now,
                regime_version=regime.label,
                calendar_version=due.calendar_version,
            )
    except IntegrityError as error:
        raise AlreadyAsked(what="延期") from error
    facts = {"extension": extension.pk, "reason": reason, "to": extension.to_due_on.isoformat()}
    matters.record("baton.extension_asked", [fresh], matter, by=by, facts=facts)
    return extension


@transaction.atomic
def take_back_extension(*, extension: Extension, by: Viewer) -> Extension:
    """撤回 an extension that nobody has decided. Raises NotAllowed, NotAsked."""
    baton = Baton.objects.select_related("unit").get(pk=extension.baton_id)
    access.require_at(by, May.HANDLE, baton)
    matter = locked_matter_of(baton)
    if not Extension.objects.filter(pk=extension.pk, state=Ask.ASKED).update(state=Ask.TAKEN_BACK):
        not_asked(extension, "撤回")
    extension.refresh_from_db()
    matters.record("baton.extension_taken_back", [baton], matter, by=by, facts={"extension": extension.pk})
    return extension


@transaction.atomic
def decide_extension(*, extension: Extension, approve: bool, note: str, by: Viewer) -> Extension:
    """审批延期, by somebody outside the unit. Approved: the askers' notices are in the outbox, then the date moves, in one go.

    Raises NotAllowed, OwnRequest, BadInput, NotAsked, Raced (the baton was passed on or its date moved meanwhile).
    """
    by.require(May.RULE)
    note = checked_words(note, "note", "审批意见", 300)
    baton = Baton.objects.select_related("unit").get(pk=extension.baton_id)
    outside(by, baton)
    matter = locked_matter_of(baton)
    if approve and extension.to_due_on < clock.today():
        raise BadInput("note", "申请延到的日期已经过了，不能同意；请退回，由单位重新申请。")
    won = Extension.objects.filter(pk=extension.pk, state=Ask.ASKED).update(
        state=Ask.APPROVED if approve else Ask.REFUSED,
        decided_by_id=by.officer_id,
        decided_at=clock.now(),
        decision_note=note,
    )
    if not won:
        not_asked(extension, "审批")
    extension.refresh_from_db()
    facts = {"extension": extension.pk, "to": extension.to_due_on.isoformat()}
    if not approve:
        matters.record("baton.extension_refused", [baton], matter, by=by, facts=facts)
        return extension
    # compare-and-set: the date that was asked to move must still be the baton's
    if not Baton.objects.filter(pk=baton.pk, state=Baton.State.ACCEPTED, due_on=extension.from_due_on).update(
        extended=extension.nth
    ):
        raise Raced
    baton.refresh_from_db()
    due = _due_of(extension, baton)
    told = matters.move_due(baton, matter, due=due, why={"extension": extension.pk}, verbs=VERBS, by=by)
    count = tell_new_date(
        told,
        template="notice.extended",
        key=f"extended:{extension.pk}",
        baton=baton,
        due_on=extension.to_due_on,
        reason=extension.get_reason_display(),
    )
    Extension.objects.filter(pk=extension.pk).update(told=count)
    extension.refresh_from_db()
    matters.record("baton.extended", [baton], matter, by=by, facts={**facts, "told": count, "nth": extension.nth})
    return extension


# --- what extensions, promises and late diversions have in common -------------------------------------------------


def in_work(baton: Baton, what: str) -> Baton:
    """The baton, fresh and locked, when it is signed for. Raises NotAccepted, Ended."""
    fresh = Baton.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=baton.pk)
    if fresh.state in (Baton.State.DONE, Baton.State.RECALLED):
        raise Ended(state=fresh.get_state_display(), what=what)
    if fresh.state != Baton.State.ACCEPTED:
        raise NotAccepted(what=what)
    return fresh


def outside(by: Viewer, baton: Baton) -> None:
    """Whoever asks does not decide: the decider holds no post in the unit. Raises OwnRequest."""
    if baton.unit_id in by.unit_ids:
        raise OwnRequest


def not_asked(request: Extension | Promise | LateDiversion, what: str) -> NoReturn:
    """Somebody decided it, or it was taken back. Raises NotAsked."""
    state = type(request).objects.values_list("state", flat=True).get(pk=request.pk)
    raise NotAsked(state=Ask(state).label, what=what)


def _due_of(extension: Extension, baton: Baton) -> Due:
    """The date that was asked for, computed anew from the baton's own record, so that it can be explained for ever."""
    if extension.to_due_at is not None and baton.due_at is not None:
        hours = round((extension.to_due_at - baton.due_at).total_seconds() / 3600)
        return limits.extended(baton.explanation, amount=hours, unit="h")
    return limits.extended_until(baton.explanation, extension.to_due_on)


def running(baton: Baton, what: str) -> None:
    """Nothing is asked for while the clock stands: how much time is left is known when it runs again. Raises ClockStands."""
    if baton.paused_until:
        raise ClockStands(until=day_words(baton.paused_until), what=what)


def day_words(day: date) -> str:
    """``3 月 20 日``."""
    return f"{day.month} 月 {day.day} 日"
