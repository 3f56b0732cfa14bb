"""Around the relay in a browser: more time, 挂账 and back, a clock that stands, absence and stand-in, 会商, 销号.

Every page is seen at desk width and on a phone of 360 px, in one walk.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browser import harness
from tests.browser.harness import sign_in
from tests.relay.conftest import PDF
from tests.verdicts.conftest import reply_of, sign
from tongti.deadlines.actions import load_samples
from tongti.deadlines.models import Clock
from tongti.deadlines.queries import next_working_days
from tongti.outbox.models import Message
from tongti.relay import actions as relay
from tongti.relay.models import Baton, ClockStop, Extension, HandOverSheet, Promise
from tongti.shared import links
from tongti.supervision import actions as supervision
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import StrikeOff, Verdict

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "临江镇幸福路一带晚高峰停水"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
PAPER = {"name": "立项批复.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def as_(story, live_server, page):
    def enter(name, where):
        page.context.clear_cookies()
        sign_in(page, story.cast.officers[name], live_server.url)
        page.goto(where)

    return enter


def check(page, label):
    """On the phone and at the desk: it fits, axe finds nothing. From the top, where the sticky bar covers nothing."""
    page.evaluate("() => scrollTo(0, 0)")
    for size, axe in ((PHONE, True), (DESK, False)):
        page.set_viewport_size(size)
        harness.check(page, label, axe=axe)


def see(page, words):
    """The page that answers a click says this."""
    page.get_by_text(words).first.wait_for(state="attached")


def press(page, name):
    page.get_by_role("button", name=name).click()


def day(n):
    """The n-th working day after today, as a date input wants it."""
    return next_working_days(n, since=timezone.localdate() + timedelta(days=1))[-1].isoformat()


@pytest.fixture
def lead(story):
    """水利局 has signed for a question of two askers; its regime knows hearings."""
    load_samples()
    Clock.objects.filter(code="handle").update(pauses=["hearing"])
    story.dispatch(story.question(2), helpers=[], territory_id=None)
    return story.accept("水利局", "黄志强")


def test_more_time_is_asked_for_decided_and_told(lead, page, as_):
    as_("黄志强", f"/desk/batons/{lead.pk}/")
    see(page, "自收到起第 1 天")
    page.get_by_text("来不及，申请延期").click()
    press(page, "申请延期")
    see(page, "请填写“说明”")
    page.get_by_label("延期的原因").select_option("works")
    page.locator("#extend_words").fill("主管要开挖，等占道施工批复")
    page.get_by_label("延到哪一天").fill(day(8))
    check(page, "extension-asked")
    press(page, "申请延期")
    see(page, "批准并告知诉求人之前，期限不变")
    check(page, "baton-asked")

    as_("韦晓梅", "/desk/approvals/")
    check(page, "approvals")
    page.get_by_role("link", name="审批 水利局").click()
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("审批意见").fill("同意，抓紧施工")
    check(page, "approval")
    press(page, "提交审批")
    see(page, "新日期已写进 2 位诉求人的通知")
    assert Extension.objects.get().state == "approved"
    lead.refresh_from_db()
    assert (lead.due_on.isoformat(), Message.objects.count()) == (day(8), 2)


def test_a_promise_stands_on_its_own_ledger_until_its_day(lead, page, as_):
    as_("黄志强", f"/desk/batons/{lead.pk}/")
    page.get_by_text("有客观原因一时办不了，申请挂账").click()
    page.get_by_label("客观原因是哪一类").select_option("project")
    page.get_by_label("客观原因的说明").fill("要立项更换 3 公里主管")
    page.get_by_label("证明客观原因的文件或照片").set_input_files(PAPER)
    page.get_by_label("第 1 步做什么").fill("立项")
    page.get_by_label("第 1 步哪天完成").fill(day(30))
    page.get_by_label("第 2 步做什么").fill("更换主管")
    page.get_by_label("第 2 步哪天完成").fill(day(60))
    page.get_by_label("承诺哪一天办好").fill(day(60))
    check(page, "promise-form")
    press(page, "申请挂账")
    see(page, "等单位以外的人审批")

    as_("韦晓梅", "/desk/approvals/?kind=promise")
    page.get_by_role("link", name="审批 水利局").click()
    see(page, "立项批复.pdf")
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("审批意见").fill("情况属实")
    check(page, "approval-promise")
    press(page, "提交审批")
    see(page, "已同意")

    as_("黄志强", "/desk/promises/")
    check(page, "promises")
    page.get_by_role("link", name=TITLE).click()
    press(page, "第 1 步完成了")
    see(page, "第 1 步已完成")
    check(page, "promised")
    lead.refresh_from_db()
    assert lead.promised_until is not None

    Promise.objects.update(promise_on=timezone.localdate())  # its day has come
    assert relay.promises_come_back() == 1
    as_("覃红", "/desk/promises/?tab=revisit")
    page.get_by_role("link", name=TITLE).click()
    see(page, "到期回到在办")
    press(page, "记下回访")
    see(page, "请选“诉求人说兑现了吗”")
    page.get_by_label("没有兑现").check()
    page.get_by_label("回访记录").fill("主管只换了一半")
    check(page, "promise-revisit")
    press(page, "记下回访")
    see(page, "已记下回访")
    assert Promise.objects.get().kept is False


def test_a_clock_stands_for_a_hearing_and_a_bad_rating_is_weighed(story, lead, page, as_):
    as_("黄志强", f"/desk/batons/{lead.pk}/")
    page.get_by_text("要等听证、检测或第三方意见").click()
    page.get_by_role("link", name="暂停计时").click()
    check(page, "clock")
    page.get_by_label("听证").check()
    page.get_by_label("哪天接着计时").fill(day(3))
    page.get_by_label("说明", exact=True).fill("水价听证会")
    press(page, "看期限怎么变")
    see(page, "确认暂停计时")
    assert not ClockStop.objects.exists()
    check(page, "clock-shift")
    press(page, "确认暂停计时")
    see(page, "已暂停计时，期限顺延到")
    check(page, "baton-paused")
    as_("莫刚", "/desk/wall/")
    see(page, "暂停计时")
    check(page, "wall-paused")
    as_("黄志强", f"/desk/batons/{lead.pk}/")
    page.get_by_role("link", name="接着计时").click()
    check(page, "clock-run")
    press(page, "现在接着计时")
    see(page, "已接着计时")
    assert ClockStop.objects.get().ended_by.name == "黄志强"

    sign(story, question=lead.question)
    case = story.cases[0]
    token = links.verdict_token(reply_of(case).answer_id, case.pk)
    verdicts.give(token=token, contacted=True, solved="partly", satisfied="not", words="水压还是不够")
    as_("覃红", "/desk/")
    page.get_by_role("link", name="不满意的评价，待核实").click()
    check(page, "bad-ratings")
    page.get_by_role("link", name="水压还是不够").click()
    press(page, "记下核实结果")
    see(page, "请填写“核实情况”")
    page.get_by_label("合理", exact=True).check()
    page.get_by_label("核实情况").fill("到现场量过，六楼水压不够")
    check(page, "bad-rating")
    press(page, "记下核实结果")
    see(page, "督办建议里会提出来")
    assert Verdict.objects.get().reasonable is True
    supervision.scan()
    as_("莫刚", "/desk/supervision/")
    see(page, "1 位诉求人评价不满意，核实为合理诉求")


def test_absence_and_stand_in(lead, page, as_):
    as_("黄志强", "/desk/hand-overs/")
    check(page, "hand-overs-empty")
    page.get_by_role("link", name="开交接单").click()
    press(page, "开交接单")
    see(page, "请选“接手人（代办人）”")
    page.get_by_label("离岗代办").check()
    page.get_by_label("接手人（代办人）").select_option(label="梁工")
    page.get_by_label("原因", exact=True).fill("参加培训")
    page.get_by_label("离岗到哪天").fill((timezone.localdate() + timedelta(days=4)).isoformat())
    check(page, "hand-over-new")
    press(page, "开交接单")
    see(page, "双方确认后生效")

    as_("梁工", "/desk/")
    page.get_by_role("link", name="等您确认的交接单").click()
    check(page, "hand-overs")
    page.get_by_role("link", name="黄志强 → 梁工").click()
    check(page, "hand-over-to-confirm")
    press(page, "我接手，确认")
    see(page, "代办中")
    lead.refresh_from_db()
    assert lead.officer.name == "梁工"
    check(page, "hand-over-running")

    as_("黄志强", f"/desk/hand-overs/{HandOverSheet.objects.get().pk}/")
    press(page, "提前回来")
    see(page, "已交回")
    lead.refresh_from_db()
    assert lead.officer.name == "黄志强"


def test_units_are_asked_before_dispatch_and_what_waits_too_long_comes_first(story, page, as_):
    question = story.question(2)
    old = story.call("路口的井盖松了")
    type(old).objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=9))

    as_("韦晓梅", "/desk/")
    assert "过了派单时限，还没有单位接" in page.locator("main tbody tr").first.inner_text()
    check(page, "home")
    page.get_by_role("link", name="过了派单时限，还没有单位接").click()
    check(page, "undispatched")
    page.goto(f"/desk/questions/{question.pk}/dispatch/")
    page.get_by_role("link", name="先会商").click()
    page.get_by_label("要商量什么").fill("3 号井以外的主管归谁管")
    page.get_by_label("水利局", exact=True).check()
    check(page, "consult")
    press(page, "请它们发表意见")
    see(page, "3 号井以外的主管归谁管")

    as_("黄志强", "/desk/")
    page.get_by_role("link", name="请答复的会商").click()
    page.get_by_label("由本单位牵头").check()
    page.get_by_label("说明", exact=True).fill("主管归本局管")
    check(page, "consultation-unit")
    press(page, "提交意见")
    see(page, "意见已送到")

    as_("韦晓梅", f"/desk/questions/{question.pk}/consult/")
    page.get_by_role("link", name="3 号井以外的主管归谁管").click()
    page.get_by_label("商定结果").fill("由水利局牵头")
    press(page, "写明结果")
    see(page, "已写明商定结果")
    see(page, "由水利局牵头")
    check(page, "consultation-settled")
    page.get_by_role("link", name="派单", exact=True).click()
    press(page, "这样派")
    see(page, "已派给")
    assert Baton.objects.filter(question=question, role="lead").exists()


def test_a_finished_matter_is_struck_off_the_ledger(story, lead, page, as_):
    sign(story, question=lead.question)
    for case in story.cases:
        token = links.verdict_token(reply_of(case).answer_id, case.pk)
        verdicts.give(token=token, contacted=True, solved="yes", satisfied="very", words="")
    as_("黄志强", f"/desk/batons/{lead.pk}/")
    page.get_by_text("申请销号").first.click()
    page.get_by_label("完成情况").fill("主管换好，水压正常")
    page.get_by_label("办好了的照片或文件").set_input_files(PAPER)
    check(page, "strike-off-form")
    press(page, "申请销号")
    see(page, "已申请销号")

    as_("莫刚", "/desk/strike-offs/")
    check(page, "strike-offs")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_label("属实，送领导签字").check()
    page.get_by_label("审核意见").fill("看过现场，属实")
    check(page, "strike-off-review")
    press(page, "审核")
    see(page, "已审核")

    as_("何区长", "/desk/strike-offs/")
    page.get_by_role("link", name=TITLE).click()
    check(page, "strike-off-sign")
    press(page, "签字")
    see(page, "已签字销号")
    assert StrikeOff.objects.get().state == "struck"
    page.goto("/desk/ledger/?state=struck")
    see(page, TITLE)
    check(page, "ledger-struck")
