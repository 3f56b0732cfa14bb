"""Every measure that a page shows, and the rows it stands for: what the nightly check counts again."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, DateField, F, Min, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, TruncDate

from tongti.cases.models import Case, Diverted
from tongti.figures.checks import Measure
from tongti.formulas import counters
from tongti.questions.models import Membership, Question
from tongti.relay.models import OPEN, Baton
from tongti.trail.models import Event
from tongti.units.towns import TownOf
from tongti.verdicts.models import Invitation, Verdict

NO_DAY = Value(None, output_field=DateField())
NONE = Value(0, output_field=BigIntegerField())
OPEN_CASES = ~Q(state__in=[Case.State.CLOSED, Case.State.WITHDRAWN])
OPEN_QUESTIONS = Q(state__in=[Question.State.SET_UP, Question.State.HANDLING, Question.State.ANSWERED])


def measures() -> Sequence[Measure]:
    """In the order in which a reader meets them. What is counted from the trail is what happened, not how things stand now: an
    answer that was reopened and given again counts twice."""
    town = TownOf("place_id")
    cases, batons = Case.objects.filter(OPEN_CASES), Baton.objects.filter(state__in=OPEN)
    return (
        Measure("received", "收到", _rows(Case.objects, day=TruncDate("received_at")), by_day=True, units=False),
        Measure("open", "在办诉求", _rows(cases), units=False),
        Measure("unit_open", "各单位手里的诉求", _rows(cases, unit=F("holder_id")), district=False),
        Measure(
            "town_received",
            "各乡镇收到",
            _rows(Case.objects, unit=town, day=TruncDate("received_at")),
            by_day=True,
            district=False,
        ),
        Measure("town_open", "各乡镇在办诉求", _rows(cases, unit=town), district=False),
        Measure("questions_open", "在办的题", _rows(Question.objects.filter(OPEN_QUESTIONS)), units=False),
        Measure("question_askers", "一道题的反映人", _askers(), by_day=True, units=False),
        Measure("batons_open", "在办的棒", _rows(batons, unit=F("unit_id"))),
        Measure("batons_due", "哪天到期", _rows(batons, unit=F("unit_id"), day=F("due_on")), by_day=True),
        Measure("promises_open", "挂账", _rows(batons.exclude(promised_until=None), unit=F("unit_id"))),
        _happened("answered", "答复", "case.answered"),
        _happened("answered_late", "超期答复", "case.answered", facts__late=True),
        _happened("reopened", "重新打开", "case.reopened"),
        _happened("unreachable", "联系不上", "case.unreachable", told="unit"),
        *_once_each(),
        *_verdicts(),
        *counters.hourly(),
        *counters.left_out(),
    )


def _rows(
    rows: Any, *, unit: Combinable = NONE, subject: Combinable = NONE, day: Combinable = NO_DAY
) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = (
        rows.order_by().annotate(of_unit=Coalesce(unit, NONE), of_subject=subject, on_day=day)
        .values_list("of_unit", "of_subject", "on_day")
    )  # fmt: skip
    return found


def _askers() -> QuerySet[Any, Any]:
    """One row per question and asker, on the day she first asked; who gave no name is an asker by each case."""
    asker = Coalesce(F("case__party_id"), -F("case_id"), output_field=BigIntegerField())
    return (
        Membership.objects.filter(state=Membership.State.ACTIVE)
        .order_by()
        .values("question_id", asker=asker)
        .annotate(on_day=TruncDate(Min("case__received_at")), of_unit=NONE)
        .values_list("of_unit", "question_id", "on_day")
    )


def _once_each() -> list[Measure]:
    """Of the whole district only: which unit held a case when it was dispatched or closed, neither row nor trail tells."""
    closed = Event.objects.filter(verb="case.closed")
    diverted = closed.filter(facts__closing=Case.Closing.DIVERTED)
    handled = closed.exclude(facts__closing=Case.Closing.DIVERTED)
    counted = (
        ("dispatched", "派出", Case.objects.exclude(dispatched_at=None), "dispatched_at"),
        ("closed", "办结", handled, "at"),
        ("closed_late", "超期办结", handled.filter(facts__late=True), "at"),
        ("diverted", "分流", diverted, "at"),
        ("diverted_late", "办理中才分流", Diverted.objects.filter(late=True), "at"),
    )
    return [
        Measure(code, name, _rows(rows, day=TruncDate(moment)), by_day=True, units=False)
        for code, name, rows, moment in counted
    ]


def _happened(code: str, name: str, verb: str, *, told: str = "holder", **facts: Any) -> Measure:
    """What the trail tells with a verb; ``told`` is the fact that names the unit."""
    holder = Cast(KeyTextTransform(told, "facts"), BigIntegerField())
    events = Event.objects.filter(verb=verb, **facts)
    return Measure(code, name, _rows(events, unit=holder, day=TruncDate("at")), by_day=True)


def _verdicts() -> list[Measure]:
    asked = _rows(Invitation.objects, unit=F("reply__answer__lead_id"), day=TruncDate("made_at"))
    every = Verdict.objects.all()
    given = (
        ("verdict_given", "给了评价", every),
        ("contacted_all", "评价里问到联系", every),
        ("contacted_yes", "联系了", every.filter(contacted=True)),
        ("solved_all", "评价里问到解决", every),
        ("solved_yes", "解决了", every.filter(solved=Verdict.Solved.YES)),
        ("satisfied_all", "评价里问到满意", every),
        ("satisfied_yes", "满意", every.exclude(satisfied=Verdict.Satisfied.NOT)),
    )
    return [
        Measure("verdict_asked", "请人评价", asked, by_day=True),
        *(
            Measure(code, name, _rows(rows, unit=F("unit_id"), day=TruncDate("at")), by_day=True)
            for code, name, rows in given
        ),
    ]
