"""交接: the person changes, the baton does not fall; absences hand over and hand back; deadlines never change by it."""

from datetime import date, timedelta

import pytest

from tests.relay.stories import verbs
from tongti.relay import actions as relay
from tongti.relay.errors import NotOnSheet, SheetClosed, SheetOpen
from tongti.relay.models import HandOver
from tongti.shared.errors import BadInput, NotAllowed

pytestmark = pytest.mark.django_db


def sheet_of(cast, by="黄志强", **facts):
    defaults = {
        "unit": cast.units["水利局"],
        "kind": "move",
        "giver_id": cast.officers["黄志强"].pk,
        "taker_id": cast.officers["梁工"].pk,
        "reason": "调离供水股",
        "note": "幸福路的住户盼着周五有结果",
    }
    return relay.make_sheet(by=cast.viewer(by), **(defaults | facts))


def away(cast, by="黄志强", **facts):
    week = {"kind": "absence", "starts_on": date(2026, 3, 9), "ends_on": date(2026, 3, 13), "reason": "培训"}
    return sheet_of(cast, by, **(week | facts))


def test_a_sheet_moves_everything_once_both_confirm(story, cast, in_hand):
    lead = story.accept("水利局", "黄志强")
    due = lead.due_on
    sheet = sheet_of(cast)
    lead.refresh_from_db()
    assert (sheet.state, lead.officer.name) == ("waiting", "黄志强")
    item = sheet.items.get()
    assert (item.baton_id, item.due_on, item.contacts) == (lead.pk, due, 0)
    with pytest.raises(NotOnSheet, match="梁工"):
        relay.confirm_sheet(sheet=sheet, by=cast.viewer("黄志强"))  # she confirmed by making it
    sheet = relay.confirm_sheet(sheet=sheet, by=cast.viewer("梁工"))
    lead.refresh_from_db()
    assert (sheet.state, lead.officer.name, lead.due_on) == ("done", "梁工", due)
    assert HandOver.objects.get(sheet=sheet).taker.name == "梁工"
    assert verbs(sheet) == ["sheet.made", "sheet.confirmed", "sheet.started"]
    assert verbs(lead)[-1] == "baton.handed_over"
    with pytest.raises(SheetClosed):
        relay.confirm_sheet(sheet=sheet, by=cast.viewer("梁工"))


def test_a_leader_hands_over_for_somebody_who_has_left(story, cast, in_hand):
    lead = story.accept("水利局", "黄志强")
    cast.officers["黄志强"].posts.update(until=date(2026, 3, 5))
    with pytest.raises(NotAllowed):
        sheet_of(cast, by="梁工")
    with pytest.raises(NotAllowed):
        sheet_of(cast, by="农志明")
    sheet = sheet_of(cast, by="陆局长")
    relay.confirm_sheet(sheet=sheet, by=cast.viewer("梁工"))
    sheet = relay.confirm_sheet(sheet=sheet, by=cast.viewer("陆局长"))
    lead.refresh_from_db()
    assert (sheet.state, lead.officer.name) == ("done", "梁工")
    assert sheet.giver_confirmed_by.name == "陆局长"


def test_some_of_the_batons(story, cast, in_hand):
    case = story.call("路边消防栓漏水")
    story.dispatch(case=case, helpers=[], territory_id=None)
    both = [relay.accept(baton=b, by=cast.viewer("黄志强")) for b in cast.units["水利局"].batons.select_related("unit")]
    sheet = sheet_of(cast, baton_ids=[both[0].pk])
    relay.confirm_sheet(sheet=sheet, by=cast.viewer("梁工"))
    for baton in both:
        baton.refresh_from_db()
    assert [b.officer.name for b in both] == ["梁工", "黄志强"]


def test_while_she_is_away_the_stand_in_holds_and_then_gives_back(story, cast, in_hand, on_friday):
    lead = story.accept("水利局", "黄志强")
    sheet = away(cast)
    sheet = relay.confirm_sheet(sheet=sheet, by=cast.viewer("梁工"))
    lead.refresh_from_db()
    assert (sheet.state, lead.officer.name) == ("agreed", "黄志强")  # she leaves on Monday
    assert relay.turn_sheets() == 0
    on_friday.shift(timedelta(days=3))
    assert (relay.turn_sheets(), relay.turn_sheets()) == (1, 0)
    lead.refresh_from_db()
    assert (lead.officer.name, lead.due_on) == ("梁工", date(2026, 3, 13))
    case = story.call("水表井盖坏了")
    story.dispatch(case=case, helpers=[], territory_id=None)
    fresh = relay.accept(baton=case.batons.get(), officer_id=cast.officers["黄志强"].pk, by=cast.viewer("陆局长"))
    assert fresh.officer.name == "梁工"  # her new batons go to her stand-in
    on_friday.shift(timedelta(days=7))  # the night after her last day was missed
    assert relay.turn_sheets() == 1
    lead.refresh_from_db()
    fresh.refresh_from_db()
    assert (lead.officer.name, fresh.officer.name) == ("黄志强", "梁工")
    assert [h.taker.name for h in lead.hand_overs.order_by("pk")] == ["梁工", "黄志强"]
    assert verbs(sheet) == ["sheet.made", "sheet.confirmed", "sheet.started", "sheet.ended"]


def test_she_is_back_early(story, cast, in_hand):
    lead = story.accept("水利局", "黄志强")
    sheet = relay.confirm_sheet(sheet=away(cast, starts_on=date(2026, 3, 6)), by=cast.viewer("梁工"))
    assert sheet.state == "running"
    with pytest.raises(NotOnSheet):
        relay.end_absence(sheet=sheet, by=cast.viewer("梁工"))
    sheet = relay.end_absence(sheet=sheet, by=cast.viewer("黄志强"))
    lead.refresh_from_db()
    assert (sheet.state, lead.officer.name) == ("done", "黄志强")


def test_a_baton_that_went_elsewhere_meanwhile_stays_there(story, cast, in_hand):
    story.accept("水利局", "黄志强")
    sheet = sheet_of(cast)
    relay.redispatch(
        baton=story.baton("水利局"), to_unit_id=cast.units["供电局"].pk, reason="停电引起", by=cast.viewer("韦晓梅")
    )
    sheet = relay.confirm_sheet(sheet=sheet, by=cast.viewer("梁工"))
    assert (sheet.state, sheet.items.get().moved_at) == ("done", None)


def test_a_sheet_can_be_withdrawn_and_there_is_one_at_a_time(story, cast, in_hand):
    story.accept("水利局", "黄志强")
    sheet = sheet_of(cast)
    with pytest.raises(SheetOpen, match="黄志强还有一张"):
        away(cast)
    with pytest.raises(NotOnSheet):
        relay.cancel_sheet(sheet=sheet, by=cast.viewer("农志明"))
    assert relay.cancel_sheet(sheet=sheet, by=cast.viewer("梁工")).state == "cancelled"
    with pytest.raises(SheetClosed):
        relay.confirm_sheet(sheet=sheet, by=cast.viewer("梁工"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "holiday"}, "kind"),
        ({"taker": "黄志强"}, "taker"),
        ({"taker": "覃丽"}, "taker"),
        ({"giver": "梁工", "by": "陆局长", "kind": "move", "ends_on": None}, "taker"),
        ({"starts_on": date(2026, 3, 5)}, "starts_on"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": date(2026, 3, 8)}, "ends_on"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_a_sheet_must_say(story, cast, in_hand, change, field):
    story.accept("水利局", "黄志强")
    for role in ("giver", "taker"):
        if role in change:
            change = change | {f"{role}_id": cast.officers[change[role]].pk}
            del change[role]
    with pytest.raises(BadInput) as wrong:
        away(cast, **change)
    assert wrong.value.field == field


def test_nothing_in_hand_is_nothing_to_hand_over(story, cast, in_hand):
    with pytest.raises(BadInput, match="没有可以交接的棒"):
        sheet_of(cast)
    assert away(cast).items.count() == 0  # but she may still be away
