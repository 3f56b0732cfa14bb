"""签收、异议、裁定、转交、进展: the baton passes from hand to hand and is never without one."""

from datetime import date, timedelta

import pytest

from tests.relay.stories import deferred, figure, verbs
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.deadlines.actions import ClockDraft, RegimeDraft, load_samples, publish
from tongti.relay import actions as relay
from tongti.relay import queries
from tongti.relay.errors import (
    Designated,
    Ended,
    MustDesignate,
    NotAccepted,
    NothingToReopen,
    ObjectionUsed,
    TooLateToObject,
)
from tongti.relay.models import OPEN, Baton, Objection
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced

pytestmark = pytest.mark.django_db

WHY = {"reason": "该路段管网已移交自来水公司", "basis": "《管网移交协议》第三条"}


@pytest.fixture
def question(story, on_friday):
    load_samples()
    question = story.question()
    story.dispatch(question)
    return question


def open_leads(question):
    return Baton.objects.filter(question=question, role="lead", state__in=OPEN)


def test_an_officer_of_the_unit_signs_for_it_and_nobody_else(story, cast, question):
    with pytest.raises(NotAllowed):
        story.accept("水利局", "农志明")
    with pytest.raises(BadInput, match="请选水利局的承办人"):
        relay.accept(baton=story.baton("水利局"), officer_id=cast.officers["覃丽"].pk, by=cast.viewer("黄志强"))
    baton = story.accept("水利局", "黄志强")
    assert (baton.state, baton.officer.name) == ("accepted", "黄志强")
    assert verbs(baton) == ["baton.offered", "baton.accepted"]
    with pytest.raises(Raced):
        story.accept("水利局", "梁工")
    assert baton.due_on == date(2026, 3, 13)  # the clock started at dispatch and did not move


def test_an_objection_is_upheld_once_and_not_repeated(story, cast, question):
    lu = cast.viewer("黄志强")
    objection = relay.object_(baton=story.baton("水利局"), suggested_id=cast.units["自来水公司"].pk, by=lu, **WHY)
    assert story.baton("水利局").state == "objected"
    assert open_leads(question).count() == 1  # it still holds it
    with pytest.raises(NotAllowed):
        relay.rule(objection=objection, ruling="upheld", note="是", by=lu)
    baton = relay.rule(objection=objection, ruling="upheld", note="移交手续未办完", by=cast.viewer("韦晓梅"))
    assert (baton.state, baton.designated, baton.attempt) == ("offered", False, 1)
    with pytest.raises(ObjectionUsed):
        relay.object_(baton=baton, by=lu, **WHY)
    with pytest.raises(Raced):
        relay.rule(objection=objection, ruling="upheld", note="再裁一次", by=cast.viewer("韦晓梅"))
    assert verbs(baton) == ["baton.offered", "baton.objected", "baton.ruled"]
    story.accept("水利局", "黄志强")


def test_an_objection_needs_reason_basis_and_its_clock(story, cast, question, on_friday):
    lu, baton = cast.viewer("黄志强"), story.baton("水利局")
    with pytest.raises(BadInput, match="请填写“依据”"):
        relay.object_(baton=baton, reason="不是我们", basis="", by=lu)
    with pytest.raises(BadInput, match="不能是本单位"):
        relay.object_(baton=baton, suggested_id=cast.units["水利局"].pk, by=lu, **WHY)
    on_friday.shift(timedelta(days=4))  # one working day has passed
    with pytest.raises(TooLateToObject, match="3 月 9 日 23:59"):
        relay.object_(baton=baton, by=lu, **WHY)
    assert not Objection.objects.exists()


def test_a_ruling_reassigns_without_a_moment_unheld_and_total_time_goes_on(story, cast, question, on_friday):
    on_friday.shift(timedelta(hours=6))
    objection = relay.object_(baton=story.baton("水利局"), by=cast.viewer("黄志强"), **WHY)
    chief = cast.viewer("韦晓梅")
    with pytest.raises(BadInput, match="请选改派给哪个单位"):
        relay.rule(objection=objection, ruling="reassigned", note="采纳", by=chief)
    on_friday.shift(timedelta(days=3))
    new = relay.rule(
        objection=objection, ruling="reassigned", note="采纳", to_unit_id=cast.units["供电局"].pk, by=chief
    )
    assert (new.unit.short_name, new.attempt, new.role) == ("供电局", 2, "lead")
    assert (new.started_on, new.due_on) == (date(2026, 3, 6), date(2026, 3, 13))  # keeps running
    assert new.object_due_at > story.baton("水利局").object_due_at  # but the new unit may object in its own time
    assert open_leads(question).get() == new
    question.refresh_from_db()
    assert question.lead_id == new.unit_id
    case = Case.objects.get(pk=story.cases[0].pk)
    assert (case.holder_id, case.due_on) == (new.unit_id, date(2026, 3, 13))
    assert verbs(story.baton("水利局")) == ["baton.offered", "baton.objected", "baton.ruled", "baton.recalled"]
    assert (figure("batons_open"), figure("batons_due")) == (4, 4)


def test_a_regime_may_restart_the_clock_after_a_reassignment(story, cast, question, on_friday):
    clocks = (ClockDraft("objection", 2, "wd"), ClockDraft("helper", 2, "wd"), ClockDraft("handle", 5, "wd"))
    draft = RegimeDraft("ordinary", "一般诉求", "本地暂定", clocks, restarts=True)
    publish(draft=draft, by=cast.viewer("赵工"))
    objection = relay.object_(baton=story.baton("水利局"), by=cast.viewer("黄志强"), **WHY)
    on_friday.shift(timedelta(days=3))
    new = relay.rule(
        objection=objection,
        ruling="reassigned",
        note="采纳",
        to_unit_id=cast.units["供电局"].pk,
        by=cast.viewer("韦晓梅"),
    )
    assert (new.started_on, new.due_on, new.regime_version) == (date(2026, 3, 9), date(2026, 3, 16), "ordinary/2")


def test_a_limit_that_starts_at_receipt_is_counted_from_there(story, cast, on_friday):
    """好差评整改 and 信息公开 run from the day the paper came in, not from the day the desk passed it on."""
    load_samples()
    clocks = (ClockDraft("helper", 2, "wd"), ClockDraft("handle", 15, "wd", starts="received"))
    publish(draft=RegimeDraft("ordinary", "一般诉求", "本地暂定", clocks), by=cast.viewer("赵工"))
    first, later = story.call("路灯不亮"), story.call("楼道灯坏了")
    Case.objects.filter(pk=first.pk).update(received_at=clock.now() - timedelta(days=4))
    question = story.question_of([first, later])
    planned = queries.plan(question=question, roles=["lead"])
    lead, helper, *_others = story.dispatch(question)
    assert lead.due_on == date(2026, 3, 23)  # 15 working days after Monday 2 March
    assert lead.explanation["inputs"]["start"].startswith("2026-03-02")
    assert helper.due_on == date(2026, 3, 10)  # this one starts at dispatch
    assert planned["lead"].left
    # each asker's own date runs from her own receipt
    assert [Case.objects.get(pk=case.pk).due_on for case in (first, later)] == [date(2026, 3, 23), date(2026, 3, 27)]
    # answered and come back: the new round does not begin overdue
    story.accept("水利局", "黄志强")
    Case.objects.filter(pk=first.pk).update(state="answered", answered_at=clock.now())
    Baton.objects.update(state="done", ended_at=clock.now())
    on_friday.shift(timedelta(days=30))
    again = relay.reopen_to_last_holder(case=Case.objects.get(pk=first.pk), by=cast.viewer("韦晓梅"), why="not_solved")
    assert again.started_on == date(2026, 4, 5)
    assert again.due_on > date(2026, 4, 20)


def test_after_three_failed_tries_only_a_designation_will_do(story, cast, question):
    chief = cast.viewer("韦晓梅")
    for unit, officer, to in (("水利局", "黄志强", "供电局"), ("供电局", "农志明", "水利局")):
        objection = relay.object_(baton=story.baton(unit), by=cast.viewer(officer), **WHY)
        relay.rule(objection=objection, ruling="reassigned", note="采纳", to_unit_id=cast.units[to].pk, by=chief)
    third = story.baton("水利局")
    assert third.attempt == 3
    objection = relay.object_(baton=third, by=cast.viewer("黄志强"), **WHY)
    for ruling in ("reassigned", "upheld"):
        with pytest.raises(MustDesignate, match="派了 3 次"):
            relay.rule(objection=objection, ruling=ruling, note="再议", to_unit_id=cast.units["供电局"].pk, by=chief)
    final = relay.rule(
        objection=objection, ruling="designated", note="会商定了", to_unit_id=cast.units["供电局"].pk, by=chief
    )
    assert (final.unit.short_name, final.attempt, final.designated) == ("供电局", 4, True)
    with pytest.raises(Designated, match="指定承办"):
        relay.object_(baton=final, by=cast.viewer("农志明"), **WHY)
    assert open_leads(question).get() == final
    story.accept("供电局", "农志明")


def test_the_holder_itself_may_be_designated(story, cast, question):
    objection = relay.object_(baton=story.baton("水利局"), by=cast.viewer("黄志强"), **WHY)
    baton = relay.rule(objection=objection, ruling="designated", note="就是你们", by=cast.viewer("韦晓梅"))
    assert (baton.unit.short_name, baton.designated, baton.state) == ("水利局", True, "offered")


def test_inside_the_unit_it_is_handed_over_on_record_and_the_day_stays(story, cast, question):
    with pytest.raises(NotAccepted):
        relay.hand_over(
            baton=story.baton("水利局"), taker_id=cast.officers["梁工"].pk, reason="出差", by=cast.viewer("黄志强")
        )
    baton = story.accept("水利局", "黄志强")
    with pytest.raises(BadInput, match="请选水利局的承办人"):
        relay.hand_over(baton=baton, taker_id=cast.officers["覃丽"].pk, reason="出差", by=cast.viewer("黄志强"))
    row = relay.hand_over(baton=baton, taker_id=cast.officers["梁工"].pk, reason="出差", by=cast.viewer("黄志强"))
    assert (row.giver.name, row.taker.name) == ("黄志强", "梁工")
    baton.refresh_from_db()
    assert (baton.officer.name, baton.due_on) == ("梁工", date(2026, 3, 13))
    assert verbs(baton)[-1] == "baton.handed_over"


def test_public_progress_reaches_the_question_and_numbers_are_kept_out(story, cast, question):
    huang, baton = cast.viewer("黄志强"), story.baton("水利局")
    with pytest.raises(NotAccepted):
        relay.note_progress(baton=baton, words="到现场了", public=True, by=huang)
    story.accept("水利局", "黄志强")
    with pytest.raises(BadInput, match="手机号"):
        relay.note_progress(baton=baton, words="已联系住户 13800002071", public=True, by=huang)
    relay.note_progress(baton=baton, words="已联系住户 13800002071", public=False, by=huang)
    relay.note_progress(baton=baton, words="主管漏点已找到，今晚抢修", public=True, by=huang)
    question.refresh_from_db()
    assert question.progress == "主管漏点已找到，今晚抢修"
    assert queries.progress_of([baton])[0].words == "主管漏点已找到，今晚抢修"


def test_every_try_to_reach_an_asker_is_on_record(story, cast, question):
    baton, case = story.accept("水利局", "黄志强"), Case.objects.get(pk=story.cases[0].pk)
    huang = cast.viewer("黄志强")
    relay.record_contact(case=case, baton=baton, way="电话", result="no_answer", by=huang)
    relay.record_contact(case=case, baton=baton, way="电话", result="reached", words="约今晚上门", by=huang)
    assert [c.result for c in queries.contacts_of([case.pk])[case.pk]] == ["reached", "no_answer"]
    stranger = story.call("路灯不亮")
    with pytest.raises(NotVisible):
        relay.record_contact(case=stranger, baton=baton, way="电话", result="reached", by=huang)
    assert "case.contacted" in verbs(case)


def test_an_ended_baton_takes_no_more_steps(story, cast, question):
    baton = story.accept("住建局", "覃丽")
    relay.finish(baton=baton, by=cast.viewer("覃丽"))
    with pytest.raises(Ended, match="已交棒"):
        relay.note_progress(baton=baton, words="再记一笔", public=False, by=cast.viewer("覃丽"))
    with pytest.raises(Raced):
        relay.finish(baton=baton, by=cast.viewer("覃丽"))


def test_a_late_helper_is_the_helpers_lateness(story, cast, question, on_friday):
    story.accept("水利局", "黄志强")
    on_friday.shift(timedelta(days=6))  # Thursday: helpers were due on Wednesday, the lead tomorrow
    relay_of = queries.relay_of(cast.viewer("韦晓梅"), question=question)
    by_unit = {row.baton.unit.short_name: row for row in relay_of.rows}
    assert (by_unit["住建局"].state, by_unit["住建局"].bar.left) == ("overdue", "已超期 1 天")
    assert (by_unit["水利局"].state, by_unit["水利局"].bar.left) == ("near", "明天到期")
    assert {len(row.bar) for row in relay_of.rows} == {5}  # one axis
    assert [row.baton.unit.short_name for row in relay_of.missing] == ["住建局", "自来水公司", "临江镇"]


def test_a_case_that_was_not_solved_goes_back_to_the_unit_that_answered(story, cast, question):
    for unit, officer in (("水利局", "黄志强"), ("住建局", "覃丽")):
        relay.finish(baton=story.accept(unit, officer), by=cast.viewer(officer))
    relay.close_rest(baton=story.baton("水利局"), by=cast.viewer("陆局长"))
    assert not Baton.objects.filter(question=question, state__in=OPEN).exists()
    from tongti.questions import actions as questions

    cases.mark_answered(case_ids=[c.pk for c in story.cases], by=cast.viewer("陆局长"))
    questions.mark_answered(question=question, by=cast.viewer("陆局长"))
    first, second = (Case.objects.get(pk=c.pk) for c in story.cases[:2])
    baton = relay.reopen_to_last_holder(case=first, by=cast.viewer("覃红"), why="not_solved")
    assert (baton.unit.short_name, baton.round, baton.role, baton.state) == ("水利局", 2, "lead", "offered")
    again = relay.reopen_to_last_holder(case=second, by=cast.viewer("覃红"), why="not_solved")
    assert again == baton  # worked on together
    question.refresh_from_db()
    assert question.state == "handling"
    states = {c.pk: c.state for c in Case.objects.filter(pk__in=[c.pk for c in story.cases])}
    assert sorted(states.values()) == ["answered", "answered", "answered", "handling", "handling"]
    with pytest.raises(Raced):
        relay.reopen_to_last_holder(case=first, by=cast.viewer("覃红"), why="not_solved")
    with pytest.raises(NothingToReopen):
        relay.reopen_to_last_holder(case=story.call("路灯不亮"), by=cast.viewer("覃红"), why="again")


def test_what_units_hold_on_a_withdrawn_case_ends(story, cast, on_friday):
    case = story.call()
    story.dispatch(case=case, territory_id=None)
    assert relay.end_for_withdrawn(case=case) == []
    case.refresh_from_db()
    cases.withdraw(case=case, by=cast.viewer("李小英"))
    assert deferred("case_withdrawn") == [{"case_id": case.pk}]
    assert len(relay.end_for_withdrawn(case=case)) == 3
    assert relay.end_for_withdrawn(case=case) == []
    assert figure("batons_open") == 0


def test_a_question_that_nobody_asks_any_more_ends_with_its_batons(story, cast, on_friday):
    question = story.question(2)
    story.dispatch(question, territory_id=None)
    for n, case in enumerate(story.cases):
        case.refresh_from_db()
        cases.withdraw(case=case, by=cast.viewer("李小英"))
        assert len(relay.end_for_withdrawn(case=case)) == (0, 3)[n]  # one asker is enough to go on
    assert relay.end_for_withdrawn(case=case) == []
    question.refresh_from_db()
    assert (question.state, figure("batons_open"), figure("questions_open")) == ("closed", 0, 0)
    assert verbs(question)[-1] == "question.withdrawn"


def test_lists_show_own_work_only(story, cast, question):
    mine = queries.my_relay(cast.viewer("黄志强"))
    assert [b.unit.short_name for b in mine.rows] == ["水利局"]
    assert queries.counts_for(cast.viewer("覃丽")) == {"offered": 1, "accepted": 0, "overdue": 0}
    assert queries.my_relay(cast.viewer("农志明")).rows == []
    with pytest.raises(NotVisible):
        queries.baton_for(cast.viewer("农志明"), story.baton("水利局").pk)
    with pytest.raises(NotVisible):
        queries.baton_for(cast.viewer("赵工"), story.baton("水利局").pk)
    assert queries.baton_for(cast.viewer("莫刚"), story.baton("水利局").pk)
    assert not queries.relay_of(cast.viewer("农志明"), question=question).rows
    with pytest.raises(NotVisible):
        queries.open_objections(cast.viewer("黄志强"))


def test_reads_cost_the_same_however_many_units(story, cast, question, django_assert_max_num_queries):
    viewer = cast.viewer("韦晓梅")
    with django_assert_max_num_queries(4):
        queries.relay_of(viewer, question=question)
    with django_assert_max_num_queries(2):
        queries.my_relay(cast.viewer("黄志强"))
    with django_assert_max_num_queries(8):
        queries.timeline(viewer, question=question)


def test_the_asker_reads_the_way_without_officers_and_inner_notes(story, cast, question, on_friday):
    on_friday.shift(60)
    baton = story.accept("水利局", "黄志强")
    relay.object_(baton=story.baton("住建局"), by=cast.viewer("覃丽"), **WHY)
    relay.note_progress(baton=baton, words="内部：等领导意见", public=False, by=cast.viewer("黄志强"))
    relay.note_progress(baton=baton, words="漏点已找到", public=True, by=cast.viewer("黄志强"))
    steps = queries.public_timeline(case=Case.objects.get(pk=story.cases[0].pk))
    told = "\n".join(f"{s.title} {s.words}" for s in steps)
    assert "由水利局牵头办理 住建局、自来水公司、临江镇一起办" in told
    assert "水利局办理进展 漏点已找到" in told
    assert "还有 4 位也反映了同样的问题" in told
    assert [s.state for s in steps[-3:]] == ["now", "next", "next"]
    for hidden in ("黄志强", "内部", "异议", "移交"):
        assert hidden not in told
    inside = "\n".join(f"{s.title} {s.words}" for s in queries.timeline(cast.viewer("莫刚"), question=question))
    assert "黄志强" in inside
    assert "住建局提出异议" in inside
    with pytest.raises(NotVisible):
        queries.timeline(cast.viewer("农志明"), question=question)


def test_the_wall_counts_what_is_due_on_each_working_day(story, cast, question, on_friday):
    wall = queries.due_wall(cast.viewer("何区长"), n=6)
    assert wall.overdue == 0
    assert [(d.day, n) for d, n in wall.days] == [(6, 0), (9, 0), (10, 0), (11, 3), (12, 0), (13, 1)]
    on_friday.shift(timedelta(days=6))
    assert queries.due_wall(cast.viewer("何区长"), n=2).overdue == 3
    assert queries.due_wall(cast.viewer("农志明")).days == ()
