"""A case moves: to a unit, to an answer, to its end, back again. Lower-level verbs for questions, relay, answers, verdicts.

Permission lies with the action that calls these (dispatch, sign, verdict): they only keep the state machine, the trail and
the figures of the cases right, for one case or for hundreds with the same few statements.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import BigIntegerField, DateField, F, Field, Func, Model, UUIDField, Value, When
from django.db.models import Case as When_
from django.db.models.functions import Coalesce
from django.utils import timezone

from tongti.cases.actions.intake import town_counts
from tongti.cases.models import Case
from tongti.deadlines.reckonings import KeptDay
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.shared import clock, rows
from tongti.shared.actor import Actor
from tongti.shared.errors import Raced
from tongti.trail import actions as trail
from tongti.units.towns import TownOf

State = Case.State
DueOn = KeptDay | None | Mapping[int, KeptDay]


@transaction.atomic
def pass_to(
    *, case_ids: Collection[int], holder_id: int, unit_ids: Collection[int], due_on: DueOn, by: Actor, verb: str
) -> list[Case]:
    """The open cases among these go to ``holder_id``; ``unit_ids`` may see them from now on. ``due_on``: one day for all,
    or a day per case id (each case keeps its own clock; one that is left out keeps the day it has).

    Answers the cases that moved. Cases that ended meanwhile stay as they are; when none is open, raises Raced.
    """
    cases = _locked(case_ids, State.REGISTERED, State.HANDLING)
    if not cases:
        raise Raced
    now = clock.now()
    days = _days(due_on, cases)
    Case.objects.filter(pk__in=[c.pk for c in cases]).update(
        state=State.HANDLING,
        holder_id=holder_id,
        units=_with_units({holder_id, *unit_ids}),
        due_on=_each({pk: day.on if day else None for pk, day in days.items()}, DateField()),
        reckoning_id=_each({pk: day.reckoning_id if day else None for pk, day in days.items()}, UUIDField()),
        # the clock starts at the first dispatch and never again
        dispatched_at=Coalesce("dispatched_at", Value(now)),
    )
    trail.record_many(
        [(verb, c, _without_none(holder=holder_id, was=c.holder_id, due_on=_day_of(days[c.pk]))) for c in cases], by=by
    )
    figures.add(_passed_counts(cases, holder_id, now))
    return cases


@transaction.atomic
def add_units(*, case_ids: Collection[int], unit_ids: Collection[int]) -> None:
    """More units take part and may see the cases; the holder stays. The caller's own event tells it on the trail."""
    Case.objects.filter(pk__in=list(case_ids)).update(units=_with_units(unit_ids))


@transaction.atomic
def extend(
    *,
    case_ids: Collection[int],
    due_on: KeptDay,
    by: Actor,
    verb: str = "case.extended",
    facts: dict[str, Any] | None = None,
) -> list[Case]:
    """What was told to these askers moves to ``due_on``; a case that is due later already keeps its day (never shortened).

    Answers the cases in hand, moved or not, so that each of their askers can be told. The caller was allowed to.
    """
    return extend_each(days=dict.fromkeys(case_ids, (due_on, facts or {})), by=by, verb=verb)


@transaction.atomic
def extend_each(*, days: Mapping[int, tuple[KeptDay, dict[str, Any]]], by: Actor, verb: str) -> list[Case]:
    """``extend`` for many cases, each to its own day with its own facts on the trail, with a few statements in all."""
    cases = _locked(days, State.HANDLING)
    later = [case for case in cases if case.due_on is None or case.due_on < days[case.pk][0].on]
    entries: list[tuple[str, Model, dict[str, Any] | None]] = []
    for case in later:
        due, facts = days[case.pk]
        entries.append((verb, case, {"due_on": due.on.isoformat(), **_without_none(was=_iso(case.due_on)), **facts}))
        case.due_on, case.reckoning_id = due.on, due.reckoning_id
    rows.update(later, ["due_on", "reckoning"])
    trail.record_many(entries, by=by)
    return cases


@transaction.atomic
def hold(*, case_ids: Collection[int], old_id: int, new_id: int, by: Actor) -> int:
    """The unit ``old_id`` became ``new_id``: what it holds and takes part in is the successor's, with every date as it is."""
    taking_part = Case.objects.filter(pk__in=list(case_ids)).filter(units__contains=[old_id])
    taking_part.update(units=_with_units([new_id]))
    cases = [c for c in _locked(case_ids, State.REGISTERED, State.HANDLING, State.ANSWERED) if c.holder_id == old_id]
    Case.objects.filter(pk__in=[c.pk for c in cases]).update(holder_id=new_id)
    trail.record_many([("case.inherited", c, {"holder": new_id, "was": old_id}) for c in cases], by=by)
    today = clock.today()
    figures.add([*_stock(old_id, -len(cases), today), *_stock(new_id, len(cases), today)] if cases else [])
    return len(cases)


@transaction.atomic
def mark_answered(*, case_ids: Collection[int], by: Actor) -> list[Case]:
    """The answer is on its way: handling → answered. Answers the cases that moved; raises Raced when none could."""
    cases = _locked(case_ids, State.HANDLING, State.REGISTERED)
    if not cases:
        raise Raced
    now = clock.now()
    today = timezone.localdate(now)
    Case.objects.filter(pk__in=[c.pk for c in cases]).update(state=State.ANSWERED, answered_at=now)
    late = [c for c in cases if c.due_on and c.due_on < today]
    trail.record_many(
        [("case.answered", c, _without_none(holder=c.holder_id, late=c in late or None)) for c in cases], by=by
    )
    figures.add([*_per_unit("answered", cases, today), *_per_unit("answered_late", late, today)])
    return cases


@transaction.atomic
def close(*, case: Case, closing: str, by: Actor) -> Case:
    """The end, with how it ended; closing is not solving. Raises Raced when it ended already."""
    withdrawn = closing == Case.Closing.WITHDRAWN
    now = clock.now()
    today = timezone.localdate(now)
    row = _locked([case.pk], State.REGISTERED, State.HANDLING, State.ANSWERED)
    if not row:
        raise Raced
    before = row[0]
    state = State.WITHDRAWN if withdrawn else State.CLOSED
    Case.objects.filter(pk=case.pk).update(state=state, closing=closing, closed_at=now)
    case.refresh_from_db(fields=["state", "closing", "closed_at", "holder", "units", "due_on", "answered_at"])
    late = bool(before.due_on and before.due_on < today and before.answered_at is None)
    verb = "case.withdrawn" if withdrawn else "case.closed"
    trail.record(verb, case, by=by, facts=_without_none(closing=closing, was=before.state, late=late or None))
    counts = [Count("open", today, amount=-1), *_stock(before.holder_id, -1, today)]
    counts += town_counts(_town(before), today, amount=-1)
    if closing == Case.Closing.DIVERTED:
        # told its way, not handled: counted apart (W1 rule 1)
        counts += _both("diverted", before.holder_id, today)
    elif not withdrawn:
        for measure in ("closed", *(("closed_late",) if late else ())):
            counts += _both(measure, before.holder_id, today)
    figures.add(counts)
    return case


@transaction.atomic
def reopen(*, case: Case, holder_id: int, due_on: KeptDay | None, by: Actor, why: str) -> Case:
    """Back to work at ``holder_id``: from answered, or from closed. ``why`` is a code (``not_solved``, ``again`` …).

    Raises Raced when it is being handled already (two people pressed “又出现了”)."""
    row = _locked([case.pk], State.ANSWERED, State.CLOSED)
    if not row:
        raise Raced
    before, today = row[0], clock.today()
    Case.objects.filter(pk=case.pk).update(
        state=State.HANDLING,
        closing="",
        closed_at=None,
        answered_at=None,
        holder_id=holder_id,
        units=_with_units([holder_id]),
        due_on=due_on.on if due_on else None,
        reckoning_id=due_on.reckoning_id if due_on else None,
        dispatched_at=Coalesce("dispatched_at", Value(clock.now())),
        reopened=F("reopened") + 1,
    )
    case.refresh_from_db()
    facts = _without_none(
        why=why, was=before.state, closing=before.closing or None, holder=holder_id, due_on=_day_of(due_on)
    )
    trail.record("case.reopened", case, by=by, facts=facts)
    counts = [*_both("reopened", holder_id, today), *_stock(holder_id, 1, today)]
    if before.dispatched_at is None:
        # closed at the desk the first time, so nobody had it until now
        counts += _both("dispatched", holder_id, today)
    if before.state == State.CLOSED:
        counts += [Count("open", today), *town_counts(_town(before), today)]
    else:
        counts += _stock(before.holder_id, -1, today)
    figures.add(counts)
    return case


def _locked(case_ids: Collection[int], *states: str) -> list[Case]:
    # locked in one order, so that two such moves cannot wait for each other
    found = Case.objects.select_for_update(no_key=True).filter(pk__in=list(case_ids), state__in=states).order_by("pk")
    columns = (
        "id", "number", "state", "holder_id", "dispatched_at", "due_on", "reckoning_id", "answered_at", "closing",
    )  # fmt: skip
    return list(found.annotate(town=TownOf("place_id")).only(*columns))


def _town(case: Case) -> int | None:
    """The township of a case that ``_locked`` read."""
    return case.town  # type: ignore[attr-defined, no-any-return]  # annotated there


def _with_units(unit_ids: Collection[int]) -> Func:
    """units ∪ unit_ids, sorted, inside the UPDATE: a unit that another transaction adds at this moment is not lost."""
    more = Value(sorted(set(unit_ids)), output_field=ArrayField(BigIntegerField()))
    return Func(
        F("units"),
        more,
        template="(SELECT array_agg(DISTINCT u ORDER BY u) FROM unnest(%(expressions)s) AS u)",
        arg_joiner=" || ",
        output_field=ArrayField(BigIntegerField()),
    )


def _days(due_on: DueOn, cases: list[Case]) -> dict[int, KeptDay | None]:
    if isinstance(due_on, Mapping):
        return {c.pk: due_on.get(c.pk) or _has(c) for c in cases}
    return dict.fromkeys((c.pk for c in cases), due_on)


def _has(case: Case) -> KeptDay | None:
    return KeptDay(case.due_on, case.reckoning_id) if case.due_on else None


def _each(values: Mapping[int, Any], kind: "Field[Any, Any]") -> Any:
    """A value per case as one expression; a plain value where all agree."""
    by_value: dict[Any, list[int]] = {}
    for pk, value in values.items():
        by_value.setdefault(value, []).append(pk)
    if len(by_value) == 1:
        return Value(next(iter(by_value)), output_field=kind)
    whens = [When(pk__in=pks, then=Value(value, output_field=kind)) for value, pks in by_value.items()]
    return When_(*whens, output_field=kind)


def _passed_counts(cases: list[Case], holder_id: int, now: datetime) -> list[Count]:
    today = clock.today()
    fresh = sum(c.dispatched_at is None for c in cases)
    counts = [*_both("dispatched", holder_id, today, fresh), *_stock(holder_id, len(cases), today)]
    for unit_id, number in _tally(cases).items():
        counts += _stock(unit_id, -number, today)
    return counts


def _per_unit(measure: str, cases: list[Case], day: date) -> list[Count]:
    counts = [Count(measure, day, amount=len(cases))]
    return counts + [Count(measure, day, unit_id=unit, amount=n) for unit, n in _tally(cases).items() if unit]


def _tally(cases: list[Case]) -> dict[int | None, int]:
    tally: dict[int | None, int] = {}
    for case in cases:
        tally[case.holder_id] = tally.get(case.holder_id, 0) + 1
    return tally


def _both(measure: str, unit_id: int | None, day: date, amount: int = 1) -> list[Count]:
    """The district's row and the unit's."""
    counts = [Count(measure, day, amount=amount)]
    return [*counts, Count(measure, day, unit_id=unit_id, amount=amount)] if unit_id else counts


def _stock(unit_id: int | None, amount: int, day: date) -> list[Count]:
    return [Count("unit_open", day, unit_id=unit_id, amount=amount)] if unit_id else []


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day_of(day: KeptDay | None) -> str | None:
    return _iso(day.on if day else None)


def _without_none(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
