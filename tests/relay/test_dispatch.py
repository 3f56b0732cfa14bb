"""派单: from now on somebody has the duty, and every clock runs."""

from datetime import date

import pytest

from tests.relay.stories import figure, verbs
from tongti.cases.models import Case
from tongti.deadlines.actions import load_samples
from tongti.questions.models import Question
from tongti.relay import actions as relay
from tongti.relay import queries
from tongti.relay.errors import AlreadyTakesPart, InQuestion, LeadCannotBeRecalled, NotForDispatch
from tongti.relay.models import OPEN, Baton
from tongti.shared.errors import BadInput, NotAllowed, Raced

pytestmark = pytest.mark.django_db


def test_a_question_goes_to_lead_helpers_and_territory_each_with_task_and_day(story, on_friday):
    load_samples()
    question = story.question()
    batons = story.dispatch(question)
    assert [(b.unit.short_name, b.role, b.due_on, b.state) for b in batons] == [
        ("水利局", "lead", date(2026, 3, 13), "offered"),
        ("住建局", "helper", date(2026, 3, 11), "offered"),
        ("自来水公司", "helper", date(2026, 3, 11), "offered"),
        ("临江镇", "territory", date(2026, 3, 11), "offered"),
    ]
    lead = Baton.objects.get(pk=batons[0].pk)
    assert lead.regime_version == "ordinary/1"
    assert lead.explanation["inputs"]["start"].startswith("2026-03-06T09:00")
    assert (lead.started_on, lead.duty.code) == (date(2026, 3, 6), "D001")
    question.refresh_from_db()
    assert (question.state, question.lead.short_name, question.due_on) == ("handling", "水利局", date(2026, 3, 13))
    for case in Case.objects.filter(pk__in=[c.pk for c in story.cases]):
        assert (case.state, case.holder.short_name, case.due_on) == ("handling", "水利局", date(2026, 3, 13))
        assert set(case.units) >= {b.unit_id for b in batons}
        assert "case.dispatched" in verbs(case)
    assert verbs(lead) == ["baton.offered"]
    assert "question.baton_offered" in verbs(question)


def test_figures_follow_every_baton(story, cast, on_friday):
    story.dispatch(story.question())
    assert (figure("batons_open"), figure("batons_due")) == (4, 4)
    assert figure("batons_open", cast.units["住建局"]) == 1
    helper = story.accept("住建局", "覃丽")
    relay.finish(baton=helper, by=cast.viewer("覃丽"))
    assert (figure("batons_open"), figure("batons_due")) == (3, 3)
    assert figure("batons_open", cast.units["住建局"]) == 0
    assert figure("dispatched") == 5


def test_a_single_case_travels_alone(story, cast, on_friday):
    case = story.call()
    batons = story.dispatch(case=case, helpers=[], territory_id=None)
    case.refresh_from_db()
    assert [b.case_id for b in batons] == [case.pk]
    assert (case.state, case.holder.short_name, case.due_on) == ("handling", "水利局", date(2026, 3, 13))
    with pytest.raises(Raced):
        story.dispatch(case=case)


def test_a_member_is_dispatched_with_its_question_only(story, on_friday):
    question = story.question()
    with pytest.raises(InQuestion, match="请在题上派单"):
        story.dispatch(case=Case.objects.get(pk=story.cases[0].pk))
    story.dispatch(question)
    with pytest.raises(Raced):
        story.dispatch(question)
    Question.objects.filter(pk=question.pk).update(state="closed")
    with pytest.raises(NotForDispatch):
        story.dispatch(question)


def test_who_may_dispatch_and_what_must_be_said(story, cast, on_friday):
    question = story.question(2)
    units = cast.units
    with pytest.raises(NotAllowed):
        story.dispatch(question, by=cast.viewer("黄志强"))
    for wrong, sentence in (
        ({"lead_task": " "}, "请填写“牵头任务”"),
        ({"lead_id": units["区政府"].pk}, "请选一个在用的承办单位"),
        ({"helpers": [(units["水利局"].pk, "帮忙")]}, "水利局选了两次"),
        ({"duty_id": None}, "请写明为什么"),
        ({"territory_id": units["住建局"].pk}, "住建局选了两次"),
    ):
        with pytest.raises(BadInput, match=sentence):
            story.dispatch(question, **wrong)
    assert not Baton.objects.exists()


def test_the_strictest_member_decides_the_joint_clock(story, on_friday):
    load_samples()
    question = story.question_of(
        [story.call(channel="stuck"), story.call("幸福路一直停水，老人病了", urgency="urgent")]
    )
    lead, *_ = story.dispatch(question, helpers=[], territory_id=None)
    assert (lead.regime_version, lead.due_on) == ("urgent/1", date(2026, 3, 7))
    assert lead.due_at is not None
    stuck, urgent = (Case.objects.get(pk=c.pk) for c in story.cases)
    assert (stuck.due_on, urgent.due_on) == (date(2026, 3, 13), date(2026, 3, 7))  # each keeps its own clock


def test_a_unit_is_added_later_and_never_due_after_the_lead(story, cast, on_friday):
    question = story.question(2)
    story.dispatch(question, helpers=[])
    on_friday.shift(5 * 86400)  # Wednesday: a new helper's three days would pass the lead's Friday
    power = relay.add_unit(
        question=question, unit_id=cast.units["供电局"].pk, task="检查泵站供电", by=cast.viewer("韦晓梅")
    )
    assert power.due_on == date(2026, 3, 13)
    assert power.explanation["capped_by"] == "lead"
    case = Case.objects.get(pk=story.cases[0].pk)
    assert cast.units["供电局"].pk in case.units
    assert case.holder.short_name == "水利局"
    with pytest.raises(AlreadyTakesPart, match="供电局已经有一根没交的棒"):
        relay.add_unit(question=question, unit_id=cast.units["供电局"].pk, task="再来", by=cast.viewer("韦晓梅"))


def test_a_helper_is_recalled_but_a_lead_only_passed_on(story, cast, on_friday):
    question = story.question(2)
    lead, helper, *_ = story.dispatch(question)
    chief = cast.viewer("韦晓梅")
    relay.recall(baton=helper, reason="泵房不归它管", by=chief)
    assert Baton.objects.get(pk=helper.pk).state == "recalled"
    assert verbs(helper) == ["baton.offered", "baton.recalled"]
    with pytest.raises(LeadCannotBeRecalled):
        relay.recall(baton=lead, reason="不办了", by=chief)
    new = relay.redispatch(baton=lead, to_unit_id=cast.units["供电局"].pk, reason="原来是停电引起的", by=chief)
    assert (new.role, new.attempt, new.due_on) == ("lead", 1, lead.due_on)
    assert Baton.objects.filter(question=question, role="lead", state__in=OPEN).get() == new
    question.refresh_from_db()
    assert question.lead.short_name == "供电局"
    assert Case.objects.get(pk=story.cases[0].pk).holder.short_name == "供电局"


def test_the_duty_list_suggests_with_reasons(story, cast, on_friday):
    question = story.question(3)
    found = queries.suggestion(question)
    assert (found.duty.code, found.lead.short_name) == ("D001", "水利局")
    assert [h.unit.short_name for h in found.helpers] == ["住建局", "自来水公司"]
    assert found.territory.unit.short_name == "临江镇"
    assert "分类“供水”对应职责清单“供水保障和管网漏损”" in found.why
    assert any("停水" in words for words in found.why)
    assert "依据：《城市供水条例》第七条" in found.why


def test_past_work_speaks_when_the_list_is_silent_and_somebody_always_holds_it(story, cast, on_friday):
    power = cast.categories["供电"]
    nobody = story.call("不知道归谁管", category_id=None, place_id=None)
    assert queries.suggestion(nobody).lead.short_name == "热线办"
    here = story.call("门口垃圾没人收", category_id=power.pk, place_id=cast.regions["大塘村"].pk)
    assert queries.suggestion(here).lead.short_name == "大塘镇"
    done = story.call("变压器嗡嗡响", category_id=power.pk)
    story.dispatch(
        case=done, lead_id=cast.units["供电局"].pk, helpers=[], territory_id=None, duty_id=None, reason="供电"
    )
    relay.finish(baton=story.accept("供电局", "农志明"), by=cast.viewer("农志明"))
    found = queries.suggestion(here)
    assert found.lead.short_name == "供电局"
    assert found.why[0] == "供电局以前牵头办过 1 次同类问题"


def test_the_plan_shows_the_days_before_anything_is_dispatched(story, on_friday):
    question = story.question(2)
    bars = queries.plan(question=question, roles=["lead", "helper", "territory"])
    assert (bars["lead"].left, bars["helper"].left) == ("3 月 13 日到期", "3 月 11 日到期")
    assert len(bars["lead"]) == len(bars["helper"])
    assert not Baton.objects.exists()


def test_a_wrong_dispatch_is_called_back_whole_and_the_clock_goes_on(story, cast, on_friday):
    load_samples()
    question, chief = story.question(2), cast.viewer("韦晓梅")
    first = story.dispatch(question)
    with pytest.raises(NotAllowed):
        relay.call_back(question=question, reason="派错了", by=cast.viewer("黄志强"))
    on_friday.shift(3 * 86400)
    assert len(relay.call_back(question=question, reason="派错了", by=chief)) == 4
    question.refresh_from_db()
    assert (question.state, question.lead) == ("set_up", None)
    for case in Case.objects.filter(pk__in=[c.pk for c in story.cases]):
        assert (case.state, case.holder.short_name, case.due_on) == ("registered", "热线办", date(2026, 3, 13))
    assert (figure("batons_open"), figure("batons_due")) == (0, 0)
    lead, helper = story.dispatch(
        question, lead_id=cast.units["供电局"].pk, helpers=[(cast.units["水利局"].pk, "配合")], territory_id=None
    )
    assert (lead.started_on, lead.due_on) == (first[0].started_on, date(2026, 3, 13))
    assert helper.due_on == date(2026, 3, 12)
    assert "question.called_back" in verbs(question)
    single = story.call("路灯不亮")
    story.dispatch(case=single, helpers=[], territory_id=None)
    relay.call_back(case=single, reason="派错了", by=chief)
    single.refresh_from_db()
    assert (single.state, single.holder.short_name) == ("registered", "热线办")
    story.dispatch(case=single, helpers=[], territory_id=None)
