"""A firm follows its difficulty by its link, on a phone: said on a visit, answered, judged in its own words, come back, closed."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.relay.stories import Story
from tests.verdicts.conftest import reply_of, sign
from tests.visits.stories import Outing, make_outing
from tongti.cases.models import Addition, Attachment, Case
from tongti.linkups.models import Listing
from tongti.outbox.models import Message
from tongti.shared import clock, links
from tongti.verdicts.models import Verdict
from tongti.visits.models import Assignment, Campaign, Finding, Revisit

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}


@pytest.fixture
def outing(cast: Any, settings: Any, tmp_path: Path) -> Outing:
    """The campaign of tests/visits, around today: a browser has a clock of its own."""
    settings.MEDIA_ROOT = tmp_path
    outing = make_outing(cast)
    today = clock.today()
    Campaign.objects.update(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=60))
    Assignment.objects.update(visit_by=today + timedelta(days=30))
    outing.campaign.refresh_from_db()
    return outing


def the_officer_enters_it(page: Page, outing: Outing) -> Case:
    """谭小勇 at the firm: one difficulty, one tap."""
    visit = outing.save(outing.sent())
    page.goto(f"/field/visits/{visit.pk}/finding/")
    page.get_by_label("企业的原话").fill("厂门口的路坑坑洼洼，大货车进不来")
    page.get_by_role("button", name="登记为诉求").click()
    page.get_by_text("已登记为诉求").first.wait_for()
    case = Finding.objects.get().case
    assert case is not None
    return case


def link_in_the_notice(case: Case) -> str:
    """What the outbox holds for the firm's contact."""
    body = Message.objects.get(about_id=case.pk, dedupe_key__startswith="visit_case:").body
    assert links.tracking_url(case.pk) in body
    return f"/t/{links.tracking_token(case.pk)}/"


def four(page: Page, *, solved: str, answered: str, satisfied: str, words: str) -> None:
    """The firm ticks and writes."""
    page.get_by_role("group", name="问题有没有解决").get_by_label(solved, exact=True).check()
    page.get_by_role("group", name="诉求有没有答复").get_by_label(answered, exact=True).check()
    page.get_by_role("group", name="责任部门有没有主动对接").get_by_label("主动对接了", exact=True).check()
    page.get_by_role("group", name="企业负责人满不满意").get_by_label(satisfied, exact=True).check()
    page.get_by_label("您自己的话").fill(words)
    page.get_by_role("button", name="提交评价").click()
    page.wait_for_url("**/thanks/")


def test_a_firm_follows_its_difficulty_by_link(outing, open_page, live_server, tmp_path):
    officer = open_page(**PHONE)
    sign_in(officer, outing.cast.officers["谭小勇"], live_server.url)
    case = the_officer_enters_it(officer, outing)
    check(officer, "officer-registered")

    # the firm opens the link of its notice: no account, and no number in the address
    firm = open_page(**PHONE)
    story = Story(outing.cast)
    story.dispatch(case=case, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    firm.goto(link_in_the_notice(case))
    assert firm.url.endswith("/case/")
    expect(firm.get_by_text(case.number).first).to_be_visible()
    expect(firm.get_by_text("水利局").first).to_be_visible()
    check(firm, "firm-in-hand")

    # it adds words and a file
    firm.get_by_role("link", name="补充情况").click()
    firm.get_by_label("内容").or_(firm.locator("textarea")).first.fill("下雨天更难走，昨天陷了一辆车")
    photo = tmp_path / "路.jpg"
    Image.new("RGB", (320, 240), (120, 110, 90)).save(photo, "JPEG")
    firm.locator("input[type=file]").first.set_input_files(str(photo))
    firm.get_by_role("button", name="补充", exact=True).click()
    firm.get_by_text("已经补充").wait_for()
    assert Addition.objects.get(case=case).words.startswith("下雨天")
    assert Attachment.objects.filter(case=case).count() == 1
    check(firm, "firm-added")

    # answered; the first time it is not
    sign(story, case=case)
    firm.goto("/case/")
    expect(firm.get_by_text("更换漏水的管段").first).to_be_visible()
    check(firm, "firm-answered")
    firm.get_by_role("link", name="请您评价").click()
    check(firm, "firm-four")
    firm.get_by_role("button", name="提交评价").click()
    assert firm.title().startswith("错误：")
    expect(firm.get_by_text("请填写“您自己的话：办得怎么样”。").first).to_be_visible()
    check(firm, "firm-four-missing")
    four(firm, solved="没有解决", answered="答复了", satisfied="不满意", words="只垫了碎石，一下雨又是坑")
    check(firm, "firm-thanks-not-solved")
    firm.goto("/case/")
    expect(firm.get_by_text("只垫了碎石").first).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.reopened) == ("handling", 1)
    check(firm, "firm-reopened")

    # done again, and now the firm says so itself
    story.accept("水利局", "黄志强")
    sign(story, case=case)
    firm.goto(f"/v/{links.verdict_token(reply_of(case).answer_id, case.pk)}/")
    four(firm, solved="解决了", answered="答复了", satisfied="满意", words="硬化好了，挂车直接进厂")
    case.refresh_from_db()
    assert (case.state, case.closing) == ("closed", "solved")
    assert Verdict.objects.filter(case=case, way="link").count() == 2
    firm.goto("/case/")
    expect(firm.get_by_text("硬化好了").first).to_be_visible()
    check(firm, "firm-closed")

    # while there it says what else it needs
    firm.get_by_role("link", name="填供需").click()
    check(firm, "firm-supply")
    firm.get_by_label("需求", exact=True).check()
    firm.get_by_label("关于什么").select_option("labour")
    firm.get_by_label("用自己的话说").fill("榨季要三十个装卸工，包住，十一月到三月")
    firm.get_by_role("button", name="交上去").click()
    firm.get_by_text("收到了，谢谢").wait_for()
    check(firm, "firm-supply-sent")
    assert Listing.objects.get().state == "stated"


def test_the_office_looks_at_past_problems_again(outing, open_page, live_server):
    """On an office screen: the rule, what is late, what was found again; on the officer's phone: it came back."""
    office = open_page()
    sign_in(office, outing.cast.officers["邓主任"], live_server.url)
    first, again = outing.finding(), outing.finding("厂门口那条路还是坑坑洼洼，大货车进不来，原料要转运")
    Finding.objects.filter(pk=again.pk).update(
        earlier=first.case, earlier_state="proposed", earlier_reasons=["都说到：厂门口、大货车"]
    )
    tan = outing.cast.officers["谭小勇"]
    Revisit.objects.create(case=first.case, officer=tan, planned_on=clock.today() - timedelta(days=2))
    office.goto("/desk/revisits/rules/")
    check(office, "rules")
    office.get_by_label("A 立行立改：办结后几天").fill("30")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("请填写“出处”").first).to_be_visible()
    check(office, "rules-no-source")
    office.get_by_label("A 立行立改：出处").fill("云企服办〔2026〕3 号")
    office.get_by_role("button", name="保存").click()
    office.wait_for_url("**/desk/revisits/")
    office.goto("/desk/revisits/?tab=late")
    expect(office.get_by_text("过了计划日期").first).to_be_visible()
    check(office, "revisits-late")
    office.goto("/desk/revisits/again/")
    check(office, "found-again")
    office.get_by_role("button", name="是同一个").click()
    office.wait_for_url("**/desk/revisits/again/")
    office.goto(f"/desk/cases/{again.case_id}/")
    expect(office.get_by_text("第 2 次反映").first).to_be_visible()
    check(office, "case-chain")

    phone = open_page(**PHONE)
    sign_in(phone, tan, live_server.url)
    phone.goto("/field/")
    check(phone, "today")
    phone.goto(f"/field/revisits/{Revisit.objects.get().pk}/")
    check(phone, "revisit")
    phone.get_by_label("又出现了", exact=True).check()
    phone.get_by_label("企业怎么说").fill("下了两场雨又塌了")
    phone.get_by_role("button", name="记下").click()
    phone.wait_for_url("**/field/")
    assert Revisit.objects.get().result == "back"


def test_a_stranger_states_a_need_with_code_and_phone(open_page, live_server, cast):
    page = open_page(**PHONE)
    page.goto("/supply/")
    check(page, "supply-stranger")
    page.get_by_label("供给", exact=True).check()
    page.get_by_label("关于什么").select_option("site")
    page.get_by_label("用自己的话说").fill("空着一间八百平方的标准厂房")
    page.get_by_label("统一社会信用代码").fill(str(uuid.uuid4())[:18])
    page.get_by_label("联系人手机号").fill("13900001111")
    page.get_by_role("button", name="交上去").click()
    assert page.title().startswith("错误：")
    expect(page.get_by_label("用自己的话说")).to_have_value("空着一间八百平方的标准厂房")
    check(page, "supply-wrong")
    assert not Listing.objects.exists()
