"""The question pages: what dispatchers see and do, what others do not, and what a page costs."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.conftest import RunJobs
from tests.questions.conftest import Register
from tongti.cases import queries as cases
from tongti.cases.models import Case
from tongti.lifting.actions.taking import PeerActor
from tongti.questions import actions, queries
from tongti.questions.models import Membership, Question
from tongti.shared import clock
from tongti.shared.actor import SYSTEM
from tongti.trail import actions as writing
from tongti.trail import queries as trail


@pytest.fixture
def wei(cast: Cast, client: Client) -> Client:
    """韦晓梅, signed in."""
    client.force_login(cast.officers["韦晓梅"])
    return client


@pytest.fixture
def candidate(cast: Cast, water: list[Case], run_jobs: RunJobs) -> Question:
    run_jobs()
    return Question.objects.get()


def at(name: str, **kwargs: int) -> str:
    return reverse(f"desk:{name}", kwargs=kwargs)


def test_from_candidate_to_question_without_script(wei: Client, candidate: Question, cast: Cast) -> None:
    page = wei.get(at("questions") + "?tab=candidate").content.decode()
    assert candidate.title in page
    assert "件待核对" in page
    page = wei.get(at("question", pk=candidate.pk)).content.decode()
    assert "逐条核对" in page
    assert "待核对的诉求" in page
    assert all(row.case.number in page for row in Membership.objects.select_related("case"))
    review = wei.get(at("question_review", pk=candidate.pk)).content.decode()
    assert "<mark>" in review
    assert "系统为什么觉得像" in review
    rows = list(Membership.objects.order_by("-probability", "-pk"))
    answer = wei.post(
        at("question_review", pk=candidate.pk), {"membership": rows[0].pk, "do": "refuse", "note": "别处"}
    )
    assert answer.status_code == 302
    assert Membership.objects.get(pk=rows[0].pk).state == "refused"
    page = wei.get(at("question_set_up", pk=candidate.pk)).content.decode()
    assert candidate.title in page
    answer = wei.post(at("question_set_up", pk=candidate.pk), {"title": "", "membership": [rows[1].pk, rows[2].pk]})
    assert answer.status_code == 422
    assert "请填写“题目”" in answer.content.decode()
    answer = wei.post(
        at("question_set_up", pk=candidate.pk),
        {"title": "幸福路晚上停水", "category": cast.categories["供水"].pk, "membership": [rows[1].pk, rows[2].pk]},
    )
    assert answer.status_code == 302, answer.content.decode()
    candidate.refresh_from_db()
    assert (candidate.state, candidate.case_count, candidate.category_id) == ("set_up", 2, cast.categories["供水"].pk)
    page = wei.get(at("question", pk=candidate.pk)).content.decode()
    assert "人同问" in page
    assert "138****0000" in page or "138****0001" in page
    assert "13800000000" not in page


def test_the_same_proposal_decided_twice_tells_the_second(wei: Client, candidate: Question) -> None:
    row = Membership.objects.order_by("pk")[0]
    wei.post(at("question_review", pk=candidate.pk), {"membership": row.pk, "do": "join"})
    again = wei.post(at("question_review", pk=candidate.pk), {"membership": row.pk, "do": "refuse", "note": "我的话"})
    assert again.status_code == 409
    assert "已被别人处理" in again.content.decode()
    assert "我的话" in again.content.decode()


def test_split_move_remove_and_undo_on_the_arrange_page(wei: Client, candidate: Question, cast: Cast) -> None:
    actions.set_up(question=candidate, title="停水", category_id=None, place_id=None, by=cast.viewer("韦晓梅"))
    ids = list(Membership.objects.order_by("case_id").values_list("case_id", flat=True))
    here = at("question_arrange", pk=candidate.pk)
    refused = wei.post(here, {"do": "split", "mine": ids[:1], "title": "六楼没水", "reason": ""})
    assert refused.status_code == 422
    assert "请填写“理由”" in refused.content.decode()
    assert "checked" in refused.content.decode()
    assert (
        wei.post(here, {"do": "split", "mine": ids[:1], "title": "六楼没水", "reason": "原因不同"}).status_code == 302
    )
    part = Question.objects.get(title="六楼没水")
    page = wei.get(f"{here}?with={part.pk}").content.decode()
    assert "左边整题并到右边" in page
    wei.post(here, {"do": "right", "with": part.pk, "mine": ids[1:2], "reason": "也是六楼"})
    part.refresh_from_db()
    assert part.case_count == 2
    wei.post(here, {"do": "remove", "mine": ids[2:], "reason": "单办"})
    candidate.refresh_from_db()
    assert candidate.case_count == 0
    found = wei.post(here, {"do": "find", "q": "六楼"}).content.decode()
    assert part.number in found
    step = candidate.rearrangements.order_by("-pk")[0]
    assert wei.post(at("question_undo", pk=step.pk), {"back": candidate.pk}).status_code == 302
    candidate.refresh_from_db()
    assert candidate.case_count == 1
    late = wei.post(at("question_undo", pk=step.pk))
    assert late.status_code == 409
    assert "已经撤销过了" in late.content.decode()
    assert trail.verify().holds


@pytest.mark.parametrize(
    ("handling", "note", "wrong"),
    [
        ("A", "马上修", "哪一天办完"),
        ("A", "3 月 20 日前修好", ""),
        ("B", "以后再说吧以后再说吧", "分几步"),
        ("B", "一、4 月立项；二、10 月开工。", ""),
        ("C", "请协调一下这个事情吧", "哪一级"),
        ("C", "请市水利局协调跨区供水管道的改造费用", ""),
        ("D", "不行", "怎样向诉求人解释"),
        ("D", "属于开发商维修责任，依据《物业管理条例》第三十一条，已上门解释。", ""),
        ("", "", ""),
    ],
)
def test_findings_need_what_their_class_needs(
    wei: Client, candidate: Question, cast: Cast, handling: str, note: str, wrong: str
) -> None:
    actions.set_up(question=candidate, title="停水", category_id=None, place_id=None, by=cast.viewer("韦晓梅"))
    typed = {"facts": "主管破裂", "root_cause": "老化", "handling": handling, "handling_note": note}
    answer = wei.post(at("question_findings", pk=candidate.pk), typed)
    assert answer.status_code == (422 if wrong else 302)
    if wrong:
        assert wrong in answer.content.decode()
        assert "主管破裂" in answer.content.decode()
    else:
        assert "主管破裂" in wei.get(at("question", pk=candidate.pk)).content.decode()


@pytest.mark.parametrize(
    "title", ["找韦先生解决停水", "幸福路停水请打13800000000", "幸福路水站阿妹面馆门口停水", "停" * 41, "  "]
)
def test_a_public_title_tells_nobody(
    wei: Client, candidate: Question, cast: Cast, register_case: Register, title: str
) -> None:
    boss = cast.viewer("韦晓梅")
    actions.set_up(question=candidate, title="停水", category_id=None, place_id=None, by=boss)
    shop = register_case("停水", "店里停水", phone="13899999999", asker_name="阿妹面馆", asker_kind="enterprise")
    actions.join(case_ids=[shop.pk], question=candidate, by=boss)
    answer = wei.post(at("question_public", pk=candidate.pk), {"public_title": title, "do": "clear"})
    assert answer.status_code == 422
    candidate.refresh_from_db()
    assert not candidate.is_public
    done = wei.post(at("question_public", pk=candidate.pk), {"public_title": "幸福路一带晚高峰停水", "do": "clear"})
    assert done.status_code == 302
    candidate.refresh_from_db()
    assert candidate.is_public
    wei.post(at("question_public", pk=candidate.pk), {"do": "hide"})
    candidate.refresh_from_db()
    assert not candidate.is_public


def test_cases_are_found_and_joined_by_hand(
    wei: Client, candidate: Question, cast: Cast, register_case: Register
) -> None:
    lamp = register_case("江边村路灯不亮", "路灯坏了")
    page = wei.post(at("question_join", pk=candidate.pk), {"do": "find", "q": f"{lamp.number}，2026-999999-0"})
    assert lamp.number in page.content.decode()
    assert "没有找到这些编号" in page.content.decode()
    page = wei.post(at("question_join", pk=candidate.pk), {"do": "find", "q": "路灯"})
    assert lamp.number in page.content.decode()
    assert wei.post(at("question_join", pk=candidate.pk), {"do": "join", "case": lamp.pk}).status_code == 302
    assert Membership.objects.get(case=lamp).state == "active"
    again = wei.post(at("question_join", pk=candidate.pk), {"do": "join", "case": lamp.pk})
    assert again.status_code == 409
    assert "已经并在别的题里" in again.content.decode()


def test_one_case_finds_its_question(wei: Client, candidate: Question, cast: Cast, register_case: Register) -> None:
    boss = cast.viewer("韦晓梅")
    actions.set_up(question=candidate, title="幸福路晚上停水", category_id=None, place_id=None, by=boss)
    actions.refresh_question(question_id=candidate.pk)
    case = register_case(
        "幸福路又停水", "幸福路今天晚上又停水，自来水公司电话没人接", category_id=cast.categories["供水"].pk
    )
    page = wei.get(at("case_question", pk=case.pk)).content.decode()
    assert candidate.number in page
    assert candidate.number in wei.post(at("case_question", pk=case.pk), {"do": "find", "q": "停水"}).content.decode()
    assert wei.post(at("case_question", pk=case.pk), {"question": candidate.pk}).status_code == 302
    assert wei.get(at("case_question", pk=case.pk)).status_code == 302
    other = register_case("路灯", "路灯不亮")
    made = wei.post(at("question_new"), {"case": [other.pk], "title": "路灯不亮"})
    assert made.status_code == 302
    assert Question.objects.get(title="路灯不亮").case_count == 1
    assert candidate.title in wei.get(reverse("desk:case", kwargs={"pk": case.pk})).content.decode()


def test_dropping_asks_why_and_can_be_undone(wei: Client, candidate: Question) -> None:
    page = wei.post(at("question_edit", pk=candidate.pk), {"do": "drop", "reason": ""})
    assert page.status_code == 422
    assert wei.post(at("question_edit", pk=candidate.pk), {"do": "drop", "reason": "三件不同的事"}).status_code == 302
    candidate.refresh_from_db()
    assert candidate.state == "dropped"
    assert "三件不同的事" in wei.get(at("question", pk=candidate.pk)).content.decode()
    wei.post(at("question_undo", pk=candidate.rearrangements.get().pk))
    candidate.refresh_from_db()
    assert (candidate.state, candidate.proposed_count) == ("candidate", 3)


def test_editing_title_category_and_place(wei: Client, candidate: Question, cast: Cast) -> None:
    new = {"title": "幸福路停水", "category": cast.categories["供水"].pk, "place": cast.regions["幸福社区"].pk}
    assert wei.post(at("question_edit", pk=candidate.pk), new).status_code == 302
    candidate.refresh_from_db()
    assert (candidate.title, candidate.place_id) == ("幸福路停水", cast.regions["幸福社区"].pk)
    assert wei.post(at("question_edit", pk=candidate.pk), {"title": ""}).status_code == 422


@pytest.mark.parametrize("tab", ["all", "candidate", "waiting", "near", "overdue", "answered", "closed", "nonsense"])
@pytest.mark.parametrize("order", ["heat", "due", "age"])
def test_every_tab_and_order(wei: Client, candidate: Question, tab: str, order: str) -> None:
    assert wei.get(at("questions") + f"?tab={tab}&order={order}&after=spoiled").status_code == 200


def test_the_list_is_read_page_by_page(wei: Client, cast: Cast, register_case: Register) -> None:
    for n in range(33):
        actions.make(title=f"第{n}题", case_ids=[register_case(f"事{n}", f"第 {n} 件事").pk], by=cast.viewer("韦晓梅"))
    for order in ("heat", "due", "age"):
        first = wei.get(at("questions") + f"?order={order}")
        seen = {row["pk"] for row in first.context["rows"]}
        rest = wei.get(at("questions") + f"?order={order}&after={first.context['listed'].next_cursor}")
        seen |= {row["pk"] for row in rest.context["rows"]}
        assert len(seen) == 33


def test_pages_cost_the_same_for_three_members_and_for_thirty(
    wei: Client, candidate: Question, cast: Cast, register_case: Register, django_assert_max_num_queries
) -> None:
    boss = cast.viewer("韦晓梅")
    actions.set_up(question=candidate, title="停水", category_id=None, place_id=None, by=boss)
    more = [register_case(f"停水{n}", "停水了", phone=f"1390000{n:04d}").pk for n in range(30)]
    actions.join(case_ids=more, question=candidate, by=boss)
    for name, most in (("question", 36), ("question_arrange", 16), ("question_review", 16)):
        with django_assert_max_num_queries(most):
            assert wei.get(at(name, pk=candidate.pk)).status_code == 200
    with django_assert_max_num_queries(14):
        wei.get(at("questions"))


def test_units_see_what_they_take_part_in(client: Client, cast: Cast, candidate: Question) -> None:
    boss = cast.viewer("韦晓梅")
    actions.set_up(question=candidate, title="停水", category_id=None, place_id=None, by=boss)
    client.force_login(cast.officers["黄志强"])
    assert client.get(at("question", pk=candidate.pk)).status_code == 404
    actions.start_handling(
        question=candidate, lead_id=cast.units["水利局"].pk, unit_ids=[], due_on=clock.today(), by=boss
    )
    page = client.get(at("question", pk=candidate.pk))
    assert page.status_code == 200
    assert "拆分合并" not in page.content.decode()
    assert client.get(at("question_arrange", pk=candidate.pk)).status_code == 404
    typed = {"facts": "主管破裂", "root_cause": "", "handling": "", "handling_note": ""}
    assert client.post(at("question_findings", pk=candidate.pk), typed).status_code == 302
    client.force_login(cast.officers["农志明"])
    assert client.get(at("question", pk=candidate.pk)).status_code == 404
    assert client.post(at("question_findings", pk=candidate.pk), typed).status_code == 404


def test_what_another_deployment_did_is_not_told_of_the_officer_with_the_same_number(
    cast: Cast, candidate: Question, water: list[Case]
) -> None:
    """The trail keeps an id of each kind; 赵工's number as an officer may be a deployment's number as a peer."""
    peer = PeerActor(cast.officers["赵工"].pk)
    writing.record("question.withdrawn", candidate, by=peer)
    told = [m.words + m.detail for m in queries.timeline(cast.viewer("韦晓梅"), candidate)]
    assert any("上下级部署" in words for words in told)
    assert not any("赵工" in words for words in told)
    writing.record("case.withdrawn", water[0], by=peer)
    assert cases.history(water[0])[0].who == "上下级部署"


def test_a_run_of_proposals_is_one_line_of_the_record(cast: Cast, candidate: Question) -> None:
    """The engine proposes one case at a time; the record tells it once, with how many and since when last."""
    writing.record("question.proposed", candidate, by=SYSTEM, facts={"proposed": [1, 2]})
    writing.record("question.proposed", candidate, by=SYSTEM, facts={"proposed": [3]})
    moments = queries.timeline(cast.viewer("韦晓梅"), candidate)
    told = [m for m in moments if m.verb == "question.proposed"]
    events = [e for e in trail.of(candidate) if e.verb == "question.proposed"]
    assert len(events) >= 2
    assert len(told) == 1
    assert told[0].at == events[0].at
    assert f"{sum(len(e.facts['proposed']) for e in events)} 件待核对" in told[0].detail
