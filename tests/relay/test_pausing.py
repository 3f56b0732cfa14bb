"""暂停计时: what a regime leaves out of the count moves a date by exactly that, is told, ends by itself, and shortens nothing told."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.relay.stories import figure, verbs
from tongti.cases.models import Case
from tongti.deadlines.actions import load_samples
from tongti.deadlines.errors import NotPausable
from tongti.deadlines.explained import clocks_of
from tongti.deadlines.models import Clock
from tongti.outbox.models import Message
from tongti.relay import actions as relay
from tongti.relay.errors import ClockRuns, ClockStands, Ended, NotAccepted, OnLedger, RequestOpen
from tongti.relay.models import Baton, ClockStop
from tongti.relay.queries import timeline
from tongti.shared.errors import BadInput, NotAllowed

pytestmark = pytest.mark.django_db
STOP = {"reason": "third_party", "until_on": date(2026, 3, 18), "words": "向市水文站征求意见"}
FRIDAY, LATER = date(2026, 3, 13), date(2026, 3, 23)


@pytest.fixture
def lead(story, on_friday):
    """水利局 signed on Monday; its regime leaves out the time of asking a third party. Due on Friday 13 March."""
    load_samples()
    Clock.objects.filter(code__in=("handle", "helper")).update(pauses=["third_party", "hearing"])
    story.dispatch(story.question())
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 9, 9)))
    return story.accept("水利局", "黄志强")


def told_dates(story):
    return set(Case.objects.filter(pk__in=[c.pk for c in story.cases]).values_list("due_on", flat=True))


def stop(lead, by, **facts):
    return relay.stop_clock(baton=lead, by=by, **(STOP | facts))


def test_a_stop_moves_every_date_and_is_told(story, cast, lead):
    found = stop(lead, cast.viewer("黄志强"))
    lead.refresh_from_db()
    # 10 to 13, 16 and 17 March are left out; 9 was used, so 18, 19, 20 and 23 are to come
    assert (lead.due_on, lead.paused_until, found.from_due_on, found.told) == (LATER, date(2026, 3, 18), FRIDAY, 5)
    assert told_dates(story) == {LATER}
    assert lead.started_on == date(2026, 3, 6)
    message = Message.objects.order_by("pk").first()
    assert "征求第三方意见" in message.body
    assert "2026 年 3 月 23 日" in message.body
    assert "水文站" not in message.body  # the unit's own words stay inside
    assert verbs(lead)[-1] == "baton.clock_stopped"
    assert "case.paused" in verbs(story.cases[0])
    assert [figure("batons_due"), figure("batons_open")] == [4, 4]
    steps = timeline(cast.viewer("黄志强"), question=lead.question)
    assert "水利局暂停计时：征求第三方意见" in {step.title for step in steps}


def test_it_runs_on_by_itself_once_and_the_date_stays(story, cast, lead, on_friday):
    stop(lead, cast.viewer("黄志强"))
    assert relay.clocks_run_on() == 0
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 20, 3)))  # two nights missed
    assert relay.clocks_run_on() == 1
    assert relay.clocks_run_on() == 0
    lead.refresh_from_db()
    assert (lead.due_on, lead.paused_until) == (LATER, None)
    assert verbs(lead)[-1] == "baton.clock_ran_on"
    row = ClockStop.objects.get()
    assert (row.ended_by, row.ended_at is not None) == (None, True)
    with pytest.raises(ClockRuns):
        relay.run_clock(stop=row, by=cast.viewer("黄志强"))


def test_an_early_end_brings_the_unit_forward_but_nothing_that_was_told(story, cast, lead, on_friday):
    found = stop(lead, cast.viewer("黄志强"))
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 13, 15)))
    relay.run_clock(stop=found, by=cast.viewer("韦晓梅"))
    lead.refresh_from_db()
    # 10 to 13 March were left out: 9, then 16 to 19
    assert (lead.due_on, lead.paused_until) == (date(2026, 3, 19), None)
    assert told_dates(story) == {LATER}
    lead.question.refresh_from_db()
    assert lead.question.due_on == LATER
    assert verbs(lead)[-1] == "baton.clock_resumed"
    again = stop(lead, cast.viewer("黄志强"), reason="hearing", until_on=date(2026, 3, 20))
    # 16 to 19 are left out once more: 9, then 20, 23, 24, 25
    assert again.to_due_on == date(2026, 3, 25)


def test_an_extended_date_is_put_off_by_the_days_left_out(story, cast, lead):
    extension = relay.ask_extension(
        baton=lead, reason="works", words="开挖", to_due_on=date(2026, 3, 20), by=cast.viewer("黄志强")
    )
    with pytest.raises(RequestOpen, match="延期申请"):
        stop(lead, cast.viewer("黄志强"))
    relay.decide_extension(extension=extension, approve=True, note="同意", by=cast.viewer("韦晓梅"))
    lead.refresh_from_db()
    found = stop(lead, cast.viewer("黄志强"), until_on=date(2026, 3, 12))
    # 10 and 11 March: two days after the 20th is a Sunday, so the Monday
    assert found.to_due_on == date(2026, 3, 23)
    lead.refresh_from_db()
    assert "暂停计时（征求第三方意见）2 天" in lead.explanation["extended"][-1]["words"]
    relay.run_clock(stop=found, by=cast.viewer("黄志强"))
    lead.refresh_from_db()
    assert lead.due_on == date(2026, 3, 20)  # ended on the day it began: nothing was left out


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"reason": "inspection"}, "reason", "时限规则写明"),
        ({"until_on": date(2026, 3, 9)}, "until_on", "今天之后"),
        ({"until_on": date(2026, 3, 14)}, "until_on", "不上班"),
        ({"until_on": date(3026, 3, 18)}, "until_on", "不在工作日历里"),
        ({"words": " "}, "words", "请填写“说明”"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(cast, lead, change, field, sentence):
    with pytest.raises(BadInput, match=sentence) as wrong:
        stop(lead, cast.viewer("黄志强"), **change)
    assert wrong.value.field == field
    assert not ClockStop.objects.exists()


def test_whose_clock_it_is_and_when_it_can_stand(story, cast, lead, on_friday):
    for name in ("覃丽", "农志明", "莫刚", "何区长"):
        with pytest.raises(NotAllowed):
            stop(lead, cast.viewer(name))
    with pytest.raises(NotAccepted):
        stop(story.baton("住建局"), cast.viewer("覃丽"))
    helper = story.accept("住建局", "覃丽")
    with pytest.raises(BadInput, match="早于牵头单位"):
        stop(helper, cast.viewer("覃丽"))
    found = stop(lead, cast.viewer("韦晓梅"))
    with pytest.raises(ClockStands, match="3 月 18 日"):
        stop(lead, cast.viewer("黄志强"))
    with pytest.raises(ClockStands):
        relay.ask_extension(
            baton=lead, reason="works", words="开挖", to_due_on=date(2026, 3, 27), by=cast.viewer("黄志强")
        )
    relay.run_clock(stop=found, by=cast.viewer("黄志强"))
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 30, 9)))
    with pytest.raises(NotPausable, match="超过期限"):
        stop(lead, cast.viewer("黄志强"), until_on=date(2026, 4, 1))


def test_a_promised_or_ended_baton_has_no_clock_to_stop(story, cast, lead, paper):
    promise = relay.ask_promise(
        baton=lead,
        obstacle="project",
        words="立项",
        promise_on=date(2026, 7, 1),
        steps=[("立项", date(2026, 6, 30))],
        evidence=[paper],
        by=cast.viewer("黄志强"),
    )
    relay.decide_promise(promise=promise, approve=True, note="同意", by=cast.viewer("韦晓梅"))
    with pytest.raises(OnLedger):
        stop(lead, cast.viewer("黄志强"))
    relay.call_back(question=lead.question, reason="派错了", by=cast.viewer("韦晓梅"))
    with pytest.raises(Ended):
        stop(lead, cast.viewer("黄志强"))


def test_a_stop_ends_with_its_baton(story, cast, lead):
    stop(lead, cast.viewer("黄志强"))
    relay.redispatch(baton=lead, to_unit_id=cast.units["供电局"].pk, reason="停电引起", by=cast.viewer("韦晓梅"))
    row, lead = ClockStop.objects.get(), Baton.objects.get(pk=lead.pk)
    assert row.ended_at is not None
    assert lead.paused_until is None
    assert "baton.stop_ended" in verbs(lead)
    new = Baton.objects.get(question=lead.question, role="lead", state="offered")
    assert (new.due_on, new.paused_until) == (LATER, None)  # what was told goes on


def test_the_regimes_in_use_say_for_what_they_stand_and_on_whose_authority(story, cast, in_hand):
    lead = story.accept("水利局", "黄志强")
    client = Client()
    client.force_login(cast.officers["黄志强"])
    page = client.get(reverse("desk:baton_clock", args=[lead.pk])).content.decode()
    for word in ("听证", "招标、拍卖", "检验、检测、检疫、鉴定或专家评审", "征求第三方意见", "行政许可法第四十五条"):
        assert word in page
    # nothing was found by which waiting for the asker's own papers is left out
    assert "等申请人补正" not in page
    stop(lead, cast.viewer("黄志强"), reason="inspection")
    lead.refresh_from_db()
    assert lead.due_on > FRIDAY


def test_a_date_that_was_kept_for_the_askers_is_not_shortened_by_a_stop(story, cast, lead, on_friday):
    kept = date(2026, 3, 27)
    Baton.objects.filter(pk=lead.pk).update(due_on=kept)  # what a recount leaves: an early count under a later day
    lead.refresh_from_db()
    found = stop(lead, cast.viewer("黄志强"))
    assert (found.from_due_on, found.to_due_on) == (kept, kept)
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 10, 9)))
    relay.run_clock(stop=found, by=cast.viewer("黄志强"))
    lead.refresh_from_db()
    assert lead.due_on == kept
    assert "2026-03-27 已经告知，不提前" in "".join(clocks_of(lead.explanation)[0].steps)


def test_helpers_keep_up_with_a_lead_that_comes_forward(story, cast, lead, on_friday):
    found = stop(lead, cast.viewer("黄志强"), until_on=date(2026, 3, 20))
    helper = story.accept("住建局", "覃丽")
    own = stop(helper, cast.viewer("覃丽"), until_on=date(2026, 3, 19))
    helper.refresh_from_db()
    assert date(2026, 3, 19) <= helper.due_on < found.to_due_on
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 10, 9)))
    relay.run_clock(stop=found, by=cast.viewer("黄志强"))
    lead.refresh_from_db()
    helper.refresh_from_db()
    assert (lead.due_on, helper.due_on) == (date(2026, 3, 16), date(2026, 3, 16))
    assert verbs(helper)[-1] == "baton.brought_forward"
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 16, 9)))
    relay.run_clock(stop=own, by=cast.viewer("覃丽"))
    helper.refresh_from_db()
    assert helper.due_on == date(2026, 3, 16)


def test_without_such_a_rule_there_is_no_door_and_the_page_says_so(story, cast):
    load_samples()
    Clock.objects.update(pauses=[])
    story.dispatch(story.question())
    lead = story.accept("水利局", "黄志强")
    client = Client()
    client.force_login(cast.officers["黄志强"])
    address = reverse("desk:baton_clock", args=[lead.pk])
    assert address not in client.get(reverse("desk:baton", args=[lead.pk])).content.decode()
    assert "没有写明哪种情形可以暂停" in client.get(address).content.decode()
    sent = {"reason": "third_party", "until_on": "2026-03-18", "words": "问一问", "confirm": "1"}
    assert client.post(address, sent).status_code == 422
    assert not ClockStop.objects.exists()


def test_the_page_shows_the_dates_before_it_does_anything(cast, lead, django_assert_max_num_queries):
    client = Client()
    client.force_login(cast.officers["黄志强"])
    address = reverse("desk:baton_clock", args=[lead.pk])
    with django_assert_max_num_queries(22):
        assert client.get(address).status_code == 200
    sent = {"reason": "third_party", "until_on": "2026-03-18", "words": "向市水文站征求意见"}
    looked = client.post(address, sent | {"look": "1"})
    assert (looked.status_code, ClockStop.objects.count()) == (200, 0)
    assert "2026-03-13" in looked.content.decode()
    assert "2026-03-23" in looked.content.decode()
    wrong = client.post(address, sent | {"until_on": "2026-03-14", "confirm": "1"})
    assert (wrong.status_code, ClockStop.objects.count()) == (422, 0)
    assert "向市水文站征求意见" in wrong.content.decode()
    assert client.post(address, sent | {"confirm": "1"}).status_code == 302
    standing = client.get(address).content.decode()
    assert "现在接着计时" in standing
    assert "2026-03-13" in standing  # ended on the day it began, nothing is left out
    assert "已经告诉诉求人的日期（2026-03-23）不提前" in standing
    assert client.post(address).status_code == 302
    assert Baton.objects.get(pk=lead.pk).due_on == FRIDAY


def test_what_was_asked_for_on_a_baton_that_ended_has_an_event_of_its_own(story, cast, in_hand, paper):
    lead, huang = story.accept("水利局", "黄志强"), cast.viewer("黄志强")
    relay.ask_extension(baton=lead, reason="works", words="开挖", to_due_on=date(2026, 3, 20), by=huang)
    relay.ask_promise(
        baton=lead,
        obstacle="project",
        words="立项",
        promise_on=date(2026, 7, 1),
        steps=[("立项", date(2026, 6, 30))],
        evidence=[paper],
        by=huang,
    )
    helper = story.baton("住建局")
    relay.object_(baton=helper, reason="不归本单位", basis="三定规定", by=cast.viewer("覃丽"))
    relay.call_back(question=in_hand, reason="派错了", by=cast.viewer("韦晓梅"))
    assert verbs(lead)[-3:] == ["baton.extension_dropped", "baton.promise_dropped", "baton.recalled"]
    assert verbs(helper)[-2:] == ["baton.objection_dropped", "baton.recalled"]
    assert {"question.baton_extension_dropped", "question.baton_objection_dropped"} <= set(verbs(in_hand))
    # nobody took it back: it says so in its own words
    assert lead.extensions.get().get_state_display() == "随棒结束"
    client = Client()
    client.force_login(cast.officers["黄志强"])
    page = client.get(reverse("desk:baton", args=[lead.pk])).content.decode()
    assert page.count("随棒结束") >= 2
    assert "已撤回" not in page
