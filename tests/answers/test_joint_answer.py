"""共答: parts come in, one answer is composed of them, signed, and reaches every asker with her own words."""

from datetime import timedelta

import pytest

from tests.relay.stories import deferred, figure, verbs
from tongti.answers import actions as answers
from tongti.answers import queries
from tongti.answers.errors import (
    AlreadySubmitted,
    NeedsReason,
    NotAMember,
    NotDraft,
    NotSubmitted,
    PartsMissing,
    PrivacyFound,
)
from tongti.answers.models import Answer, Reply
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.outbox.models import Message
from tongti.questions import actions as questions
from tongti.relay import actions as relay
from tongti.relay import queries as relay_queries
from tongti.relay.errors import NoLead, NotAccepted
from tongti.relay.models import OPEN, Baton
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced

pytestmark = pytest.mark.django_db

GOOD = {
    "found": "3 月 7 日到幸福路现场查看，供水主管在 3 号井处漏水，晚高峰水压不足。",
    "done": "水利局 3 月 8 日晚修复主管；住建局检查了 4 处泵房；自来水公司公布了送水点。",
    "basis": "《城市供水条例》第七条",
    "next_steps": "3 月 20 日前完成沿线管网排查。",
    "contact": "云岭区水利局 0771-5518110",
    "closing": "solved",
}


@pytest.fixture
def question(story, on_friday):
    question = story.question()
    story.dispatch(question)
    for unit, officer in (("水利局", "黄志强"), ("住建局", "覃丽"), ("自来水公司", "陆斌"), ("临江镇", "蒙海燕")):
        story.accept(unit, officer)
    return question


@pytest.fixture
def parts(story, cast, question):
    for unit, officer, words in (
        ("住建局", "覃丽", "检查了 4 处二次供水泵房，运行正常。"),
        ("自来水公司", "陆斌", "主管已抢修，公布临时送水点 3 处。"),
        ("临江镇", "蒙海燕", "入户告知 212 户，给 9 户老人送水。"),
    ):
        answers.submit_part(baton=story.baton(unit), words=words, by=cast.viewer(officer))


def drafted(cast, question, **texts):
    answer = answers.compose(question=question, by=cast.viewer("黄志强"))
    return answers.save_draft(answer=answer, by=cast.viewer("黄志强"), **(GOOD | texts))


def signed(cast, question, **texts):
    answer = drafted(cast, question, **texts)
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    return answers.sign(answer=answer, by=cast.viewer("陆局长"))


def test_a_part_is_drafted_handed_in_and_ends_the_helpers_baton(story, cast, question):
    baton, qin = story.baton("住建局"), cast.viewer("覃丽")
    answers.save_part(baton=baton, words="草稿", by=qin)
    rows = queries.parts_of(relay_queries.relay_of(cast.viewer("黄志强"), question=question))
    assert (rows[0].held.baton.unit.short_name, rows[0].words, rows[0].state) == ("住建局", "", "missing")
    with pytest.raises(NotAllowed):
        answers.submit_part(baton=baton, words="别人写的", by=cast.viewer("农志明"))
    with pytest.raises(BadInput, match="手机号"):
        answers.submit_part(baton=baton, words="住户电话 13800138000", by=qin)
    part = answers.submit_part(baton=baton, words="检查了 4 处泵房。", by=qin)
    baton.refresh_from_db()
    assert (baton.state, part.submitted_by.name) == ("done", "覃丽")
    assert verbs(baton)[-1] == "baton.done"
    assert verbs(part) == ["part.submitted"]
    with pytest.raises(AlreadySubmitted):
        answers.submit_part(baton=baton, words="再交一次", by=qin)


def test_no_part_before_signing_for_it(story, cast, on_friday):
    story.dispatch(story.question(2))
    with pytest.raises(NotAccepted):
        answers.save_part(baton=story.baton("住建局"), words="草稿", by=cast.viewer("覃丽"))


def test_the_lead_starts_from_what_is_known(story, cast, question, parts):
    with pytest.raises(NotAllowed):
        answers.compose(question=question, by=cast.viewer("覃丽"))
    answer = answers.compose(question=question, by=cast.viewer("黄志强"))
    assert answer.opening == "您反映的是：临江镇幸福路一带晚高峰停水。现将办理情况答复如下。"
    assert answer.done.splitlines()[0] == "云岭区住房和城乡建设局：检查了 4 处二次供水泵房，运行正常。"
    assert answer.basis == "《城市供水条例》第七条"
    assert "又出现了" in answer.remedy
    assert answers.compose(question=question, by=cast.viewer("梁工")) == answer
    assert verbs(answer) == ["answer.begun"]


def test_a_missing_part_is_named_and_needs_a_reason(story, cast, question, on_friday):
    on_friday.shift(timedelta(days=6))
    answer = drafted(cast, question)
    holes = [row.hole for row in queries.parts_of(relay_queries.relay_of(cast.viewer("黄志强"), question=question))]
    assert holes[0] == "住建局的分答还没交，已超期 1 天"
    assert queries.preview(cast.viewer("黄志强"), answer).holes[0] == "住建局的分答还没交"
    with pytest.raises(PartsMissing, match="住建局、自来水公司、临江镇的分答还没交"):
        answers.submit(answer=answer, by=cast.viewer("黄志强"))
    answers.submit(answer=answer, missing_reason="泵房与停水无关，不再等", by=cast.viewer("黄志强"))
    answers.sign(answer=answer, by=cast.viewer("陆局长"))
    assert not Baton.objects.filter(question=question, state__in=OPEN).exists()
    assert verbs(story.baton("住建局"))[-1] == "baton.recalled"
    assert (figure("batons_open"), figure("batons_due")) == (0, 0)


def test_the_letter_reads_as_an_asker_reads_it(story, cast, question, parts):
    answer = drafted(cast, question)
    letter = queries.preview(cast.viewer("黄志强"), answer)
    assert letter.greeting == "韦**，您好："
    number = story.cases[0].number
    assert letter.lines[0][1] == f"您于 2026 年 3 月 6 日通过热线电话反映的诉求（编号 {number}）收悉。"
    assert [heading for heading, _ in letter.lines if heading] == ["查明的情况", "办理结果", "依据", "下一步和期限"]
    assert letter.body.startswith("您于 2026")
    assert "二、办理结果\n水利局 3 月 8 日晚" in letter.body


def test_what_must_not_stand_in_an_answer(story, cast, question, parts):
    answer = drafted(
        cast, question, done="绝对不会再停水，不归我局管的部分请自行解决，会议纪要已发。", basis="有关规定"
    )
    codes = [w.code for w in queries.check(answer)]
    assert codes == ["vague_basis", "absolute", "shirking", "internal"]
    with pytest.raises(NeedsReason, match="还有 4 处提示"):
        answers.submit(answer=answer, by=cast.viewer("黄志强"))
    answers.save_draft(answer=answer, done="请打住户电话 13800138000 确认。", by=cast.viewer("黄志强"))
    with pytest.raises(PrivacyFound, match="“办理结果”里有手机号"):
        answers.submit(answer=answer, override_reason="照发", by=cast.viewer("黄志强"))
    answers.save_draft(answer=answer, contact="值班手机 13800138000", **_rest(), by=cast.viewer("黄志强"))
    assert queries.check(answer) == []
    assert Answer.objects.get(pk=answer.pk).state == "draft"


def _rest():
    return {name: text for name, text in GOOD.items() if name != "contact"}


def test_half_solved_needs_a_next_step_with_a_day(story, cast, question, parts):
    answer = drafted(cast, question, closing="partly", next_steps="以后再看")
    assert [w.code for w in queries.check(answer)] == ["no_day"]
    answers.save_draft(answer=answer, next_steps="", by=cast.viewer("黄志强"))
    assert [w.code for w in queries.check(answer)] == ["missing_next_steps"]


def test_the_leader_sends_back_and_then_signs(story, cast, question, parts):
    answer = drafted(cast, question)
    leader, huang = cast.viewer("陆局长"), cast.viewer("黄志强")
    with pytest.raises(NotSubmitted):
        answers.sign(answer=answer, by=leader)
    answers.submit(answer=answer, by=huang)
    assert queries.to_sign(leader).count() == 1
    with pytest.raises(NotDraft, match="已经送签"):
        answers.save_draft(answer=answer, done="偷偷改", by=huang)
    with pytest.raises(NotAllowed):
        answers.sign(answer=answer, by=huang)
    with pytest.raises(BadInput, match="理由"):
        answers.send_back(answer=answer, reason=" ", by=leader)
    answers.send_back(answer=answer, reason="写明送水点在哪里", by=leader)
    assert (answer.state, answer.redo_count, answer.redo_reason) == ("draft", 1, "写明送水点在哪里")
    answers.submit(answer=answer, by=huang)
    answers.sign(answer=answer, by=leader)
    assert verbs(answer) == [
        "answer.begun",
        "answer.submitted",
        "answer.sent_back",
        "answer.submitted",
        "answer.signed",
    ]


def test_signing_answers_every_asker_with_her_own_words(story, cast, question, parts):
    first, second = (Case.objects.get(pk=c.pk) for c in story.cases[:2])
    answer = drafted(cast, question)
    answers.set_case_words(answer=answer, case=first, words="您家六楼的增压泵已单独检修。", by=cast.viewer("黄志强"))
    with pytest.raises(NotAMember):
        answers.set_case_words(answer=answer, case=story.call("路灯不亮"), words="?", by=cast.viewer("黄志强"))
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    answers.sign(answer=answer, by=cast.viewer("陆局长"))
    assert Reply.objects.filter(answer=answer).count() == 5
    mine, other = queries.replies_for_case(first)[0], queries.replies_for_case(second)[0]
    assert mine.greeting == "韦大一，您好："
    assert "三、关于您反映的具体情况\n您家六楼的增压泵已单独检修。" in mine.body
    assert "增压泵" not in other.body
    assert first.number in mine.body
    assert (mine.unit, str(mine.on)) == ("云岭区水利局", "2026-03-06")
    assert queries.replies_for_case(first, cast.viewer("莫刚"))[0].greeting == "韦**，您好："
    for case in Case.objects.filter(pk__in=[c.pk for c in story.cases[:5]]):
        assert (case.state, "case.answered" in verbs(case)) == ("answered", True)
    question.refresh_from_db()
    assert question.state == "answered"
    assert story.baton("水利局").state == "done"
    assert (figure("answered"), figure("answered", cast.units["水利局"])) == (5, 5)
    assert figure("batons_open") == 0
    assert deferred("invite_verdicts") == [{"answer_id": answer.pk}]


def test_notices_go_out_once_and_only_to_those_who_want_them(story, cast, on_friday):
    quiet = story.call("不用回复我，修好就行", reply_wanted=False)
    mail = story.call("停水三天了", email="wei@example.org")
    question = story.question_of([quiet, mail, story.call("晚上没水")])
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    answer = signed(cast, question)
    told = Message.objects.filter(dedupe_key__startswith="answered:")
    assert {m.about_id for m in told} == {c.pk for c in story.cases} - {quiet.pk}
    letter = told.get(about_id=mail.pk)
    assert (letter.channel, letter.subject) == ("email", f"您反映的诉求 {mail.number} 有答复了")
    assert "/t/" in letter.body
    assert mail.body not in letter.body
    assert Reply.objects.filter(case=quiet).exists()  # it stands on her tracking page
    with pytest.raises(Raced):
        answers.sign(answer=answer, by=cast.viewer("陆局长"))
    assert Message.objects.filter(dedupe_key__startswith="answered:").count() == 2


def test_a_latecomer_gets_the_answer_that_was_signed(story, cast, question, parts):
    answer = signed(cast, question)
    late = story.call("我家也停水")
    questions.join(case_ids=[late.pk], question=question, by=cast.viewer("韦晓梅"), reason="同一件事")
    assert deferred("reply_latecomers") == [{"question_id": question.pk}]
    assert answers.reply_latecomers(question_id=question.pk) == 1
    late.refresh_from_db()
    assert (late.state, late.holder.short_name) == ("answered", "水利局")
    assert late.number in queries.replies_for_case(late)[0].body
    assert answers.reply_latecomers(question_id=question.pk) == 0
    assert Reply.objects.filter(answer=answer).count() == 6


def test_a_single_case_is_answered_the_same_way(story, cast, on_friday):
    case = story.call(title="六楼没水")
    with pytest.raises(NoLead):
        answers.compose(case=case, by=cast.viewer("黄志强"))
    story.dispatch(case=case, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    answer = answers.compose(case=case, by=cast.viewer("黄志强"))
    answers.save_draft(answer=answer, by=cast.viewer("黄志强"), **GOOD)
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    answers.sign(answer=answer, by=cast.viewer("陆局长"))
    case.refresh_from_db()
    assert (case.state, Reply.objects.get(case=case).answer_id) == ("answered", answer.pk)


def test_the_second_round_answers_only_those_who_came_back(story, cast, question, parts):
    signed(cast, question)
    unhappy = Case.objects.get(pk=story.cases[0].pk)
    relay.reopen_to_last_holder(case=unhappy, by=cast.viewer("覃红"), why="not_solved")
    story.accept("水利局", "梁工")
    second = signed(cast, question, done="3 月 9 日更换了整段老旧管道，晚高峰水压已恢复正常。")
    assert second.round == 2
    assert list(Reply.objects.filter(answer=second).values_list("case_id", flat=True)) == [unhappy.pk]
    assert [r.round for r in queries.replies_for_case(unhappy)] == [2, 1]


def test_a_draft_follows_the_matter_to_another_unit(story, cast, question, parts):
    answer = drafted(cast, question)
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    chief = cast.viewer("韦晓梅")
    relay.redispatch(baton=story.baton("水利局"), to_unit_id=cast.units["供电局"].pk, reason="停电引起的停水", by=chief)
    with pytest.raises(Raced):
        answers.sign(answer=answer, by=cast.viewer("陆局长"))
    story.accept("供电局", "农志明")
    taken = answers.compose(question=question, by=cast.viewer("农志明"))
    assert (taken.pk, taken.lead.short_name, taken.state) == (answer.pk, "供电局", "draft")


def test_withdrawn_members_get_nothing(story, cast, question, parts):
    gone = Case.objects.get(pk=story.cases[0].pk)
    cases.withdraw(case=gone, by=cast.viewer("李小英"))
    signed(cast, question)
    assert not Reply.objects.filter(case=gone).exists()
    assert Reply.objects.count() == 4


def test_who_may_read_an_answer_in_the_making(story, cast, question, parts):
    answer = drafted(cast, question)
    for name in ("黄志强", "覃丽", "韦晓梅", "莫刚"):
        assert queries.answer_for(cast.viewer(name), answer.pk) == answer
    for name in ("农志明", "赵工", "周审"):
        with pytest.raises(NotVisible):
            queries.answer_for(cast.viewer(name), answer.pk)
    page, rows = queries.receivers(cast.viewer("黄志强"), answer)
    assert [row.name for row in rows][:2] == ["韦**", "陆**"]
    assert page.next_cursor == ""


def test_strangers_read_what_all_share_once_it_is_cleared(story, cast, question, parts):
    answer = drafted(cast, question)
    answers.set_case_words(
        answer=answer, case=Case.objects.get(pk=story.cases[0].pk), words="六楼单独检修", by=cast.viewer("黄志强")
    )
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    answers.sign(answer=answer, by=cast.viewer("陆局长"))
    question.refresh_from_db()
    assert queries.public_answers(question) == []
    questions.clear_for_public(question=question, public_title="幸福路晚上停水", by=cast.viewer("韦晓梅"))
    question.refresh_from_db()
    [public] = queries.public_answers(question)
    assert "漏水" in public.body
    assert "六楼" not in public.body


def test_signing_costs_the_same_per_five_hundred(story, cast, on_friday, django_assert_max_num_queries):
    question = story.question(12)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    answer = drafted(cast, question)
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    with django_assert_max_num_queries(70):
        answers.sign(answer=answer, by=cast.viewer("陆局长"))
