"""The pages of a visit online, without script, and what a phone is answered."""

import io
import json
import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.visits.closed import answered, said
from tongti.cases.models import Case
from tongti.verdicts.closing import closing_questions
from tongti.visits.models import Finding, Revisit, Visit, VisitPhoto


def as_(outing, name="谭小勇"):
    client = Client()
    client.force_login(outing.cast.officers[name])
    return client


def hidden(answer):
    """The hidden fields of the page's last form, as a browser would send them."""
    import html

    found = re.findall(
        r'<input type="hidden" name="(delivery|version|base|key)" value="([^"]*)"', answer.content.decode()
    )
    return {name: html.unescape(value) for name, value in found}


def png(colour="green"):
    out = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(out, "PNG")
    return out.getvalue()


def sent(outing, **facts):
    """What the notebook sends."""
    fields = {
        "way": "visit",
        "visited_on": "2026-03-06",
        "note": "见了厂长",
        "facts": "",
        "figures": "",
        "next_visit_on": "",
    }
    draft = {
        "key": str(uuid.uuid4()),
        "delivery": str(uuid.uuid4()),
        "version": 0,
        "base": {},
        "campaign": outing.campaign.pk,
        "firm": outing.sugar.pk,
        "fields": fields | facts.pop("fields", {}),
        "findings": [],
    }
    return draft | facts


def post(client, draft):
    return client.post(reverse("field:send"), json.dumps(draft), content_type="application/json")


@pytest.mark.parametrize(
    ("name", "who", "most"),
    [
        ("field:today", "谭小勇", 24),
        ("field:firm", "谭小勇", 32),
        ("field:visit", "谭小勇", 40),
        ("field:finding", "谭小勇", 20),
        ("desk:campaign", "邓主任", 26),
        ("desk:campaign_progress", "邓主任", 22),
        ("desk:campaign_firms", "邓主任", 18),
        ("desk:campaign_findings", "邓主任", 18),
        ("desk:campaign_goals", "邓主任", 16),
        ("desk:campaign_assign", "邓主任", 22),
        ("desk:visits", "邓主任", 20),
        ("desk:team_new", "邓主任", 18),
    ],
)
def test_pages_cost_a_fixed_number_of_queries(outing, friday, django_assert_max_num_queries, name, who, most):
    visit = outing.plan(friday)
    outing.finding()
    pk = {"firm": outing.sugar.pk, "visit": visit.pk, "finding": visit.pk, "visits": None, "today": None}.get(
        name.partition(":")[2], outing.campaign.pk
    )
    client = as_(outing, who)
    with django_assert_max_num_queries(most):
        assert client.get(reverse(name, kwargs={"pk": pk} if pk else {})).status_code == 200


def test_a_visit_is_planned_noted_and_its_difficulty_registered_without_script(outing, friday):
    client = as_(outing)
    firm = reverse("field:firm", args=[outing.sugar.pk])
    plan = {"campaign": outing.campaign.pk, "day": "2026-03-06", "part": "am", "way": "visit"}
    assert client.post(firm, plan).status_code == 302
    visit = Visit.objects.get()
    page = reverse("field:visit", args=[visit.pk])
    form = hidden(client.get(page)) | {
        "way": "visit",
        "visited_on": "2026-03-06",
        "note": "见了厂长",
        "figure_0_kind": "staff",
        "figure_0_value": "120",
        "figure_0_period": "2 月",
    }
    photo = io.BytesIO(png())
    photo.name = "厂门.png"
    assert client.post(page, form | {"photos": photo}).status_code == 302
    assert (Visit.objects.get().state, VisitPhoto.objects.count()) == ("done", 1)
    found = reverse("field:finding", args=[visit.pk])
    filled = hidden(client.get(found)) | {"words": "厂门口的路坑坑洼洼", "do": "raise"}
    for _ in range(2):
        assert client.post(found, filled).status_code == 302
    assert Case.objects.get().body == "厂门口的路坑坑洼洼"
    shown = client.get(page).content.decode()
    assert Case.objects.get().number in shown
    assert "见了厂长" in shown
    photo_url = reverse("field:photo", args=[visit.pk, VisitPhoto.objects.get().pk])
    assert client.get(photo_url).headers["Cache-Control"] == "private, no-store"


def test_bad_input_comes_back_with_its_sentence_and_what_was_typed(outing, friday):
    client, visit = as_(outing), outing.plan(friday)
    page = reverse("field:visit", args=[visit.pk])
    wrong = hidden(client.get(page)) | {
        "way": "visit",
        "visited_on": "2026-03-30",
        "note": "厂长的话不能丢",
        "figure_0_value": "一百",
    }
    answer = client.post(page, wrong)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "厂长的话不能丢" in text
    assert "请填数字" in text
    answer = client.post(page, wrong | {"figure_0_value": ""})
    assert "走访日期不能晚于今天" in answer.content.decode()
    found = reverse("field:finding", args=[visit.pk])
    answer = client.post(
        found, hidden(client.get(found)) | {"words": "要改线路", "handling": "C", "matter": "改线路", "do": "note"}
    )
    assert answer.status_code == 422
    assert "请选提请哪一级" in answer.content.decode()
    answer = client.post(found, hidden(client.get(found)) | {"words": "要改线路", "handling": "B", "do": "raise"})
    assert "请写步骤和日期" in answer.content.decode()
    assert Finding.objects.count() == 0


def test_the_guards_sentence_stands_on_the_page(outing, friday):
    client = as_(outing)
    for days in (3, 4):
        outing.plan(friday + timedelta(days=days))
    firm = reverse("field:firm", args=[outing.sugar.pk])
    answer = client.post(firm, {"campaign": outing.campaign.pk, "day": "2026-03-12", "part": "am", "way": "visit"})
    assert answer.status_code == 422
    assert "第四十八条" in answer.content.decode()
    office = as_(outing, "邓主任")
    plan = {"campaign": outing.campaign.pk, "day": "2026-03-12", "part": "am", "way": "visit", "overrule": "企业请求"}
    assert office.post(firm, plan | {"officer": outing.cast.officers["谭小勇"].pk}).status_code == 302
    assert Visit.objects.latest("pk").overrule_reason == "企业请求"


def test_two_who_wrote_are_shown_side_by_side_and_the_person_chooses(outing, friday):
    client, visit = as_(outing), outing.plan(friday)
    page = reverse("field:visit", args=[visit.pk])
    mine = hidden(client.get(page)) | {"way": "visit", "visited_on": "2026-03-06", "note": "厂长说水费高", "facts": ""}
    visit.refresh_from_db()
    outing.save(outing.sent(visit, note="厂长说电费高", facts="在建二期"), by="邓主任")
    answer = client.post(page, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "厂长说水费高" in text
    assert "厂长说电费高" in text
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)) | hidden(answer)
    assert client.post(page, again | {"pick_note": "mine"}).status_code == 302
    visit.refresh_from_db()
    # hers where she chose it, the other's where only the other had written
    assert (visit.note, visit.facts) == ("厂长说水费高", "在建二期")


def test_a_phone_is_answered_the_same_however_often_it_sends(outing):
    client = as_(outing)
    draft = sent(outing, findings=[{"key": str(uuid.uuid4()), "words": "厂门口的路坑坑洼洼", "at_once": True}])
    first, second = post(client, draft), post(client, draft)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() | {"again": True} == second.json()
    assert first.json()["cases"][0]["number"] == Case.objects.get().number
    photo = {"visit": draft["key"], "key": str(uuid.uuid4())}
    for _ in range(2):
        upload = io.BytesIO(png())
        upload.name = "a.png"
        assert client.post(reverse("field:send_photo"), photo | {"photo": upload}).json() == {"kept": True}
    assert VisitPhoto.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"key": "x"}, "note"),
        ({"fields": {"visited_on": ""}}, "visited_on"),
        ({"fields": {"visited_on": "昨天"}}, "visited_on"),
        ({"fields": {"note": 5}}, "note"),
        ({"fields": {"figures": "staff|今年"}}, "figure_0_value"),
        ({"fields": {"figures": "staff|今年|很多"}}, "figure_0_value"),
        ({"findings": [{"key": str(uuid.uuid4()), "words": ""}]}, "finding_0_words"),
        (
            {"findings": [{"key": str(uuid.uuid4()), "words": "难", "handling": "B", "steps": [{"words": "一"}]}]},
            "finding_0_steps",
        ),
        ({"findings": ["x"]}, "note"),
    ],
)
def test_a_phone_that_sends_nonsense_gets_one_sentence_and_never_a_500(outing, facts, field):
    answer = post(as_(outing), sent(outing, **facts))
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["sentence"]
    assert Visit.objects.count() == 0


def test_what_is_no_draft_at_all_is_refused_in_words(outing):
    client = as_(outing)
    for body in ("", "[]", "nonsense", "5"):
        assert client.post(reverse("field:send"), body, content_type="application/json").status_code == 422
    assert (
        client.post(reverse("field:send_photo"), {"visit": str(uuid.uuid4()), "key": str(uuid.uuid4())}).status_code
        == 404
    )
    assert client.post(reverse("field:send_photo"), {}).status_code == 422


def test_the_panel_answers_the_page_with_a_fragment_and_the_notebook_with_values(outing):
    from tongti.questions.actions import refresh_question
    from tongti.questions.models import Question
    from tongti.shared import clock

    for n, title in enumerate(["工业园路面坑洼，货车难行", "幸福路晚上停水"]):
        question = Question.objects.create(
            number=f"T{n}",
            title=title,
            public_title=title,
            state="handling",
            asker_count=3,
            created_at=clock.now(),
            cleared_at=clock.now(),
        )
        refresh_question(question_id=question.pk)
    client, said = as_(outing), {"words": "工业园路面坑坑洼洼，大货车难行"}
    found = client.post(reverse("field:same"), said).json()["found"]
    assert [one["title"] for one in found] == ["工业园路面坑洼，货车难行"]
    fragment = client.post(reverse("field:same"), said, headers={"HX-Request": "true"}).content.decode()
    assert 'name="question"' in fragment
    assert "3 人同问" in fragment


def test_a_clash_on_the_phone_is_told_with_both_sides(outing, friday):
    visit = outing.plan(friday)
    base = {"way": "visit", "visited_on": "", "note": "", "facts": "", "figures": "", "next_visit_on": ""}
    outing.save(outing.sent(visit, note="厂长说电费高"), by="邓主任")
    draft = sent(outing, key=str(visit.key), version=1, base=base, fields={"note": "厂长说水费高"})
    answer = post(as_(outing), draft)
    assert answer.status_code == 409
    said = answer.json()
    assert [(c["name"], c["mine"], c["theirs"]) for c in said["clashes"]] == [("note", "厂长说水费高", "厂长说电费高")]
    assert (said["who"], said["version"], said["settled"]["visited_on"]) == ("邓主任", 2, "2026-03-06")


def test_the_key_is_hers_alone_always_the_same_and_asked_for_on_the_trail(outing):
    tan, lu = as_(outing), as_(outing, "卢芳")
    first, again, other = (client.post(reverse("field:key")) for client in (tan, tan, lu))
    assert first.json()["key"] == again.json()["key"] != other.json()["key"]
    assert "no-store" in first.headers["Cache-Control"]
    from tongti.trail.models import Event

    assert Event.objects.filter(verb="officer.notebook_opened").count() == 3


def test_the_notebook_opens_without_signal_no_longer_than_the_session_lasts(outing, on_friday):
    """Asking who is signed in does not lengthen it."""
    client = as_(outing)
    first = client.get(reverse("field:session")).json()["until"]
    on_friday.shift(timedelta(hours=11))
    assert client.get(reverse("field:session")).json()["until"] == first
    on_friday.shift(timedelta(hours=2))
    assert client.get(reverse("field:session")).status_code == 302


def test_the_shell_is_the_same_for_everybody_and_names_nobody(outing):
    signed_in, stranger = as_(outing), Client()
    page = reverse("field:app")
    assert signed_in.get(page).content == stranger.get(page).content
    assert "谭小勇" not in signed_in.get(page).content.decode()
    worker = stranger.get(reverse("field:worker"))
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert signed_in.get(reverse("field:worker")).content == worker.content
    kept = json.loads(re.search(r"const FILES = (\[.*?\]);", worker.content.decode()).group(1))
    assert kept[0] == page
    assert all(url.startswith(("/static/", page)) for url in kept)
    about = stranger.get(reverse("field:manifest")).json()
    assert (about["start_url"], about["scope"]) == (page, "/field/")


def test_the_office_makes_a_campaign_on_its_pages(outing):
    office = as_(outing, "邓主任")
    draft = {
        "name": "夏季调研",
        "starts_on": "2026-07-01",
        "ends_on": "2026-06-01",
        "monthly_cap": "2",
        "line_1": "用工",
    }
    answer = office.post(reverse("desk:campaign_new"), draft)
    assert answer.status_code == 422
    assert "结束日期不能早于开始日期" in answer.content.decode()
    assert office.post(reverse("desk:campaign_new"), draft | {"ends_on": "2026-08-01"}).status_code == 302
    goals = reverse("desk:campaign_goals", args=[outing.campaign.pk])
    answer = office.post(goals, {"up_1_name": "规上工业增加值"})
    assert answer.status_code == 422
    assert "出自哪份文件" in answer.content.decode()
    assert office.post(goals, {"up_1_name": "规上工业增加值", "up_1_source": "区政府〔2026〕3 号"}).status_code == 302
    assert "规上工业增加值" in office.get(reverse("desk:campaign", args=[outing.campaign.pk])).content.decode()
    tan = outing.cast.officers["谭小勇"].pk
    assign = reverse("desk:campaign_assign", args=[outing.campaign.pk])
    assert office.post(assign, {"officer": tan, "wanted": "1"}).status_code == 422
    assert (
        office.post(
            reverse("desk:team", args=[outing.teams["卢芳"].pk]), {"name": "谭小勇组", "kind": "group"}
        ).status_code
        == 422
    )


def test_the_dispatcher_reads_that_an_officer_named_the_question(outing, story):
    question = story.question(2)
    outing.finding("晚上停水，冷却塔没有水", shared=True, question_id=question.pk)
    page = as_(outing, "韦晓梅").get(reverse("desk:question_review", args=[question.pk])).content.decode()
    assert "走访员听到后提的" in page
    assert "把握" not in page


def test_visits_stand_on_the_firms_page(outing, friday):
    outing.plan(friday)
    outing.finding()
    page = reverse("desk:firm", args=[outing.sugar.pk])
    for name in ("谭小勇", "何区长"):
        text = as_(outing, name).get(page).content.decode()
        assert "难题 1 个，登记 1 件" in text
    assert "约走访" not in text


def test_revisits_and_links_are_handled_on_their_pages(outing, friday):
    client = as_(outing)
    finding = outing.finding()
    new = reverse("field:revisit_new", args=[finding.case_id])
    assert client.post(new, {"day": "2026-03-01"}).status_code == 422
    assert client.post(new, {"day": "2026-03-20"}).status_code == 302
    assert client.post(new, {"day": "2026-03-20"}).status_code == 422
    done = reverse("field:revisit", args=[Revisit.objects.get().pk])
    assert client.post(done, {"result": "not"}).status_code == 422
    assert client.post(done, {"result": "not", "words": "只修了一半"}).status_code == 302
    assert "只修了一半" in client.get(done).content.decode()
    again = outing.finding("厂门口那条路还是坑坑洼洼，大货车进不来，原料要转运", at_once=False)
    client.post(reverse("field:raise", args=[again.pk]))
    again.refresh_from_db()
    assert again.earlier == finding.case
    page = reverse("field:visit", args=[again.visit_id])
    assert "像是同一个难题" in client.get(page).content.decode()
    assert client.post(reverse("field:alike", args=[again.pk])).status_code == 302
    again.refresh_from_db()
    assert (again.earlier_state, again.case.repeat_of) == ("confirmed", finding.case)
    assert "又反映了一次" in client.get(page).content.decode()
    case_page = as_(outing, "邓主任").get(reverse("desk:case", args=[again.case_id])).content.decode()
    assert "第 2 次反映，上次 2026-03-06 反映，现在待派单" in case_page
    assert "反复出现的难题" in as_(outing, "邓主任").get(reverse("desk:firm", args=[outing.sugar.pk])).content.decode()
    # what was said binds her; the office may say otherwise
    assert client.post(reverse("field:apart", args=[again.pk])).status_code == 409
    assert as_(outing, "邓主任").post(reverse("field:apart", args=[again.pk]), {"back": "list"}).status_code == 302
    again.refresh_from_db()
    assert again.earlier_state == "refused"


def test_the_firm_dictates_its_four_answers(outing):
    client, case = as_(outing), outing.finding().case
    page = reverse("field:closing", args=[case.pk])
    assert "记四问" not in client.get(reverse("field:firm", args=[outing.sugar.pk])).content.decode()
    answered(outing, case)
    assert page in client.get(reverse("field:firm", args=[outing.sugar.pk])).content.decode()
    text = client.get(page).content.decode()
    for words in closing_questions().questions.values():
        assert words in text
    told = {"speaker": "厂长", "contacted": "yes", "solved": "yes", "satisfied": "very", "answered": "yes"}
    missing = client.post(page, told)
    assert missing.status_code == 422
    assert "请填写“企业自己的话”。" in missing.content.decode()
    assert client.post(page, told | {"words": "车能进来了"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.closing) == ("closed", "solved")
    shown = as_(outing, "邓主任").get(reverse("desk:case", args=[case.pk])).content.decode()
    for words in ("答复了", "厂长说的", "谭小勇记", "车能进来了"):
        assert words in shown
    again = client.post(page, told | {"words": "再说一次"})
    assert (again.status_code, "已经评价过了" in again.content.decode()) == (422, True)


def test_the_office_fills_in_the_rule_and_sees_what_is_late(outing, on_friday):
    office, tan = as_(outing, "邓主任"), as_(outing)
    case = outing.finding(handling="A", promised_on=date(2026, 3, 31)).case
    said(outing, case)
    rules = reverse("desk:revisit_rules")
    assert tan.get(rules).status_code == 404
    assert office.post(rules, {"days_A": "30"}).status_code == 422
    assert office.post(rules, {"days_A": "三十", "source_A": "某文"}).status_code == 422
    assert office.post(rules, {"days_A": "30", "source_A": "云企服办〔2026〕3 号"}).status_code == 302
    on_friday.shift(timedelta(days=31))
    office = as_(outing, "邓主任")
    assert office.post(reverse("desk:revisits_plan")).status_code == 302
    on_friday.shift(timedelta(days=1))
    office, tan = as_(outing, "邓主任"), as_(outing)
    late = office.get(reverse("desk:revisits"), {"tab": "late"}).content.decode()
    for words in (case.number, "过了计划日期", "谭小勇", "办结后 30 天", "云企服办〔2026〕3 号"):
        assert words in late
    assert "往期问题回访" in office.get(reverse("desk:home")).content.decode()
    row = Revisit.objects.get()
    who = reverse("desk:revisit_assign", args=[row.pk])
    assert office.post(who, {"officer": ""}).status_code == 422
    assert office.post(who, {"officer": str(outing.cast.officers["卢芳"].pk)}).status_code == 302
    page = reverse("field:revisit", args=[row.pk])
    assert tan.get(page).status_code == 404
    lu = as_(outing, "卢芳")
    assert lu.post(page, {"result": "back", "how": "again", "words": ""}).status_code == 422
    assert lu.post(page, {"result": "back", "how": "new", "words": "又塌了"}).status_code == 302
    row.refresh_from_db()
    done = office.get(reverse("desk:revisits"), {"tab": "done"}).content.decode()
    assert row.opened.number in done
    assert "又出现了" in done


def test_everybody_of_a_working_group_can_be_put_in_it(outing):
    office = as_(outing, "邓主任")
    team = outing.teams["谭小勇"]
    leader, handler = outing.cast.officers["何区长"], outing.cast.officers["黄志强"]
    page = reverse("desk:team", args=[team.pk])
    form = {"name": team.name, "kind": "group", "leader": str(leader.pk), "officers": [str(handler.pk)]}
    assert office.post(page, form).status_code == 302
    team.refresh_from_db()
    assert team.leader == leader
    assert "黄志强" in office.get(reverse("desk:campaign", args=[outing.campaign.pk])).content.decode()
