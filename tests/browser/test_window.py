"""An asker says at the window's door what did not get done; the unit speaks to her, refuses with its basis, its leader signs; she reads
and contests it; and what keeps happening becomes a reform that a person accepts."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.window.stories import SAID, item, many
from tongti.cases.models import Case
from tongti.deadlines import actions as deadlines
from tongti.deadlines.queries import forget_calendar
from tongti.relay import actions as relay
from tongti.relay.models import Baton
from tongti.shared import links
from tongti.verdicts import actions as verdicts
from tongti.window import actions
from tongti.window.models import ReformCandidate, WindowMatter

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    forget_calendar()
    deadlines.load_samples()
    return make_cast()


def test_a_refusal_from_the_door_to_its_contest(
    phone_page: Page, desk_page: Page, cast: Cast, live_server: Any
) -> None:
    item(cast)
    _she_says_it(phone_page)
    row = WindowMatter.objects.select_related("case", "item").get()
    assert (row.item.name, row.trips, row.paper_words) == ("用水报装", 3, "房产证明")
    _the_clerk_looks(desk_page, cast, row.case, live_server.url)
    baton = _dispatched(cast, row.case)
    _the_unit_speaks_and_refuses(desk_page, cast, baton, row.case, live_server.url)
    phone_page.goto(urlsplit(links.tracking_url(row.case.pk)).path)
    expect(phone_page.get_by_text("要怎样才能办")).to_have_count(0)
    _the_leader_signs(desk_page, cast, live_server.url)
    phone_page.reload()
    expect(phone_page.get_by_text("补办房屋的建设手续")).to_be_visible()
    expect(phone_page.get_by_text("行政复议")).to_be_visible()
    check(phone_page, "refused")
    _she_contests(phone_page, row.case)
    sign_in(desk_page, cast.officers["莫刚"], live_server.url)
    desk_page.goto("/desk/window/matters/refusals/")
    expect(desk_page.get_by_text("1 位不认可")).to_be_visible()
    check(desk_page, "ledger")


def _she_says_it(page: Page) -> None:
    page.goto("/say/stuck/")
    page.get_by_label("办什么事？").fill("用水报装")
    page.get_by_label("找过哪个部门或窗口？").fill("政务中心 3 号窗口")
    page.get_by_label("去过几次？").fill("3")
    page.get_by_label("卡在哪一步？").fill("受理")
    page.get_by_label("要您补什么材料？").fill("房产证明")
    page.get_by_label("卡在哪里？").fill(SAID)
    page.get_by_label("乡镇（街道）").select_option("临江镇")
    page.get_by_label("手机号").fill("13800138000")
    check(page, "say")
    page.get_by_role("button", name="下一步：核对并提交").click()
    expect(page.get_by_role("heading", name="公布的办事指南是这样写的")).to_be_visible()
    check(page, "check")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/receipt/**")


def _the_clerk_looks(page: Page, cast: Cast, case: Case, url: str) -> None:
    sign_in(page, cast.officers["韦晓梅"], url)
    page.goto("/desk/window/matters/")
    check(page, "register")
    page.get_by_role("link", name="用水报装").first.click()
    expect(page.get_by_role("heading", name="窗口登记")).to_be_visible()
    check(page, "case")
    page.goto(f"/desk/cases/{case.pk}/window/")
    check(page, "matter")


def _dispatched(cast: Cast, case: Case) -> Baton:
    relay.dispatch(
        case=case, lead_id=cast.units["水利局"].pk, lead_task="办结并答复", reason="事项归水利局", by=cast.viewer("韦晓梅")
    )  # fmt: skip
    baton = Baton.objects.select_related("unit").get(case=case)
    return relay.accept(baton=baton, by=cast.viewer("黄志强"))


def _the_unit_speaks_and_refuses(page: Page, cast: Cast, baton: Baton, case: Case, url: str) -> None:
    sign_in(page, cast.officers["黄志强"], url)
    page.goto("/desk/window/matters/contacts/?tab=waiting")
    check(page, "contacts")
    page.get_by_role("link", name="去联系").click()
    expect(page.get_by_text("没有联系过不能答复")).to_be_visible()
    check(page, "baton")
    page.get_by_role("button", name="写共答").click()
    page.get_by_label("查明的情况").fill("3 月 9 日查看了现场和档案，要接水的房屋没有建设手续。")
    page.get_by_label("办理结果").fill("水利局不予办理这次用水报装，已当面向您说明了原因。")
    page.get_by_label("依据").fill("《城市供水条例》第十七条")
    page.get_by_label("要怎样才能办").fill("补办房屋的建设手续，或者以已有户表的名义申请分表，当天可以办。")
    page.get_by_label("联系人和电话").fill("水利局 0771-5518110")
    page.get_by_label("办结方式").select_option("refused")
    page.get_by_role("button", name="送负责人签发").click()
    expect(page.locator("#errors")).to_contain_text("请先联系并记下来")
    check(page, "not-contacted")
    relay.record_contact(case=case, baton=baton, way="电话", result="reached", by=cast.viewer("黄志强"))
    page.get_by_role("button", name="送负责人签发").click()
    expect(page.get_by_text("已送本单位负责人签发")).to_be_visible()


def _the_leader_signs(page: Page, cast: Cast, url: str) -> None:
    sign_in(page, cast.officers["陆局长"], url)
    page.goto("/desk/answers/?tab=submitted")
    page.get_by_role("link", name="用水报装").first.click()
    check(page, "to-sign")
    page.get_by_role("button", name="签发", exact=True).click()
    expect(page.get_by_text("已签发，每位诉求人都会收到自己的答复")).to_be_visible()


def _she_contests(page: Page, case: Case) -> None:
    answer = case.answers.get()
    verdicts.invite(answer_id=answer.pk)
    page.goto(f"/v/{links.verdict_token(answer.pk, case.pk)}/")
    page.get_by_label("联系过", exact=True).check()
    page.get_by_label("没有解决", exact=True).check()
    page.get_by_label("不满意", exact=True).check()
    page.get_by_label("还有什么要说的").fill("条例第十七条说的不是这种情况")
    page.get_by_role("button", name="提交评价").click()
    page.wait_for_url("**/thanks/")
    case.refresh_from_db()
    assert (case.state, case.reopened) == ("handling", 1)


@pytest.mark.parametrize("width", [1366, 390])
def test_what_keeps_happening_becomes_a_reform(open_page: Any, cast: Cast, live_server: Any, width: int) -> None:
    page = open_page(width=width, height=844)
    water = item(cast)
    many(cast, 3)
    actions.propose_candidates()
    sign_in(page, cast.officers["韦晓梅"], live_server.url)
    page.goto("/desk/window/reforms/")
    check(page, "reforms")
    page.get_by_role("link", name="用水报装").first.click()
    page.get_by_role("button", name="采纳，交单位去改").click()
    expect(page.locator("#errors")).to_contain_text("请填写“改什么”")
    page.get_by_label("改什么").fill("网上交过的房产证明，窗口不再收")
    check(page, "to-decide")
    page.get_by_role("button", name="采纳，交单位去改").click()
    expect(page.get_by_text("已采纳，责任单位看得到了")).to_be_visible()
    _the_unit_changes_it(page, cast, live_server.url, water.pk)
    assert ReformCandidate.objects.get().state == "done"
    if width == 390:
        return
    sign_in(page, cast.officers["赵工"], live_server.url)
    page.goto("/desk/admin/causes/")
    check(page, "causes")
    page.goto("/desk/window/items/")
    check(page, "items")


def _the_unit_changes_it(page: Page, cast: Cast, url: str, item_pk: int) -> None:
    sign_in(page, cast.officers["陆局长"], url)
    page.goto(f"/desk/window/items/{item_pk}/")
    page.get_by_role("link", name="发布新版").click()
    page.get_by_label("申请材料").fill("申请表|原件\n身份证明|原件核验|可共享")
    page.get_by_label("承诺办结时限").fill("5")
    check(page, "edit")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("第 2 版已发布")).to_be_visible()
    check(page, "item")
    page.goto(f"/desk/window/reforms/{ReformCandidate.objects.get().pk}/")
    page.get_by_label("改成了什么").fill("房产证明不用带，承诺时限压到 5 个工作日")
    page.get_by_role("button", name="改革办结").click()
    page.get_by_role("button", name="告知诉求人").click()
    expect(page.get_by_text("已告知 3 位诉求人；")).to_be_visible()
    check(page, "done")
