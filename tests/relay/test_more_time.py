"""延期和挂账: more time is asked for in time, decided above the unit, told to the askers, and never silently."""

from datetime import date, timedelta

import pytest

from tests.relay.stories import figure, verbs
from tongti.cases.models import Case
from tongti.deadlines.errors import AskedTooLate, ExtensionsUsedUp
from tongti.outbox.models import Message
from tongti.relay import actions as relay
from tongti.relay.errors import (
    AlreadyAsked,
    LeadOnly,
    NotAccepted,
    NotAsked,
    OnLedger,
    OwnRequest,
)
from tongti.relay.models import Baton, Evidence, Extension, Promise
from tongti.shared.errors import BadInput, NotAllowed, Raced

pytestmark = pytest.mark.django_db
LATER = {"reason": "works", "words": "主管要开挖，等占道施工批复", "to_due_on": date(2026, 3, 20)}
STEPS = [("委托检测", date(2026, 4, 10)), ("更换主管", date(2026, 6, 30))]
PROMISE = {"obstacle": "testing", "words": "要做水质和管壁检测", "promise_on": date(2026, 7, 1), "steps": STEPS}


def dates(question):
    """What every clock of the matter says now: the lead's, the question's, the cases'."""
    question.refresh_from_db()
    lead = Baton.objects.get(question=question, role="lead", state__in=("offered", "accepted"))
    members = Case.objects.filter(memberships__question=question, memberships__state="active")
    return lead.due_on, question.due_on, set(members.values_list("due_on", flat=True))


# --- extension --------------------------------------------------------------------------------------------------


def test_an_extension_counts_only_when_approved_and_told(story, cast, in_hand):
    lead = story.accept("水利局", "黄志强")
    extension = relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **LATER)
    friday = date(2026, 3, 13)
    assert dates(in_hand) == (friday, friday, {friday})  # asked is not granted
    assert Message.objects.count() == 0
    relay.decide_extension(extension=extension, approve=True, note="同意，抓紧施工", by=cast.viewer("韦晓梅"))
    new = date(2026, 3, 20)
    assert dates(in_hand) == (new, new, {new})
    extension.refresh_from_db()
    assert (extension.told, extension.nth, extension.from_due_on) == (5, 1, friday)
    told = Message.objects.order_by("pk").first()
    assert "2026 年 3 月 20 日" in told.body
    assert "需要施工或采购" in told.body
    assert "占道" not in told.body  # the unit's own words stay inside
    lead.refresh_from_db()
    assert lead.started_on == date(2026, 3, 6)  # nothing restarted
    assert "批准延至 2026-03-20" in lead.explanation["extended"][0]["words"]
    assert lead.explanation["before"]["inputs"]["amount"] == "5wd"  # the first date can still be explained
    assert verbs(lead)[-2:] == ["baton.extension_asked", "baton.extended"]
    assert "case.extended" in verbs(story.cases[0])
    assert [figure("batons_due"), figure("batons_open")] == [4, 4]  # moved to another day, not counted twice


def test_an_extension_is_granted_once(story, cast, in_hand):
    lead, huang = story.accept("水利局", "黄志强"), cast.viewer("黄志强")
    extension = relay.ask_extension(baton=lead, by=huang, **LATER)
    with pytest.raises(AlreadyAsked):
        relay.ask_extension(baton=lead, by=huang, **LATER)
    relay.decide_extension(extension=extension, approve=True, note="同意", by=cast.viewer("韦晓梅"))
    with pytest.raises(NotAsked, match="已同意"):
        relay.decide_extension(extension=extension, approve=True, note="再同意", by=cast.viewer("韦晓梅"))
    with pytest.raises(ExtensionsUsedUp, match="最多延期 1 次"):
        relay.ask_extension(baton=lead, by=huang, **(LATER | {"to_due_on": date(2026, 3, 27)}))


def test_a_refused_extension_changes_nothing_and_may_be_asked_anew(story, cast, in_hand):
    lead, huang = story.accept("水利局", "黄志强"), cast.viewer("黄志强")
    extension = relay.ask_extension(baton=lead, by=huang, **LATER)
    relay.decide_extension(extension=extension, approve=False, note="材料不够", by=cast.viewer("韦晓梅"))
    assert dates(in_hand)[0] == date(2026, 3, 13)
    assert Message.objects.count() == 0
    again = relay.ask_extension(baton=lead, by=huang, **LATER)
    assert relay.take_back_extension(extension=again, by=huang).state == "taken_back"
    assert verbs(lead)[-2:] == ["baton.extension_asked", "baton.extension_taken_back"]


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"to_due_on": date(2026, 3, 13)}, "to_due_on", "要晚于原来的"),
        ({"to_due_on": date(2026, 3, 14)}, "to_due_on", "不上班"),
        ({"reason": "lazy"}, "reason", "请另选"),
        ({"words": " "}, "words", "请填写“说明”"),
    ],
)
def test_what_an_extension_must_say(story, cast, in_hand, change, field, sentence):
    lead = story.accept("水利局", "黄志强")
    with pytest.raises(BadInput, match=sentence) as wrong:
        relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **(LATER | change))
    assert wrong.value.field == field
    assert Extension.objects.count() == 0


def test_who_may_ask_and_who_may_decide(story, cast, in_hand, on_friday):
    with pytest.raises(NotAccepted, match="请先签收"):
        relay.ask_extension(baton=story.baton("水利局"), by=cast.viewer("黄志强"), **LATER)
    lead = story.accept("水利局", "黄志强")
    with pytest.raises(NotAllowed):
        relay.ask_extension(baton=lead, by=cast.viewer("农志明"), **LATER)
    extension = relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **LATER)
    with pytest.raises(NotAllowed):
        relay.decide_extension(extension=extension, approve=True, note="同意", by=cast.viewer("陆局长"))
    with pytest.raises(NotAllowed):
        relay.take_back_extension(extension=extension, by=cast.viewer("农志明"))


def test_nobody_approves_her_own_unit(story, cast, on_friday, in_hand):
    from tongti.units.models import Post

    lead = story.accept("水利局", "黄志强")
    extension = relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **LATER)
    Post.objects.create(
        officer=cast.officers["韦晓梅"], unit=cast.units["水利局"], role="coordinator", since=date(2026, 1, 1)
    )
    with pytest.raises(OwnRequest):
        relay.decide_extension(extension=extension, approve=True, note="同意", by=cast.viewer("韦晓梅"))


def test_after_the_limit_nothing_can_be_extended(story, cast, in_hand, on_friday):
    lead = story.accept("水利局", "黄志强")
    on_friday.shift(timedelta(days=8))  # Saturday after the Friday
    with pytest.raises(AskedTooLate):
        relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **LATER)


def test_a_helper_stays_before_its_lead(story, cast, in_hand):
    helper, qin = story.accept("住建局", "覃丽"), cast.viewer("覃丽")
    with pytest.raises(BadInput, match="早于牵头单位的期限"):
        relay.ask_extension(baton=helper, by=qin, **(LATER | {"to_due_on": date(2026, 3, 13)}))
    extension = relay.ask_extension(baton=helper, by=qin, **(LATER | {"to_due_on": date(2026, 3, 12)}))
    relay.decide_extension(extension=extension, approve=True, note="同意", by=cast.viewer("韦晓梅"))
    helper.refresh_from_db()
    assert helper.due_on == date(2026, 3, 12)
    assert dates(in_hand) == (date(2026, 3, 13), date(2026, 3, 13), {date(2026, 3, 13)})
    assert Message.objects.count() == 0  # the asker's date did not move


def test_an_emergency_is_put_off_by_the_hour(story, cast, in_hand):
    case = story.call("井盖没了，有人掉下去", urgency="critical")
    story.dispatch(case=case, helpers=[], territory_id=None)
    lead = relay.accept(baton=Baton.objects.get(case=case), by=cast.viewer("黄志强"))
    assert lead.due_at is not None
    before = lead.due_at
    with pytest.raises(BadInput, match="延几个小时"):
        relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **LATER)
    extension = relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), reason="works", words="等吊车", hours=2)
    relay.decide_extension(extension=extension, approve=True, note="同意", by=cast.viewer("韦晓梅"))
    lead.refresh_from_db()
    assert (lead.due_on, lead.due_at) == (date(2026, 3, 6), before + timedelta(hours=2))


def test_a_request_on_a_baton_that_passed_on_is_moot(story, cast, in_hand):
    lead = story.accept("水利局", "黄志强")
    extension = relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **LATER)
    relay.redispatch(baton=lead, to_unit_id=cast.units["供电局"].pk, reason="停电引起", by=cast.viewer("韦晓梅"))
    with pytest.raises(NotAsked):
        relay.decide_extension(extension=extension, approve=True, note="同意", by=cast.viewer("韦晓梅"))
    assert story.baton("供电局").due_on == date(2026, 3, 13)


# --- promise ----------------------------------------------------------------------------------------------------


def promised(story, cast, paper, **change):
    lead = story.accept("水利局", "黄志强")
    promise = relay.ask_promise(baton=lead, evidence=[paper], by=cast.viewer("黄志强"), **(PROMISE | change))
    return relay.decide_promise(promise=promise, approve=True, note="情况属实", by=cast.viewer("韦晓梅"))


def test_a_promise_goes_onto_the_ledger_and_comes_back_by_itself(story, cast, in_hand, paper, on_friday):
    promise = promised(story, cast, paper)
    lead, day = story.baton("水利局"), date(2026, 7, 1)
    assert (lead.promised_until, lead.due_on, lead.started_on) == (day, day, date(2026, 3, 6))
    assert dates(in_hand) == (day, day, {day})
    assert (promise.told, promise.from_due_on, promise.on_ledger) == (5, date(2026, 3, 13), True)
    assert figure("promises_open") == figure("promises_open", cast.units["水利局"]) == 1
    assert Evidence.objects.get(baton=lead).given_name == "检测委托书.pdf"
    with pytest.raises(OnLedger):
        relay.ask_extension(baton=lead, by=cast.viewer("黄志强"), **(LATER | {"to_due_on": date(2026, 7, 10)}))
    on_friday.move_to("2026-06-25 08:00+08:00")
    assert (relay.remind_promises(), relay.remind_promises(), relay.promises_come_back()) == (1, 0, 0)
    on_friday.move_to("2026-07-03 08:00+08:00")  # two nights were missed
    assert (relay.promises_come_back(), relay.promises_come_back()) == (1, 0)
    promise.refresh_from_db()
    lead.refresh_from_db()
    assert (promise.on_ledger, lead.promised_until, lead.due_on, lead.state) == (False, None, day, "accepted")
    assert figure("promises_open") == 0
    assert verbs(lead)[-3:] == ["baton.promised", "baton.promise_reminded", "baton.promise_came_back"]


def test_a_kept_promise_leaves_the_ledger_early_and_is_revisited(story, cast, in_hand, paper):
    promise = promised(story, cast, paper)
    step = promise.steps.first()
    relay.finish_step(step=step, by=cast.viewer("黄志强"))
    with pytest.raises(Raced):
        relay.finish_step(step=step, by=cast.viewer("黄志强"))
    with pytest.raises(Raced):  # not over yet: nothing to ask about
        relay.record_promise_revisit(promise=promise, kept=True, words="", by=cast.viewer("覃红"))
    relay.finish(baton=story.baton("水利局"), by=cast.viewer("陆局长"))
    promise.refresh_from_db()
    assert (promise.ended_at is not None, promise.returned_at) == (True, None)
    assert figure("promises_open") == 0
    with pytest.raises(NotAllowed):
        relay.record_promise_revisit(promise=promise, kept=True, words="", by=cast.viewer("黄志强"))
    with pytest.raises(BadInput, match="没有兑现的"):
        relay.record_promise_revisit(promise=promise, kept=False, words="", by=cast.viewer("覃红"))
    relay.record_promise_revisit(promise=promise, kept=True, words="水压正常了", by=cast.viewer("覃红"))
    assert verbs(story.baton("水利局"))[-1] == "baton.promise_revisited"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"promise_on": date(2026, 3, 12)}, "promise_on", "原期限"),
        ({"promise_on": date(2026, 12, 14)}, "promise_on", "最晚可以承诺到 2026 年 12 月"),
        ({"promise_on": date(2026, 7, 4)}, "promise_on", "不上班"),
        ({"steps": []}, "step_0", "至少一步"),
        ({"steps": [("检测", date(2026, 5, 6)), ("委托", date(2026, 4, 6))]}, "step_1_on", "不能早于前一步"),
        ({"steps": [("检测", date(2026, 8, 1))]}, "step_0_on", "承诺日期之前"),
        ({"obstacle": "no_time"}, "obstacle", "请选客观原因"),
        ({"evidence": []}, "files", "请附上证明"),
    ],
)
def test_what_a_promise_must_say(story, cast, in_hand, paper, change, field, sentence):
    lead = story.accept("水利局", "黄志强")
    with pytest.raises(BadInput, match=sentence) as wrong:
        relay.ask_promise(baton=lead, by=cast.viewer("黄志强"), **({"evidence": [paper]} | PROMISE | change))
    assert wrong.value.field == field
    assert Promise.objects.count() == 0


def test_only_the_lead_promises_and_only_the_district_approves(story, cast, in_hand, paper):
    helper = story.accept("住建局", "覃丽")
    with pytest.raises(LeadOnly):
        relay.ask_promise(baton=helper, evidence=[paper], by=cast.viewer("覃丽"), **PROMISE)
    lead = story.accept("水利局", "黄志强")
    promise = relay.ask_promise(baton=lead, evidence=[paper], by=cast.viewer("黄志强"), **PROMISE)
    with pytest.raises(NotAllowed):
        relay.decide_promise(promise=promise, approve=True, note="同意", by=cast.viewer("陆局长"))
    relay.decide_promise(promise=promise, approve=False, note="先抢修", by=cast.viewer("韦晓梅"))
    assert dates(in_hand)[0] == date(2026, 3, 13)
    again = relay.ask_promise(baton=lead, evidence=[paper], by=cast.viewer("黄志强"), **PROMISE)
    relay.take_back_promise(promise=again, by=cast.viewer("黄志强"))
    assert verbs(lead)[-1] == "baton.promise_taken_back"
