"""防打扰: a firm is not visited more often than the campaign says, unless the office answers for it."""

from datetime import date, timedelta

import pytest

from tests.relay.stories import verbs
from tongti.parties import actions as parties
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.visits import actions, queries
from tongti.visits.actions import Plan
from tongti.visits.errors import GuardSays, NotPlanned, NotRunning
from tongti.visits.guard import guard_of
from tongti.visits.models import Companion, Visit


def test_the_third_visit_of_a_month_is_refused_in_one_sentence(outing, friday):
    outing.plan(friday + timedelta(days=3), firm=outing.wood)
    outing.plan(friday + timedelta(days=4), firm=outing.wood, by="卢芳")
    with pytest.raises(GuardSays) as refused:
        outing.plan(friday + timedelta(days=5), firm=outing.wood)
    sentence = refused.value.sentence
    assert "3 月已有 2 次走访" in sentence
    assert "上限" in sentence
    assert "第四十八条" in sentence
    assert "并到3 月 10 日卢芳的那一次" in sentence
    # next month is free again, a call disturbs nobody, and what was called off does not count
    outing.plan(date(2026, 4, 2), firm=outing.wood)
    outing.plan(friday + timedelta(days=5), firm=outing.wood, way="call")
    actions.cancel_visit(visit=Visit.objects.earliest("pk"), reason="企业停产检修", by=outing.viewer("谭小勇"))
    outing.plan(friday + timedelta(days=5), firm=outing.wood)


def test_only_the_office_overrules_the_guard_and_says_why(outing, friday):
    tan, office = outing.viewer("谭小勇"), outing.viewer("邓主任")
    for days in (3, 4):
        outing.plan(friday + timedelta(days=days))
    plan = Plan(outing.campaign, outing.sugar.pk, tan.officer_id, friday + timedelta(days=5))
    with pytest.raises(GuardSays):
        actions.plan_visit(plan=plan, by=tan, overrule="有急事")
    with pytest.raises(GuardSays):
        actions.plan_visit(plan=plan, by=office)
    visit = actions.plan_visit(plan=plan, by=office, overrule="企业请求当面说明环评")
    assert (visit.over_cap, visit.overruled_by_id) == (True, office.officer_id)
    assert verbs(visit) == ["visit.planned", "visit.guard_overruled"]


def test_two_teams_that_want_the_same_firm_go_together(outing, friday):
    visit = outing.plan(friday + timedelta(days=3), firm=outing.wood)
    lu = outing.viewer("卢芳")
    guard = guard_of(outing.campaign, outing.wood.pk, friday + timedelta(days=5), officer_id=lu.officer_id)
    assert guard.sentence == "3 月 9 日谭小勇要去，可以并成一次，少打扰一回。"
    actions.join_visit(visit=visit, by=lu)
    actions.join_visit(visit=visit, by=lu)
    assert Companion.objects.get().team == outing.teams["卢芳"]
    assert verbs(visit) == ["visit.planned", "visit.joined"]
    assert guard_of(outing.campaign, outing.wood.pk, friday, officer_id=lu.officer_id).near == []
    with pytest.raises(NotVisible):
        actions.join_visit(visit=outing.plan(friday + timedelta(days=3)), by=lu)


def test_the_firm_says_when_it_is_convenient(outing, friday):
    tan = outing.viewer("谭小勇")
    actions.offer_times(party_id=outing.sugar.pk, times=[(2, "am"), (4, "day")], by=tan)
    assert verbs(outing.sugar) == ["party.times_offered"]
    tuesday = friday + timedelta(days=4)

    def said(day: date, part: str) -> str:
        return guard_of(outing.campaign, outing.sugar.pk, day, part).sentence

    assert said(tuesday, "am") == ""
    assert said(tuesday + timedelta(days=2), "pm") == ""
    assert said(tuesday, "pm") == "企业说方便的时间是星期二上午、星期四全天，这一天不在里面。"
    with pytest.raises(BadInput):
        actions.offer_times(party_id=outing.sugar.pk, times=[(8, "am")], by=tan)
    with pytest.raises(NotVisible):
        actions.offer_times(party_id=outing.sugar.pk, times=[], by=outing.viewer("卢芳"))


def test_she_plans_for_herself_at_firms_that_are_hers(outing, friday):
    tan, lu = outing.viewer("谭小勇"), outing.viewer("卢芳")
    with pytest.raises(NotVisible):
        outing.plan(firm=outing.packing)
    with pytest.raises(NotAllowed):
        actions.plan_visit(plan=Plan(outing.campaign, outing.wood.pk, lu.officer_id, friday), by=tan)
    with pytest.raises(NotRunning, match="7 月 1 日"):
        outing.plan(date(2026, 7, 1))
    with pytest.raises(BadInput, match="早于今天"):
        outing.plan(friday - timedelta(days=1))


def test_a_visit_is_moved_under_the_same_guard_and_a_stale_page_is_told(outing, friday):
    tan = outing.viewer("谭小勇")
    visit, stale = outing.plan(friday), None
    stale = Visit.objects.get(pk=visit.pk)
    actions.move_visit(visit=visit, day=friday + timedelta(days=10), part="am", by=tan)
    assert verbs(visit) == ["visit.planned", "visit.moved"]
    with pytest.raises(Raced):
        actions.move_visit(visit=stale, day=friday, part="pm", by=tan)
    for days in (3, 4):
        outing.plan(date(2026, 4, 1) + timedelta(days=days))
    with pytest.raises(GuardSays):
        actions.move_visit(visit=visit, day=date(2026, 4, 9), part="am", by=tan)
    actions.cancel_visit(visit=visit, reason="企业放假", by=tan)
    with pytest.raises(NotPlanned, match="已取消"):
        actions.move_visit(visit=visit, day=friday, part="am", by=tan)
    with pytest.raises(NotVisible):
        actions.cancel_visit(visit=outing.plan(friday), reason="不去了", by=outing.viewer("卢芳"))


def test_visits_go_with_a_firm_that_is_merged(outing, friday):
    visit = outing.plan(friday)
    tan = outing.viewer("谭小勇")
    actions.offer_times(party_id=outing.sugar.pk, times=[(2, "am")], by=tan)
    office = outing.viewer("邓主任")
    parties.merge(kept=outing.wood.firm, gone=outing.sugar.firm, reason="同一家企业登记了两次", by=office)
    visit.refresh_from_db()
    assert visit.party == outing.wood
    assert verbs(visit)[-1] == "visit.firm_merged"
    assert queries.offered_times(tan, outing.wood.pk) == {(2, "am")}
    # she looked after both: one 包联 is enough, the other stays as it was
    assert queries.firm_name(visit.party_id) == "云岭区青山木业有限公司"
    assert len([line for line in queries.my_firms(tan) if line.party_id == outing.wood.pk]) == 1
