"""Batons as keepers of deadlines: what a changed calendar does to their dates, judged and written.

A lead's date was told to the askers of its matter: it may only move later, and takes the question and its cases along. A
helper's date never outlasts its lead's. A day that somebody approved (an extension, a promise) is recorded as that very day, so no calendar moves it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.deadlines import limits
from tongti.deadlines.models import Clock, RecountLine
from tongti.deadlines.reckoned import Facts, ReckonedRows
from tongti.deadlines.reckonings import keep
from tongti.deadlines.recounts import REASON, Calendar, Change, Reach, Scan, judge, renewed
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.relay.actions import matters
from tongti.relay.models import OPEN, Baton, Objection
from tongti.relay.plans import open_members
from tongti.shared import rows
from tongti.shared.actor import Actor
from tongti.trail import actions as trail

Outcome = RecountLine.Outcome
SIDES = {"sign": "sign_due_at", "objection": "object_due_at", "contact": "contact_due_at"}
"""Side clocks and the column of each: two run while a baton is offered, the last until the first try to reach an asker."""
MAIN = {Baton.Role.LEAD.value: "handle", Baton.Role.HELPER.value: "helper", Baton.Role.TERRITORY.value: "helper"}
# Side clocks end before the baton's own date as a rule; a few days more keep the unusual ones in sight.
MARGIN = timedelta(days=15)
WRITTEN = ("due_on", "due_at", "calendar_version", "explanation", *SIDES.values())


@dataclass(frozen=True)
class _Row:
    """What judging needs of a baton; the day lists of its explanations stay in the database."""

    pk: int
    lead: bool
    question_id: int | None
    case_id: int | None
    state: str
    role: str
    contacted: bool
    due_on: date
    due_at: datetime | None
    sides: Mapping[str, datetime | None]
    inputs: Mapping[str, Mapping[str, Any] | None]

    @property
    def matter(self) -> tuple[int | None, int | None]:
        return self.question_id, self.case_id

    def runs(self, code: str) -> bool:
        """Whether this side clock has not been stopped yet."""
        return not self.contacted if code == "contact" else self.state == Baton.State.OFFERED

    @property
    def last_moment(self) -> datetime:
        return self.due_at or limits.end_of(self.due_on)


class BatonDeadlines:
    """The batons in hand, with the side clocks that still run."""

    kind: ClassVar[str] = "baton"
    word: ClassVar[str] = "接力棒"

    def count(self, reach: Reach) -> int:
        """How many open batons may change."""
        return _touched(reach).count()

    def scan(self, target: Calendar, *, after: int, most: int, reach: Reach) -> Scan:
        """Changes among the next ``most`` open batons."""
        pks = list(_touched(reach).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most])
        changes = _judged(_rows(Baton.objects.filter(pk__in=pks)), target)
        return Scan(tuple(changes), pks[-1] if len(pks) == most else None, len(pks))

    def apply(self, changes: Sequence[Change], target: Calendar, *, by: Actor) -> list[Change]:
        """Lock matters, then batons; judge again; write. A baton that ended meanwhile is left alone."""
        wanted = {change.object_id for change in changes}
        _lock_matters(wanted)
        batons = {b.pk: b for b in Baton.objects.select_for_update(no_key=True).filter(pk__in=wanted, state__in=OPEN)}
        again = _judged(_rows(Baton.objects.filter(pk__in=batons)), target)
        by_baton: dict[int, list[Change]] = {}
        for change in again:
            by_baton.setdefault(change.object_id, []).append(change)
        matters.count_ended(batons[pk] for pk in by_baton)
        for pk, own in by_baton.items():
            _renew(batons[pk], own, target)
        rows.update([batons[pk] for pk in by_baton], WRITTEN)
        matters.count_offered(batons[pk] for pk in by_baton)
        moved = [batons[pk] for pk, own in by_baton.items() if _moves_matter(batons[pk], own)]
        _take_along(moved, by=by)
        trail.record_many(
            [("baton.recounted", batons[pk], _facts(own, target)) for pk, own in sorted(by_baton.items())], by=by
        )
        return again

    def labels(self, object_ids: Sequence[int]) -> Mapping[int, str]:
        """Number, unit and role; no title, for administrators see no content."""
        found = Baton.objects.filter(pk__in=object_ids).select_related("unit", "question", "case")
        return {
            row.pk: f"{(row.question or row.case).number} · {row.unit.short_name} · {row.get_role_display()}"  # type: ignore[union-attr]
            for row in found
        }


def _touched(reach: Reach) -> QuerySet[Baton]:
    """Open batons that can change: counted by an older calendar, or touching the days that differ."""
    stale = ~Q(calendar_version=reach.known)
    if reach.span is not None:
        first, last = reach.span
        stale |= Q(started_on__lte=last, due_on__gte=first - MARGIN)
    return Baton.objects.filter(stale, state__in=OPEN)


def _rows(batons: QuerySet[Baton]) -> list[_Row]:
    columns = ["pk", "role", "question_id", "case_id", "state", "due_on", "due_at", "first_contact_at", *SIDES.values()]
    inputs = ["explanation__inputs", *(f"explanation__others__{code}__inputs" for code in SIDES)]
    found = batons.order_by("pk").values(*columns, *inputs)
    return [
        _Row(
            pk=row["pk"],
            lead=row["role"] == Baton.Role.LEAD,
            question_id=row["question_id"],
            case_id=row["case_id"],
            state=row["state"],
            role=row["role"],
            contacted=row["first_contact_at"] is not None,
            due_on=row["due_on"],
            due_at=row["due_at"],
            sides={code: row[column] for code, column in SIDES.items()},
            inputs={
                "": row["explanation__inputs"],
                **{code: row[f"explanation__others__{code}__inputs"] for code in SIDES},
            },
        )
        for row in found
    ]


def _judged(rows: Sequence[_Row], target: Calendar) -> list[Change]:
    ends = _lead_ends(rows, target)
    return [change for row in rows for change in _judge_one(row, target, None if row.lead else ends.get(row.matter))]


def _lead_ends(rows: Sequence[_Row], target: Calendar) -> dict[tuple[int | None, int | None], datetime]:
    """When the lead of each helper's matter will be due."""
    helped = [row for row in rows if not row.lead]
    about = Q(question_id__in={row.question_id for row in helped if row.question_id})
    about |= Q(case_id__in={row.case_id for row in helped if row.case_id})
    leads = _rows(Baton.objects.filter(about, role=Baton.Role.LEAD, state__in=OPEN)) if helped else []
    return {lead.matter: _end_after(lead, _main_change(lead, target, None)) for lead in leads}


def _end_after(row: _Row, change: Change | None) -> datetime:
    return change.new_at if change is not None and change.outcome == Outcome.MOVED else row.last_moment


def _judge_one(row: _Row, target: Calendar, latest: datetime | None) -> Iterable[Change]:
    main = _main_change(row, target, latest)
    if main is not None:
        yield main
    for code, end in row.sides.items():
        verdict = judge(row.inputs[code], target, old_at=end, told=False) if end and row.runs(code) else None
        if end and verdict:
            outcome, new_at, by_day = verdict
            yield Change("baton", row.pk, code, end, new_at, by_day, outcome)


def _main_change(row: _Row, target: Calendar, latest: datetime | None) -> Change | None:
    verdict = judge(row.inputs[""], target, old_at=row.last_moment, told=row.lead, latest=latest)
    if verdict is None:
        return None
    outcome, new_at, by_day = verdict
    return Change("baton", row.pk, MAIN[row.role], row.last_moment, new_at, by_day, outcome)


# --- writing ----------------------------------------------------------------------------------------------------


def _lock_matters(baton_ids: Iterable[int]) -> None:
    keys = Baton.objects.filter(pk__in=list(baton_ids)).values_list("question_id", "case_id")
    question_ids = [question for question, _case in keys if question]
    case_ids = [case for _question, case in keys if case]
    questions_ = Question.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=question_ids)
    list(questions_.order_by("pk").values_list("pk", flat=True))
    cases_ = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=case_ids)
    list(cases_.order_by("pk").values_list("pk", flat=True))


def _renew(baton: Baton, changes: Sequence[Change], target: Calendar) -> None:
    """The baton's dates and explanations as they will be; not written yet."""
    for change in changes:
        if change.clock in SIDES:
            others = baton.explanation.get("others", {})
            due = renewed(others[change.clock], target, outcome=change.outcome, reason=REASON)
            baton.explanation = baton.explanation | {"others": others | {change.clock: due.explanation}}
            setattr(baton, SIDES[change.clock], due.due_at)
        else:
            for name, value in _main_columns(baton, change, target).items():
                setattr(baton, name, value)


def _moves_matter(baton: Baton, changes: Sequence[Change]) -> bool:
    return baton.role == Baton.Role.LEAD and any(c.outcome == Outcome.MOVED and c.clock not in SIDES for c in changes)


def _main_columns(baton: Baton, change: Change, target: Calendar) -> dict[str, Any]:
    """The baton's own date. One that was told keeps its day and its version, and says that it was kept."""
    if change.outcome == Outcome.KEPT:
        step = {"outcome": change.outcome, "reason": REASON, "from": change.old_at.isoformat()}
        return {"explanation": baton.explanation | {"recounted": [*baton.explanation.get("recounted", []), step]}}
    due = renewed(baton.explanation, target, outcome=change.outcome, reason=REASON)
    if due.due_at > change.new_at:
        # own count is longer than the lead's: capped as at dispatch
        due = limits.not_after(
            due, due_on=limits.local_day(change.new_at), due_at=None if due.by_day else change.new_at
        )
    return {
        "due_on": due.due_on,
        "due_at": None if due.by_day else due.due_at,
        "calendar_version": due.calendar_version,
        "explanation": due.explanation,
    }


def _take_along(leads: Sequence[Baton], *, by: Actor) -> None:
    """The askers' dates follow their lead's; whoever has a later one keeps it."""
    days = dict(
        zip((lead.pk for lead in leads), keep([(lead.due_on, lead.explanation) for lead in leads]), strict=True)
    )
    of_question = {lead.question_id: lead for lead in leads if lead.question_id}
    questions.extend_each(days={pk: lead.due_on for pk, lead in of_question.items()}, by=by, verb="question.recounted")
    moved = {lead.case_id: lead for lead in leads if lead.case_id}
    moved |= {case: of_question[question] for question, case in open_members(of_question)}
    cases.extend_each(
        days={pk: (days[lead.pk], {"baton": lead.pk}) for pk, lead in moved.items()}, by=by, verb="case.recounted"
    )


def _facts(changes: Sequence[Change], target: Calendar) -> dict[str, Any]:
    clocks = {c.clock: [str(c.outcome), c.old_at.isoformat(), c.new_at.isoformat()] for c in changes}
    return {"clocks": clocks, "calendar": target.version}


# --- rulings ----------------------------------------------------------------------------------------------------


def _open_objections() -> QuerySet[Objection]:
    return Objection.objects.filter(ruling="").select_related("baton__unit", "baton__question", "baton__case")


def _objection_label(row: Objection) -> str:
    matter = row.baton.question or row.baton.case
    return f"{matter.number if matter else ''} · {row.baton.unit.short_name} · 异议"


def _record_objections(touched: Sequence[tuple[Objection, Facts]], by: Actor) -> None:
    trail.record_many(
        [("baton.objection_recounted", row.baton, facts | {"objection": row.pk}) for row, facts in touched], by=by
    )


RULINGS = ReckonedRows(
    kind="objection",
    word="异议裁定",
    clock=Clock.Code.RULING.value,
    # the house's own limit: no asker knows it
    told=False,
    open=_open_objections,
    label=_objection_label,
    record=_record_objections,
    exact=True,
)
