"""The ladder: proposed by rules, decided by a person, one item a matter, each step once, answered, concluded, rechecked."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests.relay.stories import verbs
from tongti.outbox.models import Notice
from tongti.shared.errors import BadInput, NotAllowed
from tongti.supervision import actions, queries
from tongti.supervision.actions import Pressure
from tongti.supervision.errors import (
    AlreadyUnderSupervision,
    LadderEnds,
    NotOpen,
    OwnUnit,
    ProposalDecided,
    RecheckAsked,
    RecheckOver,
    SameSupervisor,
    SkipNeedsReason,
    StepTaken,
    TooMany,
)
from tongti.supervision.models import Item, Proposal
from tongti.units.models import Post

pytestmark = pytest.mark.django_db


def press(rung, words="请按期办结", **more):
    return Pressure(rung=rung, words=words, **more)


def second_supervisor(cast, name="覃红"):
    """Somebody else of the supervising side."""
    Post.objects.filter(officer=cast.officers[name]).delete()
    Post.objects.create(
        officer=cast.officers[name], unit=cast.units["督查室"], role="supervisor", since=date(2020, 1, 1)
    )
    return cast.viewer(name)


def test_the_whole_way_from_reminder_to_conclusion(watch):
    item = watch.open()
    assert (item.rung, item.number, item.state) == ("remind", "", "open")
    actions.take_step(item=item, pressure=press("urge"), by=watch.mo)
    item = actions.take_step(item=item, pressure=press("order", pace="urgent"), by=watch.mo)
    assert item.number == "督〔2026〕1号"
    # five calendar days from Friday is Wednesday
    assert item.due_on == date(2026, 3, 11)
    feedback = actions.give_feedback(
        item=item, facts="主管爆裂，已抢修", basis="《城市供水条例》第二十二条", solved="yes", by=watch.huang
    )
    assert queries.item_for(watch.mo, item.pk).state == "answered"
    item = actions.conclude(item=item, solved="yes", words="事实清楚，已恢复供水", by=watch.mo)
    feedback.refresh_from_db()
    assert (item.state, feedback.state) == ("closed", "clear")
    assert verbs(item) == [
        "item.opened",
        "item.stepped",
        "item.stepped",
        "item.answered",
        "item.concluded",
    ]
    assert [v for v in verbs(watch.question) if ".item_" in v] == [
        "question.item_opened",
        "question.item_stepped",
        "question.item_stepped",
        "question.item_answered",
        "question.item_concluded",
    ]


def test_each_step_is_told_to_the_unit_and_only_to_it(watch):
    item = watch.open()
    told = set(Notice.objects.filter(about_kind="supervision.item", about_id=item.pk).values_list("officer__name"))
    assert told == {("黄志强",), ("梁工",), ("陆局长",)}
    notice = Notice.objects.filter(about_id=item.pk).first()
    assert notice.subject == f"提醒：{watch.question.title}"


def test_one_open_item_per_matter(watch):
    watch.open()
    with pytest.raises(AlreadyUnderSupervision):
        watch.open(unit="住建局")
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(
            question=watch.question, unit=watch.cast.units["住建局"], rung="remind", why="并发",
            opened_by=watch.cast.officers["莫刚"], opened_at=watch.lead.offered_at,
        )  # fmt: skip


def test_a_step_is_taken_once_and_never_downwards(watch):
    item = actions.take_step(item=watch.open(), pressure=press("urge"), by=watch.mo)
    for rung in ("remind", "urge"):
        with pytest.raises(StepTaken) as refused:
            actions.take_step(item=item, pressure=press(rung), by=watch.mo)
        assert "督办单" in refused.value.sentence
    for rung in ("order", "circular", "interview"):
        item = actions.take_step(item=item, pressure=press(rung), by=watch.mo)
    with pytest.raises(LadderEnds):
        actions.take_step(item=item, pressure=press("interview"), by=watch.mo)
    assert [s.rung for s in item.steps.order_by("pk")] == ["remind", "urge", "order", "circular", "interview"]


def test_skipping_upward_needs_a_reason(watch):
    with pytest.raises(SkipNeedsReason) as refused:
        watch.open("order")
    assert refused.value.sentence == "从“没有督办过”越过“提醒、催办”直接“督办单”，请写明越级理由。"
    assert not Item.objects.exists()
    item = watch.open("order", skip_reason="区领导交办")
    with pytest.raises(SkipNeedsReason):
        actions.take_step(item=item, pressure=press("interview"), by=watch.mo)
    actions.take_step(item=item, pressure=press("interview", skip_reason="拒不整改"), by=watch.mo)
    assert item.steps.get(rung="interview").skip_reason == "拒不整改"


def test_orders_are_numbered_without_a_gap_and_a_full_month_asks_why(watch):
    actions.set_rule(code="guard", threshold=1, rung="", in_use=True, source="", by=watch.mo)
    watch.open()
    other = watch.story.question_of([watch.story.call("另一条路停水")])
    watch.story.dispatch(other)
    order = press("order", skip_reason="急")
    with pytest.raises(TooMany) as refused:
        actions.open_item(baton=watch.lead, pressure=order, why="停水", by=watch.mo)
    assert "本月已经有 1 件督办" in refused.value.sentence
    item = actions.open_item(
        baton=watch.lead, pressure=press("order", skip_reason="急", cap_reason="断水三天"), why="停水", by=watch.mo
    )
    # the refused one took no number with it
    assert (item.number, item.cap_reason) == ("督〔2026〕1号", "断水三天")
    assert queries.load_of(watch.cast.units["水利局"]).count == 2


def test_supervisors_hold_no_post_at_the_supervised_unit(watch):
    Post.objects.create(
        officer=watch.cast.officers["莫刚"], unit=watch.cast.units["水利局"], role="receiver", since=date(2020, 1, 1)
    )
    with pytest.raises(OwnUnit):
        watch.open()
    for name in ("黄志强", "韦晓梅", "何区长"):
        with pytest.raises(NotAllowed):
            actions.open_item(baton=watch.lead, pressure=press("remind"), why="超期", by=watch.cast.viewer(name))


def test_what_is_not_clear_goes_back(watch):
    item = watch.open("order", skip_reason="急")
    with pytest.raises(NotOpen) as refused:
        actions.conclude(item=item, solved="yes", words="看来好了", by=watch.mo)
    assert "要先有反馈" in refused.value.sentence
    with pytest.raises(NotAllowed):
        actions.give_feedback(item=item, facts="好了", basis="无", solved="yes", by=watch.cast.viewer("农志明"))
    actions.give_feedback(item=item, facts="正在处理", basis="见附件", solved="partly", by=watch.huang)
    with pytest.raises(NotOpen):
        actions.give_feedback(item=item, facts="再报一次", basis="同上", solved="yes", by=watch.huang)
    item = actions.send_back(item=item, reason="没有写明何时恢复供水", by=watch.mo)
    first = item.feedback.get()
    assert (item.state, first.state, first.returned_for) == ("open", "returned", "没有写明何时恢复供水")
    actions.give_feedback(item=item, facts="3 月 8 日 18 时恢复", basis="抢修记录", solved="yes", by=watch.huang)
    assert actions.conclude(item=item, solved="yes", words="清楚", by=watch.mo).state == "closed"


def test_a_conclusion_may_be_rechecked_within_thirty_days_by_somebody_else(watch):
    item = actions.conclude(item=watch.open(), solved="no", words="没有解决", by=watch.mo)
    recheck = actions.ask_recheck(item=item, reason="当晚已经恢复供水，有记录", by=watch.huang)
    with pytest.raises(RecheckAsked):
        actions.ask_recheck(item=item, reason="再申请", by=watch.huang)
    with pytest.raises(SameSupervisor):
        actions.decide_recheck(recheck=recheck, decision="upheld", words="维持", by=watch.mo)
    qin = second_supervisor(watch.cast)
    actions.decide_recheck(recheck=recheck, decision="changed", words="记录属实", by=qin)
    item.refresh_from_db()
    recheck.refresh_from_db()
    assert (item.state, item.conclusion, recheck.conclusion) == ("open", "", "没有解决")
    assert verbs(item)[-2:] == ["item.recheck_asked", "item.recheck_decided"]


def test_after_thirty_days_it_is_too_late(watch):
    item = actions.conclude(item=watch.open(), solved="no", words="没有解决", by=watch.mo)
    watch.days_later(30)
    assert queries.may_on(watch.huang, queries.item_for(watch.huang, item.pk)).ask_recheck
    watch.days_later(31)
    with pytest.raises(RecheckOver):
        actions.ask_recheck(item=item, reason="晚了", by=watch.huang)


def test_tolerance_has_a_reason_and_is_listed_apart(watch):
    item = watch.open()
    with pytest.raises(BadInput):
        actions.tolerate(item=item, reason=" ", by=watch.mo)
    actions.tolerate(item=item, reason="先行先试，没有先例", by=watch.mo)
    assert [i.pk for i in queries.items(watch.mo, tolerant=True).rows] == [item.pk]


def test_accepting_a_proposal_settles_the_others_on_the_matter(watch):
    watch.days_later(14)
    actions.scan()
    overdue = Proposal.objects.get(rule="overdue")
    long = Proposal.objects.get(rule="overdue_long")
    # the rule is the reason: its own rung is no skip
    item = actions.accept(proposal=long, pressure=press("order"), by=watch.mo)
    overdue.refresh_from_db()
    assert (item.rung, overdue.state, overdue.item_id) == ("order", "accepted", item.pk)
    with pytest.raises(ProposalDecided):
        actions.accept(proposal=overdue, pressure=press("circular"), by=watch.mo)
    assert actions.scan() == (0, 0)


def test_a_dismissed_proposal_does_not_come_back(watch):
    watch.days_later(10)
    actions.scan()
    proposal = Proposal.objects.get(rule="overdue")
    with pytest.raises(BadInput):
        actions.dismiss(proposal=proposal, reason="", by=watch.mo)
    actions.dismiss(proposal=proposal, reason="已经约好明天通水", by=watch.mo)
    actions.scan()
    proposal.refresh_from_db()
    assert proposal.state == "dismissed"
    assert verbs(proposal) == ["proposal.made", "proposal.dismissed"]


def test_a_day_that_the_pace_gave_is_on_record_and_one_that_she_set_is_not(watch):
    item = watch.open(rung="order", pace="normal", skip_reason="群众多次反映")
    record = item.reckoning
    assert record.due_on == item.due_on == date(2026, 3, 23)  # 15 days end on a Saturday
    assert "督办单（一般）15 天内反馈" in record.explanation["regime"]["words"]
    assert "顺延到下一个工作日" in record.explanation["summary"]
    assert item.steps.get().reckoning == record
    item = actions.take_step(item=item, pressure=press("circular", due_on=date(2026, 3, 27)), by=watch.mo)
    assert (item.due_on, item.reckoning) == (date(2026, 3, 27), None)


def test_the_paper_of_a_supervisors_date(watch, client):
    item = watch.open(rung="order", pace="urgent", skip_reason="群众多次反映")
    client.force_login(watch.cast.officers["莫刚"])
    page = client.get(f"/desk/supervision/{item.pk}/deadline/").content.decode()
    assert "督办单（急件）5 天内反馈" in page
    assert "第 5 天" in page
    actions.take_step(item=item, pressure=press("circular", due_on=date(2026, 3, 27)), by=watch.mo)
    page = client.get(f"/desk/supervision/{item.pk}/deadline/").content.decode()
    assert "督办员定的" in page
