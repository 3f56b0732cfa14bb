"""上下同题: 黄志强 puts a question on the city's list, 何区长 signs it off, the city's bureau answers its part, and every asker gets it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.lifting.stories import draft, in_hand, lifted, prepared, upstairs
from tests.relay.stories import Story, verbs
from tongti.answers import actions as answers
from tongti.answers.models import Answer, Part, Reply
from tongti.lifting import actions, queries
from tongti.lifting.errors import AlreadyOnList, AnswersHere, LiftMoved, NotInHand, OwnLift
from tongti.lifting.models import Lift, LiftReply
from tongti.lifting.queries import Filters
from tongti.outbox.models import Notice
from tongti.relay import actions as relay
from tongti.relay.models import Baton
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.units.models import Post

pytestmark = pytest.mark.usefixtures("on_friday")


@pytest.fixture
def up(story: Story) -> Story:
    upstairs(story.cast)
    return story


def test_a_line_counts_as_lifted_when_a_leader_signed_it(up):
    question = in_hand(up)
    lift = prepared(up, question)
    assert (lift.state, lift.number, lift.baton) == ("submitted", None, None)
    lift = actions.sign_off(lift=lift, by=up.cast.viewer("何区长"))
    assert (lift.state, lift.number) == ("lifted", "TQ-2026-0001")
    assert lift.baton.unit == up.cast.units["市水利局"]
    assert (lift.baton.role, lift.baton.task) == ("helper", lift.asked)
    assert verbs(lift) == ["lift.prepared", "lift.signed_off"]
    # one holder still: the lead that had it before
    leads = Baton.objects.filter(question=question, role="lead", state__in=("offered", "accepted", "objected"))
    assert [baton.unit.short_name for baton in leads] == ["水利局"]
    # no helper's limit of the district binds the city: it has the lead's time
    assert lift.baton.due_on == leads[0].due_on > up.baton("住建局").due_on
    question.refresh_from_db()
    assert up.cast.units["市水利局"].pk in question.units


def test_the_city_answers_its_part_and_every_asker_gets_it(up):
    question = in_hand(up)
    lift = lifted(up, question)
    baton = up.accept("市水利局", "谭永")
    answers.submit_part(
        baton=baton, words="已列入市级第二季度换管计划，4 月 12 日夜间停水施工。", by=up.cast.viewer("谭永")
    )
    assert actions.follow() == 1
    lift.refresh_from_db()
    assert (lift.state, lift.replies.get().part.words[:5]) == ("answered", "已列入市级")
    told = set(
        Notice.objects.filter(about_id=lift.pk, about_kind="lifting.lift").values_list("officer__name", flat=True)
    )
    assert told == {"黄志强"}
    by = up.cast.viewer("黄志强")
    answer = answers.compose(question=question, by=by)
    assert "市水利局" not in answer.found
    assert "南岭市水利局：已列入市级第二季度换管计划" in answer.done
    answers.save_draft(answer=answer, closing="solved", found="主管老化。", by=by)
    answers.submit(answer=answer, missing_reason="其他单位另行补充", override_reason="已核对", by=by)
    answers.sign(answer=Answer.objects.get(pk=answer.pk), by=up.cast.viewer("陆局长"))
    bodies = Reply.objects.filter(case__in=up.cases).values_list("body", flat=True)
    assert len(bodies) == 3
    assert all("4 月 12 日夜间停水施工" in body for body in bodies)
    assert actions.follow() == 1
    lift.refresh_from_db()
    assert (lift.state, lift.told) == ("closed", 3)
    assert verbs(lift) == ["lift.prepared", "lift.signed_off", "lift.answered", "lift.closed"]
    assert actions.follow() == 0


def test_a_level_without_people_here_answers_on_paper(up):
    question = in_hand(up)
    lift = lifted(up, question, "水利厅")
    # nobody here can sign for it, so no clock runs for signing
    assert (lift.baton.sign_due_at, lift.baton.contact_due_at) == (None, None)
    assert lift.baton.explanation["others"] == {}  # nothing that a recount would bring back
    by = up.cast.viewer("黄志强")
    with pytest.raises(BadInput, match="来文文号"):
        actions.enter_paper(lift=lift, words="同意。", paper="", by=by)
    with pytest.raises(BadInput, match="手机号"):
        actions.enter_paper(lift=lift, words="请联系 13800138000。", paper="桂水函〔2026〕8号", by=by)
    actions.enter_paper(lift=lift, words="同意列入。", paper="桂水函〔2026〕8号", by=by)
    lift.refresh_from_db()
    assert lift.state == "answered"
    part = Part.objects.get(baton=lift.baton)
    assert (part.words, part.submitted_by.name) == ("同意列入。", "黄志强")
    assert Baton.objects.get(pk=lift.baton_id).state == "done"
    assert verbs(lift)[-1] == "lift.answered"


def test_nobody_enters_a_paper_for_a_unit_that_works_here(up):
    lift = lifted(up, in_hand(up))
    with pytest.raises(AnswersHere, match="市水利局"):
        actions.enter_paper(lift=lift, words="同意。", paper="南水函〔2026〕1号", by=up.cast.viewer("黄志强"))


def test_a_level_sends_it_back_with_a_reason(up):
    question = in_hand(up)
    lift = lifted(up, question, "水利厅")
    actions.enter_paper(
        lift=lift, words="属市级事权。", paper="桂水函〔2026〕9号", declined=True, by=up.cast.viewer("黄志强")
    )
    lift.refresh_from_db()
    assert (lift.state, Baton.objects.get(pk=lift.baton_id).state) == ("declined", "recalled")
    assert LiftReply.objects.get().declined
    actions.close(lift=lift, note="改提市级。", by=up.cast.viewer("黄志强"))
    lift.refresh_from_db()
    assert (lift.state, lift.ended_for) == ("closed", "改提市级。")
    assert verbs(lift)[-2:] == ["lift.declined", "lift.closed"]
    # the way to the city is open again
    prepared(up, question)


def test_withdrawing_ends_what_was_asked(up):
    lift = lifted(up, in_hand(up))
    with pytest.raises(BadInput, match="撤回的理由"):
        actions.withdraw(lift=lift, reason=" ", by=up.cast.viewer("黄志强"))
    with pytest.raises(NotAllowed):
        actions.withdraw(lift=lift, reason="不提了", by=up.cast.viewer("谭永"))
    actions.withdraw(lift=lift, reason="已自行解决", by=up.cast.viewer("黄志强"))
    lift.refresh_from_db()
    assert (lift.state, lift.ended_for) == ("withdrawn", "已自行解决")
    assert Baton.objects.get(pk=lift.baton_id).state == "recalled"
    with pytest.raises(LiftMoved, match="已撤回"):
        actions.withdraw(lift=lift, reason="再撤", by=up.cast.viewer("黄志强"))


def test_what_a_unit_held_before_stays_with_it(up):
    question = in_hand(up)
    before = up.baton("住建局")
    lift = lifted(up, question, "住建局")
    assert lift.baton == before
    actions.withdraw(lift=lift, reason="不用了", by=up.cast.viewer("黄志强"))
    before.refresh_from_db()
    assert before.state == "offered"


def test_lines_follow_what_happens_to_the_matter(up):
    question = in_hand(up)
    taken_back = lifted(up, question)
    relay.recall(baton=taken_back.baton, reason="派错了", by=up.cast.viewer("韦晓梅"))
    not_waited = lifted(up, question, "水利厅")
    assert actions.follow() == 1
    taken_back.refresh_from_db()
    assert (taken_back.state, taken_back.ended_for) == ("withdrawn", "请它承担的接力棒已经收回。")
    by = up.cast.viewer("黄志强")
    answer = answers.compose(question=question, by=by)
    answers.save_draft(answer=answer, done="已错峰调压，六楼恢复供水。", closing="solved", by=by)
    answers.submit(answer=answer, missing_reason="先答复", override_reason="已核对", by=by)
    answers.sign(answer=Answer.objects.get(pk=answer.pk), by=up.cast.viewer("陆局长"))
    actions.follow()
    not_waited.refresh_from_db()
    assert (not_waited.state, not_waited.ended_for) == ("closed", "共答已经签发，没有等这一级的答复。")


def test_who_signs(up):
    question = in_hand(up)
    county = prepared(up, question, "住建局")
    city = prepared(up, question)
    for name, lift in (("陆局长", city), ("黄志强", county), ("韦晓梅", city), ("邓局长", county)):
        with pytest.raises(NotAllowed):
            actions.sign_off(lift=lift, by=up.cast.viewer(name))
    assert list(queries.to_sign(up.cast.viewer("陆局长"))) == [county]
    assert queries.to_sign(up.cast.viewer("何区长")).count() == 2
    # what stays in the county is for the leader of the unit
    assert actions.sign_off(lift=county, by=up.cast.viewer("陆局长")).state == "lifted"
    Post.objects.create(
        officer=up.cast.officers["何区长"], unit=up.cast.units["水利局"], role="handler", since="2020-01-01"
    )
    both = up.cast.viewer("何区长")
    own = actions.change(lift=city, draft=draft(up.cast, asked="请市里换管。"), version=1, by=both)
    with pytest.raises(OwnLift):
        actions.sign_off(lift=own, by=both)


def test_a_leader_sends_it_back_to_be_mended(up):
    lift = prepared(up, in_hand(up))
    leader = up.cast.viewer("何区长")
    with pytest.raises(BadInput, match="退回的理由"):
        actions.send_back(lift=lift, reason="", by=leader)
    lift = actions.send_back(lift=lift, reason="请写清换哪一段", by=leader)
    assert lift.state == "prepared"
    assert Notice.objects.get(about_id=lift.pk).words == "请写清换哪一段"
    with pytest.raises(LiftMoved, match="退回修改"):
        actions.sign_off(lift=lift, by=leader)
    mended = actions.change(
        lift=lift, draft=draft(up.cast, asked="换 2.1 公里主管。"), version=1, by=up.cast.viewer("黄志强")
    )
    assert (mended.state, mended.asked) == ("submitted", "换 2.1 公里主管。")
    with pytest.raises(Raced):
        actions.change(lift=lift, draft=draft(up.cast), version=1, by=up.cast.viewer("黄志强"))
    # the leader signs what she read, not what it became meanwhile
    with pytest.raises(Raced):
        actions.sign_off(lift=lift_as_read(mended), by=leader)
    assert actions.sign_off(lift=mended, by=leader).number == "TQ-2026-0001"


def test_saving_a_line_does_not_free_its_writer_to_sign_it(up):
    """何区长 also handles for 水利局, writes the line and has a colleague save it again."""
    Post.objects.create(
        officer=up.cast.officers["何区长"], unit=up.cast.units["水利局"], role="handler", since="2020-01-01"
    )
    both, colleague = up.cast.viewer("何区长"), up.cast.viewer("黄志强")
    lift = actions.prepare(question=in_hand(up), draft=draft(up.cast), by=both)
    # as it stands: nothing happens
    same = actions.change(lift=lift, draft=draft(up.cast), version=1, by=colleague)
    assert (same.version, same.prepared_by, verbs(lift)) == (1, up.cast.officers["何区长"], ["lift.prepared"])
    # with a comma more: both wrote it
    more = actions.change(lift=lift, draft=draft(up.cast, asked="换管，并答复停水时段。"), version=1, by=colleague)
    assert more.prepared_by == up.cast.officers["黄志强"]
    with pytest.raises(OwnLift):
        actions.sign_off(lift=more, by=both)
    assert not queries.lift_view(both, more).may_sign
    assert list(queries.to_sign(both)) == []
    assert queries.to_sign(up.cast.viewer("陆局长")).count() == 0  # the city's list is not hers
    # an old version is still told so, even when nothing else differs
    with pytest.raises(Raced):
        actions.change(lift=lift, draft=draft(up.cast, asked="换管，并答复停水时段。"), version=1, by=colleague)


def lift_as_read(lift: Lift) -> Lift:
    old = Lift.objects.get(pk=lift.pk)
    old.version -= 1
    return old


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"tried": ""}, "tried"),
        ({"basis": " "}, "basis"),
        ({"asked": "好" * 301}, "asked"),
        ({"statement": "请找住户 13900139000"}, "statement"),
        ({"level": "planet"}, "level"),
        ({"level": "region"}, "asked_unit"),
        ({"asked_unit_id": None}, "asked_unit"),
        ({"reply_by": None}, "reply_by"),
        ({"reply_by": "today"}, "reply_by"),
        ({"reply_by": "years"}, "reply_by"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(up, facts, field):
    days = {"today": 0, "years": 4000}
    if facts.get("reply_by") in days:
        facts = {"reply_by": clock.today() + timedelta(days[facts["reply_by"]])}
    question = in_hand(up, 1)
    with pytest.raises(BadInput) as wrong:
        prepared(up, question, **facts)
    assert wrong.value.field == field
    assert Lift.objects.count() == 0


def test_only_what_is_in_hand_is_lifted_and_once(up):
    waiting = up.question(1)
    with pytest.raises(NotAllowed):
        prepared(up, waiting)
    with pytest.raises(NotInHand, match="待派单"):
        actions.prepare(question=waiting, draft=draft(up.cast), by=up.cast.viewer("韦晓梅"))
    question = in_hand(up, 1)
    prepared(up, question)
    with pytest.raises(AlreadyOnList, match="市水利局"):
        prepared(up, question)
    for name in ("农志明", "李小英", "莫刚"):
        with pytest.raises(NotAllowed):
            actions.prepare(question=question, draft=draft(up.cast), by=up.cast.viewer(name))


def test_a_single_case_is_lifted_too(up):
    case = up.call("厂区变压器三年没有增容")
    up.dispatch(case=case, helpers=(), territory_id=None)
    up.accept("水利局", "黄志强")
    case.refresh_from_db()
    by = up.cast.viewer("黄志强")
    lift = actions.prepare(case=case, draft=draft(up.cast), by=by)
    lift = actions.sign_off(lift=lift, by=up.cast.viewer("何区长"))
    assert (lift.baton.case, lift.state) == (case, "lifted")
    assert [row.pk for row in queries.lifts_on(by, case=case)] == [lift.pk]


def test_a_list_shows_its_lines_with_every_column_for_a_constant_number_of_queries(up, django_assert_max_num_queries):
    question = in_hand(up)
    lift = lifted(up, question)
    prepared(up, question, "水利厅")
    viewer = up.cast.viewer("莫刚")
    with django_assert_max_num_queries(3):
        _page, rows = queries.lifts(viewer, Filters(level="city"))
    assert [row.pk for row in rows] == [lift.pk]
    row = rows[0]
    assert (row.number, row.askers, row.asked_unit, row.signed_by) == ("TQ-2026-0001", 3, "南岭市水利局", "何区长")
    with django_assert_max_num_queries(3):
        assert [row.level for row in queries.level_rows(viewer, Filters())] == ["city", "region"]
    assert [row.level for row in queries.level_rows(viewer, Filters(signed_only=True))] == ["city"]
    assert list(queries.level_rows(viewer, Filters(text="不存在"))) == []
    # the stranger's unit takes no part
    assert list(queries.level_rows(up.cast.viewer("农志明"), Filters())) == []
    # the city's own people see what they were asked, not what others were
    assert [row.level for row in queries.level_rows(up.cast.viewer("谭永"), Filters())] == ["city", "region"]


def test_a_list_reads_no_more_names_than_it_shows(up, monkeypatch):
    from tests.parties.firms import code, entered
    from tongti.lifting.queries import lists

    monkeypatch.setattr(lists, "NAMES_SHOWN", 2)
    unit, told = up.cast.units["水利局"].pk, {"asker_kind": "enterprise", "phone": "", "asker_name": ""}
    firms = [entered(name, credit_code=code(700 + n), unit_id=unit) for n, name in enumerate(("丙厂", "甲厂", "乙厂"))]
    made = [up.call("停水停产", asker_party_id=firm.pk, **told) for firm in (*firms, firms[1])]
    question = up.question_of(made)
    up.dispatch(question)
    question.refresh_from_db()
    lifted(up, question)
    alone = up.call("变压器没有增容", asker_party_id=firms[0].pk, **told)
    up.dispatch(case=alone, helpers=(), territory_id=None)
    alone.refresh_from_db()
    actions.prepare(case=alone, draft=draft(up.cast), by=up.cast.viewer("黄志强"))
    with CaptureQueriesContext(connection) as asked:
        rows = list(queries.level_rows(up.cast.viewer("何区长"), Filters()))
    names = sorted(firm.name for firm in firms)
    assert [row.firm_names for row in rows] == [tuple(names[:2]), ("丙厂",)]
    # cut in the database, so a matter of thousands of firms is not read whole
    assert any("[1:2]" in query["sql"] for query in asked)


def test_names_of_firms_are_for_those_who_see_their_files(up):
    from tests.parties.firms import code, entered

    firm = entered("龙腾豆制品厂", credit_code=code(701), unit_id=up.cast.units["水利局"].pk)
    hidden = entered("不愿露名厂", credit_code=code(702), unit_id=up.cast.units["水利局"].pk)
    told = {"asker_kind": "enterprise", "phone": "", "asker_name": ""}
    made = [
        up.call("晚高峰停水，豆浆做不成", asker_party_id=firm.pk, **told),
        up.call("停水停产", asker_party_id=hidden.pk, hide_identity=True, **told),
    ]
    question = up.question_of(made)
    up.dispatch(question)
    question.refresh_from_db()
    lifted(up, question)
    names = {
        name: next(queries.level_rows(up.cast.viewer(name), Filters())).firm_names
        for name in ("黄志强", "何区长", "谭永", "覃红")
    }
    assert names == {"黄志强": ("龙腾豆制品厂",), "何区长": ("龙腾豆制品厂",), "谭永": (), "覃红": ()}
    assert next(queries.level_rows(up.cast.viewer("覃红"), Filters())).firms == 2
