"""暂停计时: while something is awaited that the regime leaves out of the count, the clock of a baton stands (W0.1).

Such time is left out by law, so the holder (or the dispatcher) says it and nobody grants it; it is bounded, told to the
askers of a lead (行政许可法 45: 所需时间书面告知), and runs on by itself on its day.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from tongti.relay import access, rules
from tongti.relay.actions import matters
from tongti.relay.actions.extending import day_words, in_work
from tongti.relay.actions.matters import locked_matter_of
from tongti.relay.actions.telling import tell_new_date
from tongti.relay.errors import ClockRuns, ClockStands, OnLedger, RequestOpen
from tongti.relay.models import Baton, ClockStop, Extension, Promise
from tongti.relay.models.asking import Ask
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.text import checked_words
from tongti.units.access import Viewer

VERBS = ("question.paused", "case.paused")
BATCH = 200


@transaction.atomic
def stop_clock(*, baton: Baton, reason: str, until_on: date, words: str, by: Viewer) -> ClockStop:
    """暂停计时 from now until ``until_on``, a working day, on which it runs again. The askers of a lead are told the new date.

    ``reason`` is a ``Clock.Pause`` code that the baton's regime allows. Raises NotAllowed, BadInput, NotAccepted, Ended,
    OnLedger, ClockStands, RequestOpen, deadlines.NotPausable, deadlines.NotRecorded.
    """
    access.require_clock(by, baton)
    words = checked_words(words, "words", "说明", 300)
    matter = locked_matter_of(baton)
    fresh = in_work(baton, "暂停计时")
    _nothing_else_moves_it(fresh)
    now = clock.now()
    due = rules.stood_still(fresh, reason=reason, at=now, until_on=until_on)
    try:
        with transaction.atomic():
            stop = ClockStop.objects.create(
                baton=fresh,
                reason=reason,
                words=words,
                stopped_at=now,
                until_on=until_on,
                from_due_on=fresh.due_on,
                from_due_at=fresh.due_at,
                to_due_on=due.due_on,
                before=fresh.explanation,
                by_id=by.officer_id,
            )
    except IntegrityError as error:
        raise ClockStands(until=day_words(until_on), what="再暂停") from error
    Baton.objects.filter(pk=fresh.pk).update(paused_until=until_on)
    told = matters.move_due(fresh, matter, due=due, why={"stop": stop.pk}, verbs=VERBS, by=by)
    count = tell_new_date(
        told,
        template="notice.paused",
        key=f"paused:{stop.pk}",
        baton=fresh,
        due_on=due.due_on,
        reason=stop.get_reason_display(),
    )
    ClockStop.objects.filter(pk=stop.pk).update(told=count)
    facts: dict[str, Any] = {"stop": stop.pk, "reason": reason, "until": until_on.isoformat(), "told": count}
    matters.record("baton.clock_stopped", [fresh], matter, by=by, facts={**facts, "due_on": due.due_on.isoformat()})
    stop.refresh_from_db()
    return stop


@transaction.atomic
def run_clock(*, stop: ClockStop, by: Viewer) -> ClockStop:
    """接着计时 before the day: the unit's date comes forward to what really was left out; a date told to an asker stays.

    Helpers whose date lies beyond their lead's new one end with it.

    Raises NotAllowed, ClockRuns.
    """
    baton = Baton.objects.select_related("unit").get(pk=stop.baton_id)
    access.require_clock(by, baton)
    matter = locked_matter_of(baton)
    now = clock.now()
    if not ClockStop.objects.filter(pk=stop.pk, ended_at=None).update(ended_at=now, ended_by_id=by.officer_id):
        raise ClockRuns
    stop.refresh_from_db()
    baton.refresh_from_db()
    due = rules.ran_on(stop, baton, at=now)
    Baton.objects.filter(pk=baton.pk).update(paused_until=None)
    # neither a question nor a case is ever due earlier than it was told: their own actions see to that
    matters.move_due(baton, matter, due=due, why={"stop": stop.pk}, verbs=VERBS, by=by)
    facts = {"stop": stop.pk, "due_on": due.due_on.isoformat()}
    matters.record("baton.clock_resumed", [baton], matter, by=by, facts=facts)
    if baton.role == Baton.Role.LEAD:
        _helpers_keep_up(baton, matter, by)
    return stop


def _helpers_keep_up(lead: Baton, matter: matters.Matter, by: Viewer) -> None:
    helpers = matter.open_batons().exclude(role=Baton.Role.LEAD).filter(promised_until=None)
    for helper in helpers.select_related("unit").order_by("pk"):
        due = rules.with_lead(helper, lead)
        if due is not None:
            matters.move_due(helper, matter, due=due, why={}, verbs=VERBS, by=by)
            facts = {"lead": lead.pk, "due_on": due.due_on.isoformat()}
            matters.record("baton.brought_forward", [helper], matter, by=by, facts=facts)


def clocks_run_on(*, by: Actor = SYSTEM) -> int:
    """Every stop whose day has come is over; the date was counted with that day from the beginning, so it stays.

    Run by a timed job, as often as you like. Answers how many clocks run again.
    """
    over = ClockStop.objects.filter(ended_at=None, until_on__lte=clock.today())
    return sum(_run_on(pk, by) for pk in over.order_by("until_on", "id").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _run_on(pk: int, by: Actor) -> int:
    baton = Baton.objects.select_related("unit").get(stops=pk)
    matter = locked_matter_of(baton)
    if not ClockStop.objects.filter(pk=pk, ended_at=None).update(ended_at=clock.now()):
        return 0
    Baton.objects.filter(pk=baton.pk).update(paused_until=None)
    matters.record("baton.clock_ran_on", [baton], matter, by=by, facts={"stop": pk})
    return 1


def _nothing_else_moves_it(baton: Baton) -> None:
    if baton.promised_until:
        raise OnLedger(until=day_words(baton.promised_until), what="再暂停计时")
    if baton.paused_until:
        raise ClockStands(until=day_words(baton.paused_until), what="再暂停")
    for word, model in (("延期", Extension), ("挂账", Promise)):
        if model.objects.filter(baton=baton, state=Ask.ASKED).exists():
            raise RequestOpen(what=word)
