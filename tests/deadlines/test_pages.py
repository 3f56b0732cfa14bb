"""Calendar, rules and the paper of one date, through the pages that people use."""

from datetime import datetime
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.relay.stories import Story
from tongti.deadlines import actions, queries
from tongti.deadlines.actions import recounting
from tongti.deadlines.models import CalendarNotice, OfficeHours, Recount, Regime, SpecialDay
from tongti.shared import clock
from tongti.units.models import Category
from tongti.units.transfer import sheets

pytestmark = pytest.mark.django_db

NOTICE = {
    "region": "000000",
    "year": "2027",
    "title": "关于2027年部分节假日安排的通知（试）",
    "number": "试〔2026〕1号",
}
LINES = {
    "day_0": "2027-02-05", "until_0": "2027-02-11", "what_0": "放假", "name_0": "春节",
    "day_1": "2027-02-20", "until_1": "", "what_1": "上班", "name_1": "春节调休",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh():
    queries.forget_calendar()
    yield
    queries.forget_calendar()


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.officers["赵工"])
    return client


@pytest.fixture
def winter():
    with time_machine.travel(timezone.make_aware(datetime(2027, 2, 3, 9)), tick=False):
        yield


def test_a_notice_is_typed_looked_at_and_put_in_force(winter, admin, story: Story):
    actions.load_samples()
    lead = story.dispatch(story.question(2))[0]
    answer = admin.post(reverse("desk:calendar_notice_new"), NOTICE | LINES, follow=True)
    page = answer.content.decode()
    assert "2027-02-12" in page
    assert "2027-02-17" in page
    assert "水利局 · 牵头" in page
    assert story.cases[0].body not in page
    notice = CalendarNotice.objects.get()
    answer = admin.post(reverse("desk:calendar_notice_enforce", args=[notice.pk]), follow=True)
    assert "改期 4 条" in answer.content.decode()
    lead.refresh_from_db()
    assert str(lead.due_on) == "2027-02-17"
    # the list of what was affected stays
    listed = admin.get(reverse("desk:recount", args=[Recount.objects.get().pk])).content.decode()
    assert listed.count("水利局 · 牵头") == 4
    assert admin.post(reverse("desk:calendar_notice_enforce", args=[notice.pk])).status_code == 409
    answer = admin.post(reverse("desk:calendar_notice_withdraw", args=[notice.pk]), follow=True)
    assert "已告知诉求人而不提前 1 条" in answer.content.decode()


def test_the_page_of_a_notice_shows_how_far_its_recount_is(winter, admin, story: Story, monkeypatch):
    actions.load_samples()
    story.dispatch(story.question(2))
    monkeypatch.setattr(recounting, "LOT", 1)
    admin.post(reverse("desk:calendar_notice_new"), NOTICE | LINES)
    notice = CalendarNotice.objects.get()
    answer = admin.post(reverse("desk:calendar_notice_enforce", args=[notice.pk]), follow=True)
    address = reverse("desk:calendar_notice", args=[notice.pk])
    assert answer.redirect_chain[-1][0] == address
    page = answer.content.decode()
    for words in ("后台正在一批一批重算", "正在重算", "已看 1 / 4 条", "改期 1，不提前 0", "刷新", "停住了？接着重算"):
        assert words in page
    assert "撤下这份通知" not in page  # not before it is done
    run = Recount.objects.get()
    assert "25%" in admin.get(reverse("desk:calendar")).content.decode()
    pushed = admin.post(reverse("desk:recount_push", args=[run.pk]), follow=True)
    assert "做过的不会再做" in pushed.content.decode()
    refused = admin.post(reverse("desk:recount_new"), {"reason": "防汛停工"})
    assert refused.status_code == 422
    assert "还在重算（25%），做完以后再来" in refused.content.decode()
    actions.continue_recount(recount_id=run.pk)
    page = admin.get(address).content.decode()
    assert "hx-trigger" not in page.split('id="progress"')[1].split(">")[0]
    for words in ("已重算", "看了 4 条", "撤下这份通知", reverse("desk:recount", args=[run.pk])):
        assert words in page


@pytest.mark.parametrize("kind", ["xlsx", "csv", "gbk"])
def test_a_notice_comes_from_a_file(admin, kind: str):
    rows = [["2027-02-05", "2027-02-11", "放假", "春节"]]
    if kind == "xlsx":
        file = SimpleUploadedFile("通知.xlsx", sheets.write("x", ["日期", "至", "安排", "名称"], rows))
    else:
        text = "日期,至,安排,名称\n" + ",".join(rows[0])
        file = SimpleUploadedFile("通知.csv", text.encode("utf-8-sig" if kind == "csv" else "gb18030"))
    admin.post(reverse("desk:calendar_notice_new"), NOTICE | {"file": file})
    assert len(CalendarNotice.objects.get().days) == 7


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day_0": "2027-02-30"}, "第 1 行：“2027-02-30”不是日期"),
        ({"name_1": ""}, "第 2 行：没有写名称"),
        ({"day_0": "", "name_0": "", "until_0": "", "day_1": "", "name_1": ""}, "一天都没有"),
        ({"year": "abc"}, "“年份”请填数字"),
        ({"region": "广西"}, "不是行政区划代码"),
        ({"title": ""}, "请填写“标题”"),
        ({"file": SimpleUploadedFile("a.xlsx", b"nonsense")}, "读不出这个文件"),
        ({"file": SimpleUploadedFile("a.csv", "甲,乙\n1,2".encode())}, "第一行少了这些列"),
    ],
)
def test_a_wrong_notice_says_why_and_keeps_what_was_typed(admin, change, sentence: str):
    answer = admin.post(reverse("desk:calendar_notice_new"), NOTICE | LINES | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="2027-02-20"' in page or change.get("day_1") == ""
    assert not CalendarNotice.objects.exists()


def test_a_local_day_leads_to_the_recount(winter, admin, story: Story):
    actions.load_samples()
    story.dispatch(story.question(1))
    day = {"day": "2027-02-04", "state": "off", "name": "防汛停工", "source": "区政府通知"}
    answer = admin.post(reverse("desk:calendar"), day, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("desk:recount_new")
    assert "水利局 · 牵头" in answer.content.decode()
    assert SpecialDay.objects.count() == 1
    assert admin.post(reverse("desk:recount_new"), {"reason": ""}).status_code == 422
    answer = admin.post(reverse("desk:recount_new"), {"reason": "2 月 4 日防汛停工"}, follow=True)
    assert "已重算" in answer.content.decode()


def test_hours_are_entered_and_taken_out(admin):
    said = {
        "name": "夏季", "since_month": "6", "since_day": "1", "spans": "08:00-12:00 15:00-18:00", "source": "作息通知",
    }  # fmt: skip
    wrong = admin.post(reverse("desk:office_hours"), said | {"spans": "整天"})
    assert wrong.status_code == 422
    assert "时段请写成" in wrong.content.decode()
    admin.post(reverse("desk:office_hours"), said)
    row = OfficeHours.objects.get()
    assert "08:00–12:00" in admin.get(reverse("desk:calendar")).content.decode()
    assert admin.post(reverse("desk:office_hours"), said).status_code == 422
    admin.post(reverse("desk:office_hours_remove", args=[row.pk]))
    assert not OfficeHours.objects.exists()


def test_the_calendar_says_which_years_are_provisional(winter, admin):
    assert "年还有放假通知没有公布或录入" in admin.get(reverse("desk:calendar")).content.decode()


# --- rules ------------------------------------------------------------------------------------------------------


def test_a_trial_shows_winner_dates_and_why_not_the_others(admin):
    actions.load_samples()
    kind = {
        "channel": "phone", "kind": "help", "urgency": "normal", "party": "enterprise", "joint": "yes",
        "received_on": "2026-04-15", "received_at": "10:00",
    }  # fmt: skip
    page = admin.get(reverse("desk:simulate"), kind).content.decode()
    assert "企业诉求（参照泉州）" in page
    assert "2026-04-28" in page
    assert "壮族三月三" in page
    assert "只管紧急程度：紧急" in page
    assert "也适用，优先 0 排在 5 之后" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"received_at": "上午"}, "“收到时间”请写成 09:30"),
        ({"received_on": "2026-02-30"}, "“收到日期”请写成"),
        ({"channel": "carrier-pigeon"}, "“渠道”里没有这一项"),
        ({"dispatched_on": "2026-04-14", "dispatched_at": "10:00"}, "派单不能早于收到"),
    ],
)
def test_a_wrong_trial_says_why(admin, change, sentence: str):
    kind = {
        "channel": "phone", "kind": "help", "urgency": "normal", "party": "person", "joint": "no",
        "received_on": "2026-04-15", "received_at": "10:00",
    }  # fmt: skip
    answer = admin.get(reverse("desk:simulate"), kind | change)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2079-12-31", "9999-12-31"])
def test_a_trial_outside_the_calendar_is_no_crash(admin, day: str):
    kind = {
        "channel": "phone", "kind": "help", "urgency": "normal", "party": "person", "joint": "no",
        "received_on": day, "received_at": "10:00",
    }  # fmt: skip
    answer = admin.get(reverse("desk:simulate"), kind)
    assert answer.status_code == 422
    assert "日历范围" in answer.content.decode()


def test_every_part_of_a_rule_can_be_changed_on_the_page(admin):
    actions.load_samples()
    regime = Regime.objects.get(code="ordinary")
    page = admin.get(reverse("desk:regime_edit", args=[regime.pk]))
    typed = {
        name: value for name, value in _typed(page.context["form"]).items() if value is not None and value is not False
    }
    same = admin.post(reverse("desk:regime_edit", args=[regime.pk]), typed)
    assert same.context["form"].non_field_errors() == ["和现在这一版完全一样，没有另出一版。"], same.context[
        "form"
    ].errors
    typed |= {
        "near_percent_handle": "30", "near_amount_handle": "2", "pauses_handle": ["inspection"], "warns_handle": ["supervisor"],
        "extension_amount": "3", "extension_reasons": ["complex", "works"], "article": "第二十四条", "verified": "on",
        "source_url": "https://example.gov.cn/rule",
    }  # fmt: skip
    answer = admin.post(reverse("desk:regime_edit", args=[regime.pk]), typed, follow=True)
    assert "第 2 版从今天起生效" in answer.content.decode()
    view = queries.view_of(Regime.objects.get(code="ordinary", valid_to=None))
    handle = view.clock("handle")
    assert (handle.near.percent, handle.near.amount, handle.pauses, handle.warns) == (
        30, 2, ("inspection",), ("supervisor",),
    )  # fmt: skip
    assert view.extension is not None
    assert (view.extension.amount, view.extension.reasons) == (3, ("complex", "works"))
    shown = admin.get(answer.redirect_chain[-1][0]).content.decode()
    assert "赵工" in shown
    assert "核对过原文" in shown
    assert "检验、检测、检疫、鉴定或专家评审" in shown
    wrong = admin.post(reverse("desk:regime_edit", args=[regime.pk]), typed | {"source_url": "not an address"})
    assert wrong.status_code == 422


def _typed(form) -> dict[str, object]:
    return {name: form[name].value() for name in form.fields}


def test_a_limit_laid_down_for_the_first_time_has_the_usual_details(admin):
    """Its details are not on the page yet, so the browser sends none: not rolling over is not what was meant."""
    actions.load_samples()
    address = reverse("desk:regime_edit", args=[Regime.objects.get(code="ordinary").pk])
    page = admin.get(address)
    shown = page.content.decode()
    assert 'name="stops_handle"' in shown
    assert 'name="amount_reply"' in shown
    assert 'name="stops_reply"' not in shown
    sent = {
        name: value
        for name, value in _typed(page.context["form"]).items()
        if value is not None and value is not False and f'name="{name}"' in shown
    }
    wrong = admin.post(address, sent | {"amount_reply": "3", "source_url": "not an address"})
    assert wrong.status_code == 422
    # typed once, it has its details on the page, with the usual values
    assert 'name="stops_reply"' in wrong.content.decode()
    assert wrong.context["form"]["roll_over_reply"].value() is True
    admin.post(address, sent | {"amount_reply": "3", "unit_reply": "wd", "starts_reply": "dispatched"})
    view = queries.view_of(Regime.objects.get(code="ordinary", version=2))
    assert view.clock("reply") == queries.ClockView("reply", 3, "wd", stops="answered")
    assert view.clock("handle") == queries.view_of(Regime.objects.get(code="ordinary", version=1)).clock("handle")


def test_categories_are_typed_by_name_and_wrong_ones_are_told(admin):
    actions.load_samples()
    regime = Regime.objects.get(code="ordinary")
    address = reverse("desk:regime_edit", args=[regime.pk])
    form = admin.get(address).context["form"]
    typed = {name: value for name, value in _typed(form).items() if value is not None and value is not False}
    wrong = admin.post(address, typed | {"categories": "供水、飞碟"})
    assert wrong.status_code == 422
    assert "分类目录里没有“飞碟”" in wrong.content.decode()
    assert 'value="供水、飞碟"' in wrong.content.decode()
    admin.post(address, typed | {"categories": "供水"})
    new = Regime.objects.get(code="ordinary", version=2)
    assert new.applies_categories == [Category.objects.get(name="供水").code]
    assert "供水" in admin.get(reverse("desk:regime", args=[new.pk])).content.decode()
    assert 'value="供水"' in admin.get(reverse("desk:regime_edit", args=[new.pk])).content.decode()
    # the trial run asks for it, and says why the rule is not for another
    kind = {
        "channel": "phone", "kind": "help", "urgency": "normal", "party": "person", "joint": "no",
        "received_on": clock.today().isoformat(), "received_at": "10:00",
    }  # fmt: skip
    assert "只管分类：供水" in admin.get(reverse("desk:simulate"), kind).content.decode()
    assert "ordinary/2" in admin.get(reverse("desk:simulate"), kind | {"category": "供水"}).content.decode()
    assert admin.get(reverse("desk:simulate"), kind | {"category": "飞碟"}).status_code == 422


# --- the paper of one date --------------------------------------------------------------------------------------


def test_the_paper_of_a_date_lists_every_day_and_every_clock(client, story: Story, cast: Cast, on_friday):
    actions.load_samples()
    lead = story.dispatch(story.question(1))[0]
    client.force_login(cast.officers["黄志强"])
    page = client.get(reverse("desk:baton_deadline", args=[lead.pk])).content.decode()
    for part in (
        "牵头办理",
        "签收",
        "提出异议",
        "第 5 个工作日",
        "周末，不计",
        "ordinary/1",
        lead.calendar_version,
        "data-print",
    ):
        assert part in page, part
    assert (
        reverse("desk:baton_deadline", args=[lead.pk])
        in client.get(reverse("desk:baton", args=[lead.pk])).content.decode()
    )
    lead.explanation = {}
    lead.save(update_fields=["explanation"])
    assert "没有计算记录" in client.get(reverse("desk:baton_deadline", args=[lead.pk])).content.decode()


def test_a_file_too_large_is_refused(admin):
    big = SimpleUploadedFile("a.csv", BytesIO(b"x" * (5 * 1024 * 1024 + 1)).getvalue())
    answer = admin.post(reverse("desk:calendar_notice_new"), NOTICE | {"file": big})
    assert answer.status_code == 422
    assert "5 MB" in answer.content.decode()


def test_the_paper_of_an_askers_date_and_of_a_questions(client, story: Story, cast: Cast, on_friday):
    actions.load_samples()
    question = story.question(1)
    lead = story.dispatch(question)[0]
    case = question.memberships.get().case
    client.force_login(cast.officers["韦晓梅"])
    for name, pk in (("case", case.pk), ("question", question.pk)):
        page = client.get(reverse(f"desk:{name}_deadline", args=[pk])).content.decode()
        for part in ("第 5 个工作日", "周末，不计", "ordinary/1", lead.calendar_version, "2026-03-13"):
            assert part in page, (name, part)
        assert (
            reverse(f"desk:{name}_deadline", args=[pk])
            in client.get(reverse(f"desk:{name}", args=[pk])).content.decode()
        )


def test_a_date_without_a_record_says_so(client, story: Story, cast: Cast, on_friday):
    case = story.call("没有派单的")
    client.force_login(cast.officers["韦晓梅"])
    page = client.get(reverse("desk:case_deadline", args=[case.pk])).content.decode()
    assert "没有计算记录" in page
