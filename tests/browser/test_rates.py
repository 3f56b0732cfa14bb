"""率 in a browser: a clerk asks to leave a case out, somebody else agrees, the figure stands with and without it, and is published."""

from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.formulas.conftest import SAID, judge
from tests.relay.stories import Story
from tests.verdicts.conftest import sign
from tongti.contributions import actions as contributions
from tongti.formulas import actions
from tongti.relay import actions as relay
from tongti.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}


@pytest.fixture
def story(cast) -> Story:
    """Three callers of one question, answered and judged: one is not satisfied, and hers is in hand again."""
    story = Story(cast)
    question = story.question(callers=3)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=question)
    for case, (solved, satisfied) in zip(story.cases, SAID, strict=True):
        judge(case, solved, satisfied)
    actions.tally()
    return story


@pytest.fixture
def as_(story, open_page, live_server):
    """A page of somebody's own."""

    def go(who: str, url: str, **options) -> Page:
        page = open_page(**options)
        sign_in(page, story.cast.officers[who], live_server.url)
        page.goto(url)
        return page

    return go


def test_left_out_by_two_hands_and_published_with_its_list(story, as_):
    unhappy = story.cases[2]
    clerk = as_("李小英", f"/desk/cases/{unhappy.pk}/")
    clerk.get_by_role("link", name="申请从率里剔除").click()
    clerk.get_by_role("button", name="提交申请").click()
    check(clerk, "exclude-nothing-typed")
    clerk.get_by_label("解决率").check()
    clerk.get_by_label("满意率").check()
    clerk.get_by_label("同一件事重复登记").check()
    clerk.get_by_label("佐证").fill("和前一件是同一个人、同一处，登记了两次")
    check(clerk, "exclude")
    clerk.get_by_role("button", name="提交申请").click()
    expect(clerk.get_by_text("待审批")).to_be_visible()
    check(clerk, "exclusion-asked")

    inspector = as_("莫刚", "/desk/exclusions/")
    check(inspector, "exclusions")
    inspector.get_by_role("link", name=unhappy.number).click()
    inspector.get_by_label("同意剔除").check()
    inspector.get_by_label("审批意见").fill("属实")
    check(inspector, "exclusion-decide")
    inspector.get_by_role("button", name="提交审批").click()
    expect(inspector.get_by_text("已剔除").first).to_be_visible()

    for device, options in (("desk", {}), ("phone", PHONE)):
        leader = as_("何区长", "/desk/rates/?period=year", **options)
        expect(leader.get_by_role("row", name="全区").get_by_text("后 50%（1 / 2）")).to_be_visible()
        check(leader, f"rates-{device}")
        leader.get_by_role("row", name="全区").get_by_role("link", name="剔除 1").first.click()
        expect(leader.get_by_role("link", name=unhappy.number)).to_be_visible()
        check(leader, f"rate-{device}")

    inspector.goto("/desk/published/")
    inspector.get_by_label("从哪天").fill("2026-01-01")
    inspector.get_by_label("到哪天").fill(inspector.evaluate("new Date().toLocaleDateString('sv-SE')"))
    inspector.get_by_role("button", name="点数，冻住名单，发布").click()
    expect(inspector.get_by_text("已发布，名单已冻住。")).to_be_visible()
    check(inspector, "published")
    inspector.get_by_role("link", name="解决率", exact=True).click()

    # afterwards the case is answered again and judged otherwise
    baton = story.baton("水利局")
    if baton.state == "offered":
        relay.accept(baton=baton, by=story.cast.viewer("黄志强"))
    sign(story, **({"question": baton.question} if baton.question else {"case": baton.case}))
    judge(unhappy, "yes", "very")
    inspector.reload()
    expect(inspector.get_by_text("按当时的名单重算一致。")).to_be_visible()
    listed = inspector.get_by_role("region", name="当时的名单")
    expect(listed.get_by_role("row", name=unhappy.number)).to_contain_text("没有解决")
    expect(listed.get_by_role("row", name=unhappy.number)).to_contain_text("剔除")
    check(inspector, "published-one")
    phone = as_("何区长", inspector.url, **PHONE)
    check(phone, "published-one-phone")


def test_the_administrator_changes_how_a_rate_counts(as_):
    page = as_("赵工", "/desk/formulas/")
    check(page, "formulas")
    page.get_by_role("link", name="满意率").click()
    page.get_by_label("基本满意").fill("0.8")
    page.get_by_label("依据").fill("云岭区接诉即办考核办法第六条")
    page.get_by_role("button", name="先看会变成多少").click()
    expect(page.get_by_text("1.8 / 3 = 60%")).to_be_visible()
    check(page, "formula-look")
    page.get_by_role("button", name="保存，出新版").click()
    expect(page.get_by_text("已出第 1 版")).to_be_visible()
    check(page, "formula")


def test_what_she_carried_is_hers_to_see_first(story, as_, watch):
    month = clock.today().replace(day=1)
    contributions.count_month(month=month)
    for device, options in (("desk", {}), ("phone", PHONE)):
        page = as_("黄志强", f"/desk/me/?month={month:%Y-%m}", **options)
        expect(page.get_by_role("link", name="办完的棒", exact=False).first).to_be_visible()
        check(page, f"mine-{device}")
    page.get_by_label("说明", exact=True).fill("另有两件现场办完了，没有走系统")
    page.get_by_role("button", name="写在旁边").click()
    expect(page.get_by_text("另有两件现场办完了，没有走系统")).to_be_visible()
    check(page, "mine-remark")
    page.get_by_role("link", name="合成的共答").click()
    check(page, "mine-rows")

    leader = as_("陆局长", f"/desk/contributions/?month={month:%Y-%m}")
    check(leader, "sums")
    watch.allow(403)
    leader.get_by_role("link", name="水利局", exact=True).click()
    expect(leader.get_by_text("本人先看，", exact=False).first).to_be_visible()
    with time_machine.travel(clock.now() + timedelta(days=45)):
        again = as_("陆局长", f"/desk/contributions/{story.cast.units['水利局'].pk}/?month={month:%Y-%m}")
        expect(again.get_by_text("另有两件现场办完了，没有走系统")).to_be_visible()
        check(again, "unit")
