"""Targets of rates, and the goal set: named by the district, owned by a unit, reported with a source, corrected in the open."""

from datetime import date
from decimal import Decimal

import pytest

from tests.relay.stories import verbs
from tongti.reports import queries as reports
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.targets import actions, queries
from tongti.targets.actions import TargetDraft
from tongti.targets.errors import Unnamed
from tongti.targets.models import IndicatorValue, Target
from tongti.visits import actions as visits
from tongti.visits.actions import CampaignDraft, GoalDraft

pytestmark = pytest.mark.usefixtures("on_friday")
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def office(cast, give_role):
    """邓主任, 统筹员."""
    return give_role("coordinator", "区政府")


@pytest.fixture
def clerk(cast, give_role):
    """The statistics clerk of 水利局."""
    return give_role("indicator_clerk", "水利局")


@pytest.fixture
def give_role(cast):
    from tongti.accounts.models import Officer
    from tongti.units.models import Post
    from tongti.units.queries import viewer_of

    def give(role, unit):
        officer = Officer.objects.create(username=role, name=role, demo=True)
        Post.objects.create(officer=officer, unit=cast.units[unit], role=role, since=date(2020, 1, 1))
        cast.officers[role] = officer
        return viewer_of(officer)

    return give


def _draft(cast, **facts):
    first = {
        "rate": "solved",
        "value": Decimal(92),
        "since": MARCH[0],
        "until": MARCH[1],
        "source": "区政府办〔2026〕3 号",
    }
    return TargetDraft(**(first | {"owner_id": cast.units["热线办"].pk} | facts))


def test_a_rate_has_no_target_until_the_office_sets_one(cast, office):
    leader = cast.viewer("何区长")
    assert [card.target for card in reports.board(leader).cards] == [None, None, None]
    made = actions.set_target(draft=_draft(cast), by=office)
    cards = {card.key: card for card in reports.board(leader).cards}
    assert (cards["solved"].goal, cards["responded"].goal, cards["solved"].reached) == (92.0, None, False)
    assert verbs(made) == ["target.set"]
    with pytest.raises(NotAllowed):
        actions.set_target(draft=_draft(cast), by=leader)


def test_a_day_has_one_target(cast, office):
    old = actions.set_target(draft=_draft(cast), by=office)
    new = actions.set_target(draft=_draft(cast, value=Decimal(95), since=date(2026, 3, 15)), by=office)
    other = actions.set_target(draft=_draft(cast, rate="responded"), by=office)
    assert queries.in_force(date(2026, 3, 20)) == {"solved": new, "responded": other}
    assert queries.in_force(date(2026, 3, 2)) == {"responded": other}
    assert verbs(old) == ["target.set", "target.ended"]
    actions.end_target(target=other, by=office)
    with pytest.raises(Raced):
        actions.end_target(target=other, by=office)
    assert queries.in_force(date(2026, 3, 20)) == {"solved": new}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"rate": "made_up"}, "rate"),
        ({"value": Decimal(101)}, "value"),
        ({"value": Decimal(0)}, "value"),
        ({"until": date(2026, 2, 1)}, "until"),
        ({"source": "  "}, "source"),
        ({"owner_id": 0}, "owner"),
    ],
)
def test_a_wrong_target_is_refused_beside_its_field(cast, office, facts, field):
    with pytest.raises(BadInput) as refused:
        actions.set_target(draft=_draft(cast, **facts), by=office)
    assert refused.value.field == field
    assert not Target.objects.exists()


@pytest.fixture
def goals(office):
    """A campaign of this spring with one slot named, from 100 to 200."""
    campaign = visits.make_campaign(
        draft=CampaignDraft(
            name="调研服务",
            command_name="",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 4, 11),
            monthly_cap=2,
            lines=("",) * 8,
        ),
        by=office,
    )
    named = GoalDraft(
        "up",
        1,
        name="规上企业",
        direction="higher",
        unit="家",
        baseline=Decimal(100),
        target=Decimal(200),
        source="区发〔2026〕1 号",
    )
    visits.set_goals(campaign=campaign, goals=[named], by=office)
    return campaign.goals.get(group="up", place=1), campaign.goals.get(group="cut", place=1)


def test_the_owner_reports_and_the_leader_sees_progress(cast, office, clerk, goals, client):
    named, unnamed = goals
    leader = cast.viewer("何区长")
    found = queries.goal_set(leader)
    assert [(name, len(slots)) for name, slots in found.groups] == [("三升", 1)]
    assert (found.unnamed, found.slots[0].done, found.slots[0].tick) == (7, None, None)
    with pytest.raises(Unnamed):
        actions.give_indicator(
            goal=unnamed, owner_id=cast.units["水利局"].pk, starts_on=MARCH[0], ends_on=MARCH[1], by=office
        )
    row = actions.give_indicator(
        goal=named, owner_id=cast.units["水利局"].pk, starts_on=date(2026, 1, 1), ends_on=date(2026, 4, 11), by=office
    )
    actions.report_value(indicator=row, on=date(2026, 2, 28), value=Decimal(140), source="统计局月报", by=clerk)
    slot = queries.goal_set(leader).slots[0]
    # 40 of the 100 from base to target; 64 of 100 days gone: clearly slow
    assert (slot.done, slot.tick, slot.pace) == (40.0, 64.0, "bad")
    assert (slot.latest.source, slot.indicator.owner.short_name) == ("统计局月报", "水利局")
    client.force_login(cast.officers["何区长"])
    page = client.get("/board/").content.decode()
    for words in ("规上企业", "140 / 200 家", "统计局月报", "完成 40%，时间 64%", "还有 7 栏没有名称"):
        assert words in page


def test_a_correction_says_why_and_keeps_what_was_said(cast, office, clerk, goals):
    row = actions.give_indicator(
        goal=goals[0],
        owner_id=cast.units["水利局"].pk,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 4, 11),
        by=office,
    )
    said = {"indicator": row, "on": date(2026, 2, 28), "source": "月报", "by": clerk}
    actions.report_value(value=Decimal(140), preliminary=True, **said)
    with pytest.raises(BadInput, match="已经填过 140") as refused:
        actions.report_value(value=Decimal(150), **said)
    assert refused.value.field == "reason"
    actions.report_value(value=Decimal(150), reason="年快报改正式数", **said)
    listed = queries.values(cast.viewer("何区长"), row).rows
    assert [(v.value, v.replaced_at is None) for v in listed] == [(Decimal(150), True), (Decimal(140), False)]
    assert queries.slot_for(clerk, goals[0].pk).latest.value == 150
    assert verbs(row) == ["indicator.given", "indicator.reported", "indicator.reported"]


def test_only_its_owner_reports_and_never_the_future(cast, office, clerk, goals, give_role):
    row = actions.give_indicator(
        goal=goals[0],
        owner_id=cast.units["住建局"].pk,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 4, 11),
        by=office,
    )
    said = {"indicator": row, "value": Decimal(1), "source": "月报"}
    for somebody in (clerk, cast.viewer("何区长"), cast.viewer("陆局长")):
        with pytest.raises(NotAllowed):
            actions.report_value(on=date(2026, 3, 1), by=somebody, **said)
    for day in (date(2026, 3, 7), date(2025, 12, 31)):
        with pytest.raises(BadInput):
            actions.report_value(on=day, by=office, **said)
    assert not IndicatorValue.objects.exists()
    with pytest.raises(NotVisible):
        queries.slot_for(office, goals[1].pk)


def test_the_pages_take_what_was_typed_and_keep_what_was_wrong(cast, office, clerk, goals, client):
    client.force_login(cast.officers["coordinator"])
    water = str(cast.units["水利局"].pk)
    typed = {
        "rate": "solved",
        "value": "百分之九十",
        "since": "2026-03-01",
        "until": "2026-03-31",
        "source": "文件",
        "owner": water,
    }
    wrong = client.post("/desk/targets/", typed)
    assert wrong.status_code == 422
    assert "百分之九十" in wrong.content.decode()
    assert client.post("/desk/targets/", typed | {"value": "92.5"}).status_code == 302
    url = f"/desk/targets/goals/{goals[0].pk}/"
    given = {"do": "owner", "owner": water, "starts_on": "2026-01-01", "ends_on": "2026-04-11"}
    assert client.post(url, given).status_code == 302
    client.force_login(cast.officers["indicator_clerk"])
    value = {"do": "value", "on": "2026-02-28", "value": "140", "source": "月报"}
    assert client.post(url, value).status_code == 302
    again = client.post(url, value | {"value": "150"})
    assert again.status_code == 422
    assert "请写明为什么更正" in again.content.decode()
    assert client.post(url, given).status_code == 404
    assert client.post(f"/desk/targets/{Target.objects.get().pk}/end/").status_code == 404
