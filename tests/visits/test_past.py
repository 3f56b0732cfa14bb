"""往期问题回访: what was closed is looked at again by somebody who did not do the work; what came back begins anew."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from tests.relay.stories import verbs
from tests.visits.closed import said
from tongti.cases.models import Case
from tongti.jobs.visits import plan_due_revisits as nightly
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.verdicts.models import Reopening
from tongti.visits import actions, queries
from tongti.visits.actions import RuleDraft
from tongti.visits.errors import NothingCameBack, NotOutside
from tongti.visits.models import Revisit, RevisitRule

PAPER = "云企服办〔2026〕3 号"


def rule(outing, **days: int | None) -> None:
    drafts = {code: RuleDraft(n, PAPER if n else "") for code, n in days.items()}
    actions.set_revisit_rules(rules=drafts, by=outing.viewer("邓主任"))


def closed(outing, handling="A", **facts) -> Case:
    """A finding of this class that the firm called solved, today."""
    facts.setdefault("promised_on", date(2026, 3, 31) if handling == "A" else None)
    case = outing.finding(handling=handling, **facts).case
    said(outing, case)
    return case


def test_the_days_are_blank_until_the_office_fills_them_in(outing, on_friday):
    assert [(row.handling, row.days) for row in queries.revisit_rules()] == [
        ("A", None), ("B", None), ("C", None), ("D", None), ("", None),
    ]  # fmt: skip
    closed(outing)
    on_friday.shift(timedelta(days=300))
    assert actions.plan_due_revisits() == 0
    with pytest.raises(NotAllowed):
        actions.set_revisit_rules(rules={"A": RuleDraft(30, PAPER)}, by=outing.viewer("谭小勇"))
    with pytest.raises(BadInput, match="出处"):
        actions.set_revisit_rules(rules={"A": RuleDraft(30)}, by=outing.viewer("邓主任"))
    with pytest.raises(BadInput, match="1 到 730"):
        actions.set_revisit_rules(rules={"A": RuleDraft(0, PAPER)}, by=outing.viewer("邓主任"))
    assert actions.set_revisit_rules(rules={"A": RuleDraft(30, PAPER)}, by=outing.viewer("邓主任")) == ["A"]
    assert actions.set_revisit_rules(rules={"A": RuleDraft(30, PAPER)}, by=outing.viewer("邓主任")) == []
    assert verbs(RevisitRule.objects.get()) == ["revisit.rules_set"]
    assert actions.plan_due_revisits() == 1


def test_what_was_closed_long_enough_ago_goes_to_the_firms_officer_once(outing, on_friday):
    rule(outing, A=30, D=None)
    case = closed(outing)
    on_friday.shift(timedelta(days=22))
    assert actions.plan_due_revisits() == 0
    on_friday.shift(timedelta(days=1))
    # a week ahead, so that it can be joined to a visit
    nightly(0)
    row = Revisit.objects.get()
    assert (row.case, row.officer_id, row.planned_on, row.by_rule) == (
        case, outing.viewer("谭小勇").officer_id, date(2026, 4, 5), True,
    )  # fmt: skip
    assert verbs(row) == ["revisit.planned"]
    nightly(0)
    assert Revisit.objects.count() == 1
    assert [line.revisit for line in queries.due_revisits(outing.viewer("谭小勇"))] == [row]


def test_who_worked_on_it_is_not_sent_and_the_office_names_another(outing, on_friday):
    from tests.visits.closed import FOUR, answered
    from tongti.shared import links
    from tongti.verdicts import actions as verdicts

    rule(outing, A=30)
    case = outing.finding(handling="A", promised_on=date(2026, 3, 31)).case
    signed = answered(outing, case, territory="临江镇")
    verdicts.give(token=links.verdict_token(signed.pk, case.pk), **FOUR)
    on_friday.shift(timedelta(days=40))
    assert actions.plan_due_revisits() == 1
    row, office, tan = Revisit.objects.get(), outing.viewer("邓主任"), outing.viewer("谭小勇")
    assert row.officer_id is None
    assert queries.revisit_counts(office)["nobody"] == 1
    assert queries.late_revisits(office).count() == 1
    with pytest.raises(NotAllowed):
        actions.assign_revisit(revisit=row, officer_id=tan.officer_id, by=tan)
    with pytest.raises(NotOutside):
        actions.assign_revisit(revisit=row, officer_id=tan.officer_id, by=office)
    with pytest.raises(BadInput, match="走访员"):
        actions.assign_revisit(revisit=row, officer_id=outing.cast.officers["何区长"].pk, by=office)
    lu = outing.viewer("卢芳")
    actions.assign_revisit(revisit=row, officer_id=lu.officer_id, by=office)
    assert verbs(row) == ["revisit.planned", "revisit.assigned"]
    actions.finish_revisit(revisit=row, result="solved", words="路还是好的", by=lu)
    row.refresh_from_db()
    assert (row.result, row.done_by_id, row.reopened, row.opened) == ("solved", lu.officer_id, False, None)


@pytest.fixture
def due(outing, on_friday) -> Revisit:
    """A month after it was closed it is time to look."""
    rule(outing, A=30)
    closed(outing)
    on_friday.shift(timedelta(days=30))
    actions.plan_due_revisits()
    return Revisit.objects.select_related("case").get()


def test_it_came_back_and_is_in_hand_again(outing, due):
    tan = outing.viewer("谭小勇")
    with pytest.raises(BadInput, match="企业怎么说"):
        actions.finish_revisit(revisit=due, result="back", words="", by=tan)
    actions.finish_revisit(revisit=due, result="back", words="下了两场雨，又塌了", by=tan)
    due.case.refresh_from_db()
    assert (due.case.state, due.case.reopened, due.reopened) == ("handling", 1, True)
    reopening = Reopening.objects.get(case=due.case)
    assert (reopening.why, reopening.words) == ("again", "下了两场雨，又塌了")
    assert verbs(due) == ["revisit.planned", "revisit.done", "revisit.came_back"]


def test_it_was_never_solved(outing, due):
    actions.finish_revisit(revisit=due, result="not", words="只修了门口一段", by=outing.viewer("谭小勇"))
    due.case.refresh_from_db()
    assert due.case.state == "handling"
    assert Reopening.objects.get(case=due.case).why == "revisit"


def test_it_came_back_as_a_case_of_its_own_that_is_linked(outing, due):
    tan = outing.viewer("谭小勇")
    actions.finish_revisit(revisit=due, result="back", words="对面那段路也塌了", as_new=True, by=tan)
    due.case.refresh_from_db()
    assert due.case.state == "closed"
    assert (due.opened.repeat_of, due.opened.channel, due.opened.body) == (due.case, "visit", "对面那段路也塌了")
    assert queries.chain_of(tan, due.opened).words == "第 2 次反映，上次 2026-03-06 反映，现在已办结"


def test_what_is_in_hand_anyhow_is_not_begun_twice(outing, friday):
    tan = outing.viewer("谭小勇")
    case = outing.finding().case
    row = actions.plan_revisit(case=case, officer_id=tan.officer_id, day=friday, by=tan)
    with pytest.raises(NothingCameBack):
        actions.finish_revisit(revisit=row, result="back", words="还没人来", as_new=True, by=tan)
    row.refresh_from_db()
    assert row.state == "planned"
    actions.finish_revisit(revisit=row, result="not", words="还没人来", by=tan)
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == ("registered", 0, 1)


def test_nobody_reached_is_tried_three_times_on_different_days(outing, due, on_friday):
    tan = outing.viewer("谭小勇")
    for tries in (1, 2, 3):
        row = Revisit.objects.get(state="planned")
        actions.finish_revisit(revisit=row, result="unreached", words="", by=tan)
        on_friday.shift(timedelta(days=1))
        assert actions.plan_due_revisits() == (1 if tries < 3 else 0)
    assert queries.revisit_counts(tan)["unreached"] == 3


def test_late_ones_are_the_offices_to_see(outing, due, on_friday):
    office = outing.viewer("邓主任")
    on_friday.move_to(timezone.make_aware(datetime.combine(due.planned_on + timedelta(days=1), time(9))))
    counts = queries.revisit_counts(office)
    assert (counts["late"], counts["planned"], counts["nobody"], counts["done"]) == (1, 1, 0, 0)
    _, rows = queries.revisits(office, "late")
    assert [(row.revisit, row.firm, row.late) for row in rows] == [(due, "云岭区红豆糖业有限公司", True)]
    assert queries.revisit_counts(outing.viewer("卢芳"))["planned"] == 0
    with pytest.raises(NotVisible):
        queries.revisit_to_assign(outing.viewer("谭小勇"), due.pk)


def test_a_firm_that_asked_to_be_hidden_is_not_sent_anybody(outing, on_friday):
    rule(outing, A=30)
    case = outing.finding(handling="A", promised_on=date(2026, 3, 31), hide_identity=True).case
    said(outing, case)
    on_friday.shift(timedelta(days=60))
    assert actions.plan_due_revisits() == 0
    # by her own hand its officer may, and nobody else is told of it
    tan, office = outing.viewer("谭小勇"), outing.viewer("邓主任")
    actions.plan_revisit(case=case, officer_id=tan.officer_id, day=date(2026, 5, 6), by=tan)
    again = outing.finding("厂门口那条路还是坑坑洼洼，大货车进不来，原料要转运", hide_identity=True)
    assert again.earlier == case
    assert (queries.revisit_counts(tan)["planned"], queries.revisit_counts(office)["planned"]) == (1, 0)
    assert (queries.found_again_counts(tan)["proposed"], queries.found_again_counts(office)["proposed"]) == (1, 0)


def test_lists_cost_the_same_however_long(outing, due, django_assert_max_num_queries):
    office = outing.viewer("邓主任")
    with django_assert_max_num_queries(2):
        queries.revisits(office, "planned")
    with django_assert_max_num_queries(1):
        queries.revisit_counts(office)
    with django_assert_max_num_queries(2):
        queries.found_again(office, "proposed")
