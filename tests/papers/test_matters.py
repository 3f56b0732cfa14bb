"""Papers on one matter and on the district: who makes and signs them, what they say of whom, and that they stay as they were."""

import json
from datetime import date

import pytest
from django.db import connection

from tests.papers.matters import UNITS, Matters
from tongti.cases import actions as cases
from tongti.papers import actions, queries
from tongti.papers.blocks import Facts, Heading, Paragraph, Table
from tongti.papers.errors import NoCode, NothingToWriteAbout, NumberInForce
from tongti.papers.models import Paper, PaperSeries
from tongti.relay.models import Baton
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.supervision import actions as supervision
from tongti.trail import queries as trail


@pytest.fixture
def matters(story, on_friday):
    """Five callers of one question, 水利局 has signed for it; the offices have set up their papers."""
    question = story.question()
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    matters = Matters(story, question)
    matters.set_up()
    return matters


def text_of(paper, *, named=False):
    sheet = queries.sheet_of(paper, named=named)
    found = [sheet.addressee]
    for block in sheet.body:
        match block:
            case Heading() | Paragraph():
                found.append(block.text)
            case Facts():
                found += [f"{name}：{value}" for name, value in block.rows]
            case Table():
                found += ["｜".join(cells) for cells in (block.heads, *block.rows)]
    return "\n".join(found)


def verbs(paper):
    return [event.verb for event in trail.of(paper)][::-1]


def test_every_kind_is_drafted_signed_and_numbered_in_its_series(matters):
    drafts = matters.every()
    assert {paper.state for paper in drafts.values()} == {"draft"}
    signed = {kind: matters.sign(paper) for kind, paper in drafts.items()}
    numbers = {kind: paper.number for kind, paper in signed.items()}
    assert numbers["opinion"] == "云水答〔2026〕1号"
    assert numbers["monthly"] == "云热报〔2026〕1号"
    assert numbers["supervised"] == "督〔2026〕1号"  # the number that the item got, no second one
    assert len(set(numbers.values())) == len(drafts)
    assert PaperSeries.objects.count() == len(drafts) - 1
    assert verbs(signed["special"]) == ["paper.made", "paper.worded", "paper.signed"]
    assert all(queries.is_intact(paper) for paper in Paper.objects.select_related("template"))


def test_the_opinion_is_the_signed_reply_word_by_word_to_its_asker(matters):
    matters.answer()
    case = matters.story.cases[0]
    paper = matters.make("opinion", case)
    body = case.replies.get().body
    assert [line for line in body.split("\n") if line.strip()] == text_of(paper).split("\n")[1:]
    assert "请求复查" in text_of(paper)
    assert text_of(paper).startswith("韦**，您好")
    assert text_of(paper, named=True).startswith("韦大一，您好")


def test_what_points_at_a_person_is_ciphertext_and_opens_only_with_a_reason(matters):
    case = matters.story.cases[0]
    paper = matters.make("accepted", case)
    assert json.loads(paper.private)["name"] == "韦大一"
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM papers_paper p")
        (row,) = cursor.fetchone()
    assert "韦大一" not in row
    huang = matters.viewer("黄志强")
    case.refresh_from_db()
    assert not queries.sees_names(huang, paper)
    cases.reveal_asker(case=case, reason="寄送受理告知书", by=huang)
    assert queries.sees_names(huang, paper)
    assert not queries.sees_names(matters.viewer("陆局长"), paper)  # her own reason, her own while
    actions.note_taken(paper=paper, form="docx", named=True, by=huang)
    assert trail.of(paper)[0].facts == {"form": "docx", "state": "draft", "named": True}


def test_units_read_a_masked_asker_and_none_where_she_asked_for_that(matters):
    known = matters.story.call("水压低，请打 13912345678")
    hidden = matters.story.call("六楼没水", hide_identity=True)
    text = text_of(matters.make("order", known))
    assert "诉求人：黄**" in text
    assert "请打 ***********" in text
    assert "诉求人：要求隐名" in text_of(matters.make("order", hidden))


def test_papers_stay_as_they_were_while_the_matter_goes_on(matters):
    case = matters.story.cases[0]
    paper = matters.make("accepted", case)
    before = text_of(paper)
    matters.extend()
    assert text_of(queries.paper_for(matters.viewer("黄志强"), paper.pk)) == before
    paper = actions.retake_paper(paper=paper, by=matters.viewer("黄志强"))
    assert "2026年3月20日" in text_of(paper)
    assert verbs(paper)[-1] == "paper.retaken"
    # a template that is changed later leaves it alone
    signed = matters.sign(paper)
    look = actions.TemplateDraft(head="水利局", code="水")
    actions.change_template(kind="accepted", draft=look, unit=signed.unit, by=matters.viewer("陆局长"))
    again = queries.paper_for(matters.viewer("黄志强"), signed.pk)
    assert (again.template.version, queries.sheet_of(again).head) == (1, "云岭区水利局")


def test_the_extension_tells_the_class_of_reason_and_both_dates(matters):
    case = matters.story.cases[0]
    with pytest.raises(NothingToWriteAbout, match="没有批准过的延期"):
        matters.make("extended", case)
    matters.extend()
    text = text_of(matters.make("extended", case))
    assert "因需要施工或采购" in text
    assert "办理期限延长到2026年3月20日" in text
    assert "占道" not in text


def test_the_order_of_supervision_says_why_the_way_so_far_and_what_follows(matters):
    item = matters.press()
    text = text_of(matters.make("supervised", item))
    for words in (
        "临期没有联系",
        "催办：2026年3月6日　请抓紧联系诉求人",
        "牵头单位：云岭区水利局，2026年3月6日派单",
        "走下一步：通报",
    ):
        assert words in text
    assert "韦大一" not in text


def test_the_number_of_an_item_is_in_force_on_one_paper_at_a_time(matters):
    item = matters.press()
    first, second = matters.make("supervised", item), matters.make("supervised", item)
    matters.sign(first)
    with pytest.raises(NumberInForce, match="督〔2026〕1号"):
        matters.sign(second)
    actions.void_paper(paper=first, reason="写错了期限", by=matters.viewer("莫刚"))
    assert matters.sign(second).number == "督〔2026〕1号"


def test_an_assignment_carries_what_the_leader_said(matters):
    supervision.instruct(
        question=matters.question, words="请水利局三日内查明原因", due_on=date(2026, 3, 10), by=matters.viewer("何区长")
    )
    text = text_of(matters.make("assigned", matters.story.baton("水利局")))
    assert "领导批示：何区长：请水利局三日内查明原因" in text
    assert "派单依据：供水保障和管网漏损，《城市供水条例》第七条" in text
    assert "反映人：5人（家）" in text


def test_rates_come_with_two_numbers_and_a_unit_without_cases_says_so(matters):
    matters.answer()
    asked = {"since": date(2026, 3, 1), "until": date(2026, 3, 6)}
    plain = text_of(matters.make("circular", scope="plain", **asked))
    assert "水利局｜5｜100.0%（5/5）｜无评价" in plain
    assert "位次" not in plain
    ranked = text_of(matters.make("circular", scope="ranked", **asked))
    assert "1｜水利局｜5" in ranked
    month = text_of(matters.make("monthly", **asked))
    assert "共收到诉求5件" in month
    assert "去年同期没有数据" in month
    assert "临江镇幸福路一带晚高峰停水｜5" in month
    with pytest.raises(BadInput, match="从当月 1 日开始"):
        matters.make("monthly", since=date(2026, 3, 2), until=date(2026, 3, 6))


def test_a_special_report_waits_for_a_persons_advice(matters):
    paper = matters.make("special", matters.question)
    text = text_of(paper)
    assert "共5人（家）同问" in text
    assert "（建议，待填写）" in text
    with pytest.raises(Exception, match="建议"):
        actions.sign_paper(paper=paper, version=paper.version, by=matters.viewer("莫刚"))


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("order", "黄志强"), ("order", "农志明"), ("accepted", "农志明"), ("assigned", "黄志强"), ("supervised", "陆局长"),
        ("opinion", "李小英"), ("monthly", "陆局长"), ("special", "黄志强"), ("circular", "韦晓梅"),
    ],
)  # fmt: skip
def test_only_who_may_drafts(matters, kind, who):
    item = matters.press()
    matters.answer()
    subjects = {"assigned": matters.story.baton("水利局"), "supervised": item, "special": matters.question}
    subject = None if kind in ("monthly", "circular") else subjects.get(kind, matters.story.cases[0])
    days = {} if subject else {"since": date(2026, 3, 1), "until": date(2026, 3, 6)}
    with pytest.raises((NotAllowed, NotVisible)):
        matters.make(kind, subject, by=who, scope="plain" if kind == "circular" else "", **days)
    assert Paper.objects.count() == 0


def test_whoever_drafts_for_the_unit_does_not_sign_for_it_and_drafts_to_a_unit_stay_inside(matters):
    matters.answer()
    opinion = matters.make("opinion", matters.story.cases[0])
    with pytest.raises(NotAllowed):
        matters.sign(opinion, by="黄志强")
    baton = Baton.objects.get(role="lead")
    assigned = matters.make("assigned", baton)
    with pytest.raises(NotVisible):
        queries.paper_for(matters.viewer("黄志强"), assigned.pk)
    matters.sign(assigned)
    assert queries.paper_for(matters.viewer("黄志强"), assigned.pk).number == "云热交〔2026〕1号"
    with pytest.raises(NotVisible):
        queries.paper_for(matters.viewer("农志明"), assigned.pk)
    with pytest.raises(NotVisible):
        queries.paper_for(matters.viewer("赵工"), opinion.pk)


def test_a_unit_without_a_code_of_its_own_gives_no_number(matters):
    matters.answer()
    water = matters.story.cast.units["水利局"]
    blank = actions.TemplateDraft(head=water.name)
    actions.change_template(kind="opinion", draft=blank, unit=water, by=matters.viewer("陆局长"))
    paper = matters.make("opinion", matters.story.cases[0])
    with pytest.raises(NoCode):
        matters.sign(paper)
    with pytest.raises(NotAllowed):
        actions.change_template(kind="opinion", draft=blank, unit=water, by=matters.viewer("黄志强"))
    assert [look.unit for look in queries.looks_for(matters.viewer("陆局长"))] == [water] * len(UNITS)


def test_the_page_of_a_matter_offers_and_lists_its_papers(matters, client):
    case = matters.story.cases[0]
    client.force_login(matters.story.cast.officers["黄志强"])
    page = f"/desk/papers/of/case/{case.pk}/"
    assert "受理告知" in client.get(page).content.decode()
    refused = client.post(page, {"kind": "opinion"})
    assert (refused.status_code, "还没有签发过答复" in refused.content.decode()) == (422, True)
    assert client.post(page, {"kind": "weekly"}).status_code == 422
    url = client.post(page, {"kind": "accepted"}).headers["Location"]
    shown = client.get(url).content.decode()
    assert "姓名遮着" in shown
    assert "韦大一" not in shown
    assert "签发由有权签发的人做" in shown
    answer = client.post(f"{url}file/", {"as": "pdf"})
    assert answer.content.startswith(b"%PDF")
    client.force_login(matters.story.cast.officers["陆局长"])
    version = Paper.objects.get().version
    assert client.post(url, {"do": "sign", "version": version}).status_code == 302
    assert "云水告〔2026〕1号" in client.get(page).content.decode()
    assert client.get("/desk/papers/of/novel/1/").status_code == 404
    assert client.get("/desk/papers/of/district/0/").status_code == 404
