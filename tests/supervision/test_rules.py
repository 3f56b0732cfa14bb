"""What each rule finds, what it leaves alone, and that it says it once."""

from datetime import date, timedelta

import pytest

from bench.year.checks import told_once
from tests.relay.stories import verbs
from tests.verdicts.conftest import submit
from tongti.answers import actions as answers
from tongti.deadlines import reckonings
from tongti.questions import actions as questions
from tongti.relay import actions as relay
from tongti.relay.models import Baton, Promise
from tongti.shared import clock, links
from tongti.shared.errors import BadInput, NotAllowed
from tongti.supervision import actions, finding, queries, rules
from tongti.supervision.actions import Pressure
from tongti.supervision.errors import NothingChanged, NotSupervised
from tongti.supervision.models import Proposal, Rule
from tongti.trail.models import Event
from tongti.verdicts import actions as verdicts

pytestmark = pytest.mark.django_db


def found(rule):
    return {(p.unit.short_name, p.why) for p in Proposal.objects.filter(rule=rule, state="waiting")}


def test_nothing_is_proposed_while_all_is_well(watch):
    assert actions.scan() == (0, 0)


def test_near_its_day_without_contact(watch):
    watch.days_later(6)  # Thursday; due on Friday 13 March
    actions.scan()
    assert found("no_contact") == {("水利局", "1 个工作日内到期，还没有联系过诉求人")}
    relay.record_contact(case=watch.cases[0], baton=watch.lead, way="电话", result="reached", by=watch.huang)
    assert actions.scan() == (0, 1)
    assert found("no_contact") == set()


def test_overdue_is_proposed_the_day_after_and_again_when_it_lasts(watch):
    watch.days_later(7)
    actions.scan()
    assert found("overdue") == set()
    watch.days_later(10)  # Monday
    actions.scan()
    assert found("overdue") == {("水利局", "超期 1 个工作日，期限是 3 月 13 日")}
    watch.days_later(14)
    actions.scan()
    assert found("overdue_long") == {("水利局", "超期 5 个工作日，催办后仍没有办结")}


def test_a_late_helper_is_the_helpers_own(watch):
    watch.days_later(6)  # helpers were due on Wednesday 11 March
    actions.scan()
    assert {unit for unit, _ in found("helper_late")} == {"住建局", "自来水公司", "临江镇"}
    assert found("overdue") == set()


def test_what_is_done_lapses_by_itself(watch):
    watch.days_later(6)
    actions.scan()
    proposal = Proposal.objects.get(rule="helper_late", unit=watch.cast.units["住建局"])
    relay.recall(baton=watch.story.baton("住建局"), reason="不用了", by=watch.cast.viewer("韦晓梅"))
    actions.scan()
    proposal.refresh_from_db()
    assert proposal.state == "lapsed"
    assert verbs(proposal) == ["proposal.made", "proposal.lapsed"]


def test_a_clock_that_ran_ahead_proposes_nothing_for_good(watch):
    watch.days_later(40)
    actions.scan()
    assert found("overdue") != set()
    watch.days_later(1)
    actions.scan()
    assert found("overdue") == set()
    watch.days_later(10)
    actions.scan()
    assert found("overdue") == {("水利局", "超期 1 个工作日，期限是 3 月 13 日")}
    assert Proposal.objects.filter(rule="overdue").count() == 1


def test_feedback_that_does_not_come_asks_for_the_next_rung(watch):
    item = watch.open("order", skip_reason="急", pace="urgent")
    watch.days_later(6)
    actions.scan()
    proposal = Proposal.objects.get(rule="no_feedback")
    assert (proposal.rung, proposal.why) == ("circular", f"{item.number}反馈期限（3 月 11 日）已过 1 天，没有反馈")
    again = actions.accept(proposal=proposal, pressure=actions.Pressure(rung="circular", words="通报全区"), by=watch.mo)
    assert (again.pk, again.rung, again.number) == (item.pk, "circular", item.number)


def test_what_is_under_that_pressure_is_not_proposed_again(watch):
    watch.open("urge", skip_reason="反映强烈")
    watch.days_later(10)
    actions.scan()
    assert found("overdue") == set()


def test_thresholds_are_data(watch):
    actions.set_rule(code="overdue", threshold=3, rung="order", in_use=True, source="区政办〔2026〕3号", by=watch.mo)
    actions.set_rule(code="no_contact", threshold=1, rung="remind", in_use=False, source="", by=watch.mo)
    watch.days_later(11)
    actions.scan()
    assert found("overdue") == set()
    watch.days_later(12)
    actions.scan()
    assert Proposal.objects.get(rule="overdue").rung == "order"
    first = Rule.objects.get(code="overdue")
    assert (first.version, first.valid_from, first.valid_to, first.verified) == (1, date(2026, 3, 6), None, False)
    actions.set_rule(
        code="overdue", threshold=2, rung="order", in_use=True, source="区政办〔2026〕3号", verified=True, by=watch.mo
    )
    first.refresh_from_db()
    second = Rule.objects.get(code="overdue", valid_to=None)
    assert (first.threshold, first.valid_to, second.version) == (3, date(2026, 3, 18), 2)
    assert (second.checked_by.name, second.checked_on) == ("莫刚", date(2026, 3, 18))
    assert verbs(second) == ["rule.changed"]
    facts = Event.objects.filter(verb="rule.changed").latest("id").facts
    assert (facts["before"]["version"], facts["before"]["threshold"], facts["threshold"]) == (1, 3, 2)
    with pytest.raises(NothingChanged):
        actions.set_rule(
            code="overdue",
            threshold=2,
            rung="order",
            in_use=True,
            source="区政办〔2026〕3号",
            verified=True,
            by=watch.mo,
        )
    with pytest.raises(NotAllowed):
        actions.set_rule(code="overdue", threshold=4, rung="order", in_use=True, source="", by=watch.huang)
    with pytest.raises(BadInput):
        actions.set_rule(code="weather", threshold=1, rung="urge", in_use=True, source="", by=watch.mo)


def test_how_long_a_paper_gives_is_data_too_and_what_was_given_stays(watch):
    """The pace of a paper, the terms of a recheck: changed for the next one, never for the one that is out."""
    before = watch.open("order", skip_reason="急")
    assert before.due_on == date(2026, 3, 23)  # 15 days from the 6th are a Saturday
    told = reckonings.told(before.reckoning_id)
    assert (told.regime_version, told.verified) == ("pace_normal/0", False)
    actions.set_rule(
        code="pace_normal",
        threshold=10,
        rung="",
        in_use=True,
        source="区政办〔2026〕3号第五条",
        verified=True,
        by=watch.mo,
    )
    before.refresh_from_db()
    assert before.due_on == date(2026, 3, 23)
    other = watch.story.question_of([watch.story.call("另一条路停水")])
    watch.story.dispatch(other)
    baton = Baton.objects.get(question=other, role="lead")
    order = Pressure(rung="order", words="请抓紧", skip_reason="急")
    after = actions.open_item(baton=baton, pressure=order, why="停水", by=watch.mo)
    assert after.due_on == date(2026, 3, 16)
    told = reckonings.told(after.reckoning_id)
    assert (told.regime_version, told.source, told.verified) == ("pace_normal/1", "区政办〔2026〕3号第五条", True)
    assert dict(queries.paces())["normal"] == "一般（10 天内反馈）"
    with pytest.raises(BadInput, match="不能停用"):
        actions.set_rule(code="pace_hard", threshold=30, rung="", in_use=False, source="", by=watch.mo)
    closed = actions.give_feedback(item=before, facts="好了", basis="记录", solved="yes", by=watch.huang).item
    closed = actions.conclude(item=closed, solved="yes", words="清楚", by=watch.mo)
    assert closed.recheck_until == date(2026, 4, 5)
    actions.set_rule(code="recheck_ask", threshold=5, rung="", in_use=True, source="", by=watch.mo)
    watch.days_later(20)
    recheck = actions.ask_recheck(item=closed, reason="没有修好", by=watch.huang)  # by the day that it was told
    assert recheck.due_on == date(2026, 4, 27)


def test_every_threshold_that_ships_says_where_it_is_from():
    for code, rule in rules.shipped().items():
        assert rule.source, code
        assert rule.kind in ("finds", "guard", "term"), code
        assert (code in finding.FINDERS) == (rule.kind == "finds"), code
        assert rule.verified == (code in ("recheck_ask", "recheck")), code


def test_a_question_that_grows(watch):
    actions.set_rule(code="growing", threshold=3, rung="order", in_use=True, source="", by=watch.mo)
    actions.scan()
    assert found("growing") == {("水利局", "7 天新增 3 人同问")}
    actions.dismiss(proposal=Proposal.objects.get(rule="growing"), reason="水厂检修，周一恢复", by=watch.mo)
    # Monday is another week, but they are the same askers
    watch.days_later(3)
    actions.scan()
    assert found("growing") == set()
    more = [watch.call(words).pk for words in ("又停水了", "三楼也没有水", "水管没有水")]
    questions.join(case_ids=more, question=watch.question, by=watch.cast.viewer("韦晓梅"))
    actions.scan()
    assert found("growing") == {("水利局", "7 天新增 6 人同问")}


def test_a_promise_whose_day_has_passed(watch):
    """It came back by itself on 10 March; the day after, it is proposed."""
    mo, now = watch.cast.officers["莫刚"], clock.now()
    day = now.date() + timedelta(days=4)
    Promise.objects.create(
        baton=watch.lead, obstacle="testing", words="等检测结果", promise_on=day, limit_on=day, from_due_on=day,
        state="approved", asked_by=mo, asked_at=now, decided_by=mo, decided_at=now, returned_at=now, ended_at=now,
    )  # fmt: skip
    watch.days_later(4)
    actions.scan()
    assert found("promise") == set()
    watch.days_later(5)
    actions.scan()
    assert found("promise") == {("水利局", "承诺办理的日子（3 月 10 日）已过 1 天")}


def test_a_supervisor_proposes_what_she_ticked_on_the_wall(watch):
    batons = list(Baton.objects.filter(question=watch.question).select_related("unit"))
    assert actions.propose(batons=batons, rung="urge", why="现场没有人", by=watch.mo) == 4
    assert actions.propose(batons=batons, rung="urge", why="现场没有人", by=watch.mo) == 0
    assert actions.scan() == (0, 0)
    gone = relay.recall(baton=watch.story.baton("住建局"), reason="不用了", by=watch.cast.viewer("韦晓梅"))
    with pytest.raises(NotSupervised):
        actions.propose(batons=[gone], rung="urge", why="现场没有人", by=watch.mo)
    assert actions.scan() == (0, 1)


def test_a_second_answer_that_is_redone_is_a_second_fact(watch):
    """The same sentence twice about one matter, and rightly: the year's check (bench/year) knows it from a fact told twice."""
    case = watch.call("单独一件")
    watch.dispatch(case=case, helpers=[], territory_id=None)
    for _ in range(2):
        watch.accept("水利局", "黄志强")
        answer = submit(watch.story, case=case)
        for _ in range(2):
            answers.send_back(answer=answer, reason="写明哪天修好", by=watch.cast.viewer("陆局长"))
            answers.submit(answer=answer, by=watch.huang, override_reason="已核实")
        actions.scan()
        actions.scan()
        signed = answers.sign(answer=answer, by=watch.cast.viewer("陆局长"), override_reason="已核实")
        verdicts.invite(answer_id=signed.pk)
        token = links.verdict_token(signed.pk, case.pk)
        verdicts.give(token=token, contacted=True, solved="no", satisfied="not", words="还停着")
    assert [(p.rule, p.why) for p in watch.proposals(rule="redo", case=case)] == [("redo", "答复已退回重办 2 次")] * 2
    assert told_once(clock.today()).wrong == []

    told = watch.proposals(rule="redo", case=case)[0]
    told.pk, told.key = None, "once more"
    told.save(force_insert=True)
    assert len(told_once(clock.today()).wrong) == 1
