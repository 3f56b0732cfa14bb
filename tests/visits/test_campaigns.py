"""调研服务: the office makes a campaign, and nothing on it is invented."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.relay.stories import verbs
from tongti.shared.errors import BadInput, NotAllowed
from tongti.units.access import May
from tongti.visits import actions, queries
from tongti.visits.actions import CampaignDraft, GoalDraft, TeamDraft
from tongti.visits.models import Assignment, Goal, Line


def test_eight_goal_slots_stand_there_without_a_name(outing):
    """三升两去三消减: no public text names them, so neither do we."""
    slots = queries.slots(outing.campaign)
    assert [slot.label for slot in slots] == ["升 1", "升 2", "升 3", "去 1", "去 2", "消减 1", "消减 2", "消减 3"]
    assert not any(slot.filled or slot.goal.name or slot.goal.target for slot in slots)
    assert verbs(outing.campaign)[0] == "campaign.made"


def test_a_goal_has_its_name_only_with_the_paper_it_comes_from(outing):
    office = outing.viewer("邓主任")
    named = GoalDraft("up", 1, name="规上工业增加值", direction="higher", unit="亿元", target=Decimal("120.5"))
    with pytest.raises(BadInput, match="出自哪份文件") as refused:
        actions.set_goals(campaign=outing.campaign, goals=[named], by=office)
    assert refused.value.field == "up_1_source"
    actions.set_goals(campaign=outing.campaign, goals=[replace(named, source="区政府〔2026〕3 号")], by=office)
    assert queries.slots(outing.campaign)[0].filled
    assert verbs(outing.campaign)[-1] == "campaign.goals_set"
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.filter(campaign=outing.campaign, group="cut", place=1).update(name="随手写的")


def test_lines_are_free_names_and_at_most_eight(outing):
    office = outing.viewer("邓主任")
    draft = CampaignDraft(
        name="调研服务", starts_on=date(2026, 2, 1), ends_on=date(2026, 6, 30), lines=("用地", "", "融资")
    )
    actions.change_campaign(campaign=outing.campaign, draft=draft, by=office)
    assert queries.line_names(outing.campaign) == {1: "用地", 3: "融资"}
    with pytest.raises(BadInput, match="最多 8 条"):
        actions.change_campaign(campaign=outing.campaign, draft=replace(draft, lines=("一",) * 9), by=office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.create(campaign=outing.campaign, place=9, name="九")


@pytest.mark.parametrize("name", ["谭小勇", "韦晓梅", "何区长", "黄志强"])
def test_only_the_command_office_organises(outing, name):
    by = outing.viewer(name)
    draft = CampaignDraft(name="另一次", starts_on=date(2026, 2, 1), ends_on=date(2026, 6, 30))
    for step in (
        lambda: actions.make_campaign(draft=draft, by=by),
        lambda: actions.change_campaign(campaign=outing.campaign, draft=draft, by=by),
        lambda: actions.set_goals(campaign=outing.campaign, goals=[], by=by),
        lambda: actions.add_team(campaign=outing.campaign, draft=TeamDraft(name="x"), by=by),
        lambda: actions.assign(
            campaign=outing.campaign, party_ids=[outing.packing.pk], officer_id=by.officer_id, by=by
        ),
    ):
        with pytest.raises(NotAllowed, match=May.CAMPAIGN.value):
            step()


def test_who_is_assigned_again_gets_the_new_date_and_no_second_row(outing):
    office, tan = outing.viewer("邓主任"), outing.cast.officers["谭小勇"]
    new = actions.assign(
        campaign=outing.campaign,
        party_ids=[outing.sugar.pk, outing.packing.pk],
        officer_id=tan.pk,
        visit_by=date(2026, 4, 30),
        wanted=2,
        by=office,
    )
    assert new == 1
    rows = Assignment.objects.filter(officer=tan, party=outing.sugar)
    assert [(row.visit_by, row.wanted) for row in rows] == [(date(2026, 4, 30), 2)]
    assert verbs(outing.campaign)[-1] == "campaign.assigned"
    with pytest.raises(BadInput, match="走访员"):
        actions.assign(
            campaign=outing.campaign,
            party_ids=[outing.sugar.pk],
            officer_id=outing.cast.officers["黄志强"].pk,
            by=office,
        )


def test_coverage_counts_firms_seen_and_firms_behind(outing, on_friday):
    outing.save(outing.sent(findings=(outing.found(), outing.found("订单多，招不到工人", at_once=False))))
    on_friday.move_to("2026-04-01T01:00:00Z")
    tan = next(row for row in queries.progress(outing.campaign).tables["officer"] if row.name == "谭小勇")
    assert (tan.firms, tan.seen, tan.behind, tan.visits, tan.found, tan.raised) == (2, 1, 1, 1, 2, 1)


def test_an_ended_assignment_is_no_longer_hers(outing):
    row = Assignment.objects.get(officer=outing.cast.officers["谭小勇"], party=outing.sugar)
    actions.end_assignment(assignment=row, by=outing.viewer("邓主任"))
    actions.end_assignment(assignment=row, by=outing.viewer("邓主任"))
    assert verbs(outing.campaign).count("campaign.assignment_ended") == 1
    assert outing.sugar.pk not in {line.party_id for line in queries.my_firms(outing.viewer("谭小勇"))}
