"""会商, 联系, 即时报告, 后期分流, 单位承接: what happens around the baton, each on record and none losing it."""

from datetime import date, timedelta

import pytest

from tests.relay.stories import deferred, figure, verbs
from tongti.cases import actions as cases
from tongti.cases.models import Case, Diverted
from tongti.outbox.models import Message
from tongti.relay import actions as relay
from tongti.relay.errors import (
    AlreadyAsked,
    ConsultationClosed,
    Consulting,
    LeadOnly,
    NotAsked,
    NotForDispatch,
    StillMoving,
)
from tongti.relay.models import OPEN, Baton, Contact, Opinion, Reach
from tongti.shared import clock
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.verdicts import actions as verdicts

pytestmark = pytest.mark.django_db


# --- 会商 -------------------------------------------------------------------------------------------------------


def consulted(story, cast, **facts):
    question = story.question(2)
    row = relay.consult(
        question=question,
        unit_ids=[cast.units["水利局"].pk, cast.units["自来水公司"].pk],
        words="3 号井以外的主管归谁管",
        reply_by=clock.now() + timedelta(hours=4),
        by=cast.viewer("韦晓梅"),
    )
    return question, row


def opinion_of(row, cast, unit):
    return Opinion.objects.select_related("unit").get(consultation=row, unit=cast.units[unit])


def test_units_are_asked_before_it_is_dispatched(story, cast, on_friday):
    question, row = consulted(story, cast)
    with pytest.raises(Consulting):
        story.dispatch(question)
    mine = opinion_of(row, cast, "水利局")
    with pytest.raises(BadInput, match="依据"):
        relay.give_opinion(opinion=mine, stand="not_ours", words="已移交", basis="", by=cast.viewer("黄志强"))
    relay.give_opinion(
        opinion=mine, stand="not_ours", words="已移交", basis="《管网移交协议》第三条", by=cast.viewer("黄志强")
    )
    with pytest.raises(NotAllowed):
        relay.give_opinion(opinion=mine, stand="lead", words="归它", basis="", by=cast.viewer("陆斌"))
    relay.give_opinion(
        opinion=opinion_of(row, cast, "自来水公司"),
        stand="lead",
        words="由我公司牵头",
        basis="",
        by=cast.viewer("陆斌"),
    )
    with pytest.raises(NotAllowed):
        relay.settle_consultation(consultation=row, outcome="由自来水公司牵头", by=cast.viewer("黄志强"))
    relay.settle_consultation(consultation=row, outcome="由自来水公司牵头", by=cast.viewer("韦晓梅"))
    with pytest.raises(Raced):
        relay.settle_consultation(consultation=row, outcome="再定一次", by=cast.viewer("韦晓梅"))
    with pytest.raises(ConsultationClosed):
        relay.give_opinion(opinion=mine, stand="help", words="协办", basis="", by=cast.viewer("黄志强"))
    told = verbs(question)
    assert told[-4:] == [
        "question.consulted",
        "question.opinion_given",
        "question.opinion_given",
        "question.consultation_settled",
    ]
    story.dispatch(question)


def test_who_may_consult_and_what_about(story, cast, on_friday):
    question, _row = consulted(story, cast)
    ask = {"words": "归谁", "reply_by": clock.now() + timedelta(hours=1), "unit_ids": [cast.units["水利局"].pk]}
    with pytest.raises(Consulting):
        relay.consult(question=question, by=cast.viewer("韦晓梅"), **ask)
    case = story.call("路灯不亮")
    with pytest.raises(NotAllowed):
        relay.consult(case=case, by=cast.viewer("黄志强"), **ask)
    with pytest.raises(BadInput, match="至少选一个"):
        relay.consult(case=case, by=cast.viewer("韦晓梅"), **(ask | {"unit_ids": []}))
    with pytest.raises(BadInput, match="现在之后"):
        relay.consult(case=case, by=cast.viewer("韦晓梅"), **(ask | {"reply_by": clock.now()}))
    story.dispatch(case=case)
    with pytest.raises(NotForDispatch):
        relay.consult(case=case, by=cast.viewer("韦晓梅"), **ask)


# --- 联系 -------------------------------------------------------------------------------------------------------


def test_three_tries_at_different_times_are_not_reachable(story, cast, in_hand, on_friday):
    lead, case = story.accept("水利局", "黄志强"), Case.objects.get(pk=story.cases[0].pk)

    def try_(result="no_answer"):
        relay.record_contact(case=case, baton=lead, way="电话", result=result, by=cast.viewer("黄志强"))
        return Reach.objects.get(case=case)

    assert (try_().tries, try_().tries) == (1, 1)  # two calls in a row are one try
    on_friday.shift(timedelta(hours=5))
    assert (try_("wrong").tries, try_().state) == (2, "trying")
    on_friday.shift(timedelta(days=1))
    reach = try_()
    assert (reach.tries, reach.state) == (3, "unreachable")
    assert Contact.objects.filter(case=case).count() == 5  # every try is on record
    assert figure("unreachable") == figure("unreachable", cast.units["水利局"]) == 1
    case.refresh_from_db()
    assert (case.state, case.closing) == ("handling", "")  # not handled by it
    assert verbs(case)[-1] == "case.unreachable"
    lead.refresh_from_db()
    assert lead.first_contact_at < lead.contact_due_at
    assert try_("reached").state == "reached"
    assert verbs(case)[-1] == "case.reached"
    on_friday.shift(timedelta(days=1))
    assert (try_().state, figure("unreachable")) == ("reached", 1)  # once reached she stays reached


def test_who_does_not_want_to_talk_was_reached(story, cast, in_hand):
    lead, case = story.accept("水利局", "黄志强"), story.cases[0]
    relay.record_contact(case=case, baton=lead, way="电话", result="refused", by=cast.viewer("黄志强"))
    assert Reach.objects.get(case=case).state == "reached"


def test_an_emergency_is_reported_at_once_and_that_is_on_record(story, cast, on_friday):
    case = story.call("井盖没了，有人掉下去", urgency="critical")
    told = {"to": "区应急局值班室", "way": "phone", "words": "值班员已派人"}
    with pytest.raises(BadInput, match="以后"):
        relay.report_urgent(case=case, reported_at=clock.now() + timedelta(hours=1), by=cast.viewer("李小英"), **told)
    with pytest.raises(BadInput, match="收到诉求"):
        relay.report_urgent(case=case, reported_at=clock.now() - timedelta(days=1), by=cast.viewer("李小英"), **told)
    with pytest.raises(NotAllowed):
        relay.report_urgent(case=case, reported_at=clock.now(), by=cast.viewer("农志明"), **told)
    report = relay.report_urgent(case=case, reported_at=clock.now(), by=cast.viewer("李小英"), **told)
    assert (report.to, report.way) == ("区应急局值班室", "phone")
    assert verbs(case)[-1] == "case.reported_at_once"
    with pytest.raises(BadInput, match="只有紧急"):
        relay.report_urgent(case=story.call(), reported_at=clock.now(), by=cast.viewer("李小英"), **told)


# --- 分流 -------------------------------------------------------------------------------------------------------

SECTION = {"reason_code": "legal_route", "words": "这件事法院已经受理，请以判决为准，可到区法院查询。"}


def test_a_case_is_diverted_at_the_door_and_counted_apart(story, cast, on_friday):
    case = story.call("和邻居打官司的事")
    cases.divert(case=case, by=cast.viewer("李小英"), **SECTION)
    row = Diverted.objects.get(case=case)
    assert (row.reason, row.late, row.approved_by) == ("legal_route", False, None)
    assert (figure("diverted"), figure("diverted_late"), figure("closed")) == (1, 0, 0)


def test_a_case_in_hand_is_diverted_only_with_written_approval(story, cast, on_friday):
    case = story.call("和邻居打官司的事")
    story.dispatch(case=case)
    lead = story.accept("水利局", "黄志强")
    ask = {"why": "上门核实时出示了立案通知", "baton": lead, **SECTION}
    with pytest.raises(BadInput, match="请写下告知"):
        relay.ask_diversion(by=cast.viewer("黄志强"), **(ask | {"words": ""}))
    row = relay.ask_diversion(by=cast.viewer("黄志强"), **ask)
    with pytest.raises(AlreadyAsked):
        relay.ask_diversion(by=cast.viewer("黄志强"), **ask)
    with pytest.raises(NotAllowed):
        relay.decide_diversion(diversion=row, approve=True, note="同意", by=cast.viewer("陆局长"))
    relay.decide_diversion(diversion=row, approve=True, note="同意分流", by=cast.viewer("韦晓梅"))
    case.refresh_from_db()
    assert (case.state, case.closing) == ("closed", "diverted")
    assert case.additions.get().words == SECTION["words"]  # she reads it on her page
    assert "立案" not in Message.objects.get().body
    diverted = Diverted.objects.get(case=case)
    assert (diverted.late, diverted.by.name, diverted.approved_by.name) == (True, "黄志强", "韦晓梅")
    assert (figure("diverted"), figure("diverted_late"), figure("closed"), figure("batons_open")) == (1, 1, 0, 0)
    assert not Baton.objects.filter(case=case, state__in=OPEN).exists()
    with pytest.raises(NotAsked):
        relay.decide_diversion(diversion=row, approve=True, note="再同意", by=cast.viewer("韦晓梅"))


def test_a_question_is_diverted_whole_and_everybody_is_told_the_same(story, cast, in_hand, on_friday):
    lead = story.accept("水利局", "黄志强")
    solved = story.cases[4]
    cases.withdraw(case=Case.objects.get(pk=solved.pk), by=Asker(case_id=solved.pk))
    relay.object_(baton=story.baton("住建局"), reason="不归本单位", basis="三定规定", by=cast.viewer("覃丽"))
    row = relay.ask_diversion(baton=lead, why="五户都已起诉，法院合并审理", by=cast.viewer("黄志强"), **SECTION)
    relay.decide_diversion(diversion=row, approve=True, note="同意分流", by=cast.viewer("韦晓梅"))
    in_hand.refresh_from_db()
    assert (in_hand.state, in_hand.closed_at is not None) == ("closed", True)
    assert verbs(in_hand)[-1] == "question.diverted"
    told = Case.objects.filter(closing="diverted")
    assert set(told.values_list("pk", flat=True)) == {case.pk for case in story.cases[:4]}
    assert {case.additions.get().words for case in told} == {SECTION["words"]}
    assert Message.objects.filter(dedupe_key__startswith=f"diverted:{row.pk}:").count() == 4
    assert (figure("diverted"), figure("diverted_late"), figure("closed"), figure("batons_open")) == (4, 4, 0, 0)
    assert not Baton.objects.filter(state__in=OPEN).exists()
    assert "baton.objection_dropped" in verbs(story.baton("住建局"))
    # it comes back: to the unit that had it, on a new round
    verdicts.again(case=told[0], words="法院没有受理", by=Asker(case_id=told[0].pk))
    in_hand.refresh_from_db()
    again = Baton.objects.get(state__in=OPEN)
    assert (in_hand.state, again.unit.short_name, again.round) == ("handling", "水利局", 2)


def test_a_refused_diversion_stays_in_hand_and_a_helper_does_not_ask(story, cast, on_friday):
    ask = {"why": "已经立案", "by": cast.viewer("黄志强"), **SECTION}
    case = story.call("和邻居打官司的事")
    story.dispatch(case=case)
    own = relay.accept(baton=Baton.objects.get(case=case, role="lead"), by=cast.viewer("黄志强"))
    helper = relay.accept(baton=Baton.objects.get(case=case, unit=cast.units["住建局"]), by=cast.viewer("覃丽"))
    with pytest.raises(LeadOnly):
        relay.ask_diversion(baton=helper, **(ask | {"by": cast.viewer("覃丽")}))
    row = relay.ask_diversion(baton=own, **ask)
    relay.decide_diversion(diversion=row, approve=False, note="没有立案材料", by=cast.viewer("韦晓梅"))
    case.refresh_from_db()
    assert (case.state, Diverted.objects.count()) == ("handling", 0)


# --- 单位承接 ---------------------------------------------------------------------------------------------------


def test_a_merged_unit_passes_on_everything_in_one_resumable_step(story, cast, in_hand, run_jobs):
    """供电局 takes over 水利局 (it led) and later 住建局 (it helped): one matter, one baton of the successor."""
    water, power, housing = (cast.units[name] for name in ("水利局", "供电局", "住建局"))
    lead = story.accept("水利局", "黄志强")
    waiting = story.call("水利局收着的一件")
    cases.pass_to(
        case_ids=[waiting.pk],
        holder_id=water.pk,
        unit_ids=[water.pk],
        due_on=None,
        by=cast.viewer("韦晓梅"),
        verb="case.dispatched",
    )
    with pytest.raises(NotAllowed):
        relay.begin_succession(old_id=water.pk, new_id=power.pk, basis="机构改革方案", by=cast.viewer("赵工"))
    row = relay.begin_succession(old_id=water.pk, new_id=power.pk, basis="机构改革方案", by=cast.viewer("韦晓梅"))
    with pytest.raises(StillMoving):
        relay.begin_succession(old_id=water.pk, new_id=housing.pk, basis="再来", by=cast.viewer("韦晓梅"))
    assert deferred("continue_succession") == [{"succession_id": row.pk}]
    row = relay.continue_succession(succession_id=row.pk)
    assert (row.state, row.found, row.moved, row.joined) == ("done", 1, 1, 0)
    before = lead.due_on
    lead.refresh_from_db()
    in_hand.refresh_from_db()
    waiting.refresh_from_db()
    assert (lead.unit_id, lead.officer.name, lead.due_on, lead.state) == (power.pk, "黄志强", before, "accepted")
    assert (in_hand.lead_id, waiting.holder_id) == (power.pk, power.pk)
    assert set(Case.objects.filter(memberships__question=in_hand).values_list("holder_id", flat=True)) == {power.pk}
    assert (figure("batons_open", water), figure("batons_open", power), figure("batons_open")) == (0, 1, 4)
    assert verbs(row) == ["succession.begun", "succession.done"]
    assert verbs(lead)[-1] == "baton.inherited"
    again = relay.begin_succession(old_id=housing.pk, new_id=power.pk, basis="机构改革方案", by=cast.viewer("韦晓梅"))
    run_jobs()
    again.refresh_from_db()
    assert (again.state, again.moved, again.joined) == ("done", 0, 1)
    helper = Baton.objects.get(unit=housing)
    assert (helper.state, lead.is_open) == ("recalled", True)
    assert relay.continue_succession(succession_id=again.pk).joined == 1  # run again: nothing left to do
    assert lead.started_on == date(2026, 3, 6)
