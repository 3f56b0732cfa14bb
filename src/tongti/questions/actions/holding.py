"""What joining and leaving does to the cases themselves: who holds them, until when. Their number, words and clock stay."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from tongti.cases import actions as case_actions
from tongti.cases.errors import NoHolder
from tongti.cases.models import Case
from tongti.deadlines.models import Clock
from tongti.deadlines.reckonings import KeptDay, kept_by_sort
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.trail import actions as trail
from tongti.units.queries import fallback_unit

REGISTERED, HANDLING = Case.State.REGISTERED, Case.State.HANDLING


def own_clocks(
    cases: Sequence[Case], *, fallback: date | None, joint: bool, category_id: int | None
) -> dict[int, KeptDay]:
    """When each case's own clock runs out. A case that was dispatched before keeps the day it has (its clock never
    restarts); the others start now, each under the regime of its own door, kind and urgency. One that nobody has filed
    passes for ``category_id``, the question's."""
    fresh = {
        case.pk: (case.channel, case.kind, case.urgency, case.party_kind, case.category_id or category_id)
        for case in cases
        if not (case.dispatched_at and case.due_on)
    }
    received = {case.pk: case.received_at for case in cases}
    own = kept_by_sort(fresh, clock=Clock.Code.HANDLE.value, start=clock.now(), joint=joint, received=received)
    other = KeptDay(fallback) if fallback else None
    return {pk: day for pk in fresh if (day := own.get(pk, other))}


def take_along(cases: Sequence[Case], question: Question, *, by: Actor, verb: str = "case.taken_along") -> None:
    """Open cases of a question in hand go to its lead unit."""
    open_cases = [case for case in cases if case.state in (REGISTERED, HANDLING)]
    if not open_cases or question.lead_id is None:
        return
    days = own_clocks(
        open_cases, fallback=question.due_on, joint=len(question.units) > 1, category_id=question.category_id
    )
    case_actions.pass_to(
        case_ids=[case.pk for case in open_cases],
        holder_id=question.lead_id,
        unit_ids=question.units,
        due_on=days,
        by=by,
        verb=verb,
    )


def return_to_desk(cases: Sequence[Case], *, by: Actor) -> None:
    """Cases that leave a question in hand go back to the fallback unit, to be dispatched again. Raises NoHolder."""
    held = [case for case in cases if case.state == HANDLING]
    if not held:
        return
    desk = fallback_unit()
    if desk is None:
        raise NoHolder
    Case.objects.filter(pk__in=[case.pk for case in held], state=HANDLING).update(state=REGISTERED, holder=desk)
    trail.record_many(
        [("case.returned_to_desk", case, {"holder": desk.pk, "was": case.holder_id}) for case in held], by=by
    )
    figures.add(_shift(held, dict.fromkeys((case.pk for case in held), desk.pk)))


def snapshot(cases: Collection[Case]) -> dict[str, list[Any]]:
    """What joining may overwrite on each case, for undo."""
    return {
        str(case.pk): [
            case.state,
            case.holder_id,
            case.units,
            case.due_on.isoformat() if case.due_on else None,
            case.dispatched_at.isoformat() if case.dispatched_at else None,
            str(case.reckoning_id) if case.reckoning_id else None,
        ]
        for case in cases
    }


def restore(cases: Sequence[Case], kept: dict[str, list[Any]]) -> None:
    """Put open cases back to what ``snapshot`` kept; a case that was answered or ended since stays as it is."""
    changed = []
    for case in cases:
        # what was kept before dates had a record ends one earlier
        state, holder_id, units, due_on, dispatched_at, reckoning_id = [*kept[str(case.pk)], None][:6]
        if case.state not in (REGISTERED, HANDLING) or state not in (REGISTERED, HANDLING):
            continue
        target = Case(
            pk=case.pk,
            state=state,
            holder_id=holder_id,
            units=units,
            due_on=date.fromisoformat(due_on) if due_on else None,
            reckoning_id=reckoning_id,
            dispatched_at=datetime.fromisoformat(dispatched_at) if dispatched_at else None,
        )
        changed.append((case, target))
    fields = ["state", "holder", "units", "due_on", "reckoning", "dispatched_at"]
    Case.objects.bulk_update([target for _, target in changed], fields)
    figures.add(_shift([case for case, _ in changed], {case.pk: target.holder_id for case, target in changed}))
    undone = [case for case, target in changed if case.dispatched_at and target.dispatched_at is None]
    figures.add(count for case in undone for count in _not_dispatched(case))


def _not_dispatched(case: Case) -> list[Count]:
    """Its dispatch was undone, so it never was; another one will be counted on its own day."""
    day = timezone.localdate(case.dispatched_at)
    return [Count("dispatched", day, unit_id=unit, amount=-1) for unit in {0, case.holder_id or 0}]


def _shift(cases: Sequence[Case], holders: dict[int, int | None]) -> list[Count]:
    today = clock.today()
    counts: dict[int, int] = {}
    for case in cases:
        to = holders[case.pk]
        if to != case.holder_id:
            counts[case.holder_id or 0] = counts.get(case.holder_id or 0, 0) - 1
            counts[to or 0] = counts.get(to or 0, 0) + 1
    return [Count("unit_open", today, unit_id=unit, amount=amount) for unit, amount in counts.items() if unit]
