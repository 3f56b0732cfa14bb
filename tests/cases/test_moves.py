"""A case moves from hand to hand, and every move is on the trail and in the figures."""

from datetime import date, timedelta

import pytest

from tests.cases.conftest import verbs
from tongti.cases import actions
from tongti.cases.models import Case
from tongti.deadlines.reckonings import KeptDay
from tongti.figures import queries as figures
from tongti.shared import clock
from tongti.shared.errors import Raced

FRIDAY = date(2026, 3, 20)


def stock(measure, unit=0):
    far = timedelta(days=4000)
    return figures.totals([measure], since=clock.today() - far, until=clock.today() + far, unit_id=unit)[measure]


def test_passing_adds_units_and_starts_the_clock_once(dispatched, cast):
    case = dispatched()
    started = case.dispatched_at
    assert case.state == "handling"
    assert case.holder == cast.units["水利局"]
    assert set(case.units) == {cast.units[name].pk for name in ("热线办", "水利局", "自来水公司")}
    actions.pass_to(
        case_ids=[case.pk],
        holder_id=cast.units["住建局"].pk,
        unit_ids=[],
        due_on=KeptDay(FRIDAY),
        by=cast.viewer("韦晓梅"),
        verb="case.passed",
    )
    case.refresh_from_db()
    assert case.dispatched_at == started
    assert (case.holder, case.due_on) == (cast.units["住建局"], FRIDAY)
    assert verbs(case) == ["case.registered", "case.dispatched", "case.passed"]
    assert stock("dispatched") == 1
    assert [stock("unit_open", cast.units[name].pk) for name in ("热线办", "水利局", "住建局")] == [0, 0, 1]


def test_each_case_keeps_its_own_date(registered, cast):
    one, other = registered(), registered()
    days = {one.pk: FRIDAY, other.pk: FRIDAY + timedelta(days=3)}
    actions.pass_to(
        case_ids=list(days),
        holder_id=cast.units["水利局"].pk,
        unit_ids=[],
        due_on={pk: KeptDay(day) for pk, day in days.items()},
        by=cast.viewer("韦晓梅"),
        verb="case.dispatched",
    )
    assert dict(Case.objects.values_list("pk", "due_on")) == days


def test_passing_many_costs_as_much_as_passing_one(registered, cast, django_assert_num_queries):
    def move(cases):
        actions.pass_to(
            case_ids=[c.pk for c in cases],
            holder_id=cast.units["水利局"].pk,
            unit_ids=[],
            due_on=KeptDay(FRIDAY),
            by=cast.viewer("韦晓梅"),
            verb="case.dispatched",
        )

    few, many = [registered()], [registered() for _ in range(12)]
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        move(few)
    with CaptureQueriesContext(connection) as all_:
        move(many)
    assert len(one) == len(all_)


def test_a_case_that_ended_meanwhile_stays_ended(registered, cast):
    gone, still = registered(), registered()
    actions.withdraw(case=gone, by=cast.viewer("李小英"))
    moved = actions.pass_to(
        case_ids=[gone.pk, still.pk],
        holder_id=cast.units["水利局"].pk,
        unit_ids=[],
        due_on=None,
        by=cast.viewer("韦晓梅"),
        verb="case.dispatched",
    )
    assert moved == [still]
    gone.refresh_from_db()
    assert gone.state == "withdrawn"
    with pytest.raises(Raced):
        actions.pass_to(
            case_ids=[gone.pk], holder_id=1, unit_ids=[], due_on=None, by=cast.viewer("韦晓梅"), verb="case.dispatched"
        )


def test_answered_closed_reopened(dispatched, cast):
    by = cast.viewer("陆局长")
    case = dispatched()
    actions.mark_answered(case_ids=[case.pk], by=by)
    case.refresh_from_db()
    assert case.state == "answered"
    assert case.answered_at
    case = actions.close(case=case, closing="solved", by=by)
    assert (case.state, case.closing) == ("closed", "solved")
    assert (stock("open"), stock("unit_open", cast.units["水利局"].pk)) == (0, 0)
    case = actions.reopen(case=case, holder_id=cast.units["水利局"].pk, due_on=KeptDay(FRIDAY), by=by, why="again")
    assert (case.state, case.closing, case.closed_at, case.reopened) == ("handling", "", None, 1)
    assert (stock("open"), stock("unit_open", cast.units["水利局"].pk)) == (1, 1)
    assert verbs(case)[2:] == ["case.answered", "case.closed", "case.reopened"]
    with pytest.raises(Raced):
        actions.reopen(case=case, holder_id=cast.units["水利局"].pk, due_on=None, by=by, why="again")


def test_closing_twice_is_told(dispatched, cast):
    case = dispatched()
    actions.close(case=case, closing="explained", by=cast.viewer("陆局长"))
    with pytest.raises(Raced):
        actions.close(case=case, closing="solved", by=cast.viewer("陆局长"))
    assert stock("closed") == 1


def test_late_is_counted_apart(registered, cast):
    case = registered()
    yesterday = clock.today() - timedelta(days=1)
    actions.pass_to(
        case_ids=[case.pk],
        holder_id=cast.units["水利局"].pk,
        unit_ids=[],
        due_on=KeptDay(yesterday),
        by=cast.viewer("韦晓梅"),
        verb="case.dispatched",
    )
    case.refresh_from_db()
    actions.close(case=case, closing="solved", by=cast.viewer("陆局长"))
    assert (stock("closed"), stock("closed_late"), stock("closed_late", cast.units["水利局"].pk)) == (1, 1, 1)
