"""黄志强 writes down on a phone what an orchard needs; 韦晓梅 sees at her desk what fits, asks both sides and follows it to a deal."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.linkups.stories import HAD, WANTED, cold_store, fitting, orchard, said
from tongti.deadlines import actions as deadlines
from tongti.deadlines.queries import forget_calendar
from tongti.linkups.models import Introduction, Listing

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    forget_calendar()
    deadlines.load_samples()
    return make_cast()


def test_a_need_is_written_down_on_a_phone(phone_page: Page, cast: Cast, live_server: Any) -> None:
    firm = orchard(cast)
    said(cold_store(cast), HAD, kind="offer", by=cast.viewer("韦晓梅"))
    sign_in(phone_page, cast.officers["黄志强"], live_server.url)
    phone_page.goto(f"/desk/firms/{firm.pk}/")
    check(phone_page, "firm")
    phone_page.get_by_role("link", name="登记需求或供给").click()
    expect(phone_page.get_by_label("哪一家")).to_have_value(firm.credit_code)
    phone_page.get_by_label("关于什么").select_option("logistics")
    phone_page.get_by_role("button", name="登记", exact=True).click()
    expect(phone_page.locator("#errors")).to_contain_text("请填写“原话”")
    phone_page.get_by_label("原话").fill(WANTED)
    phone_page.get_by_role("button", name="从原话拟标题").click()
    expect(phone_page.get_by_label("标题")).to_have_value("三百吨沃柑等着入库，急需冷藏库和冷藏车，要有温控记录")
    phone_page.get_by_label("标题").fill("沃柑要冷藏库")
    check(phone_page, "new")
    phone_page.get_by_role("button", name="登记", exact=True).click()
    expect(phone_page.get_by_role("heading", name="可能合适的供给")).to_be_visible()
    expect(phone_page.get_by_text("都提到：").first).to_be_visible()
    check(phone_page, "listing")
    phone_page.goto("/desk/linkups/")
    check(phone_page, "list")
    phone_page.goto("/desk/linkups/pairs/")
    check(phone_page, "pairs")
    phone_page.get_by_role("link", name="并排看").click()
    check(phone_page, "pair")
    assert Listing.objects.filter(title="沃柑要冷藏库").exists()


def test_a_pair_is_introduced_and_followed_to_a_deal(desk_page: Page, cast: Cast, live_server: Any) -> None:
    fitting(cast)
    sign_in(desk_page, cast.officers["韦晓梅"], live_server.url)
    desk_page.goto("/desk/linkups/")
    check(desk_page, "list")
    desk_page.get_by_role("link", name="可能合适的", exact=True).click()
    check(desk_page, "pairs")
    desk_page.get_by_role("link", name="并排看").click()
    desk_page.get_by_text("不合适，以后不再提").click()
    check(desk_page, "pair")
    desk_page.get_by_label("供给方联系人").select_option(index=1)
    desk_page.get_by_role("button", name="引荐", exact=True).click()
    expect(desk_page.get_by_text("双方都同意之前")).to_be_visible()
    check(desk_page, "asking")
    for side in ("需求方", "供给方"):
        desk_page.get_by_label("谁同意的、怎么说的").first.fill("经理，电话里同意")
        desk_page.get_by_role("button", name=f"记下{side}同意").click()
        expect(desk_page.get_by_text(f"{side}的同意已记下")).to_be_visible()
    desk_page.get_by_role("button", name="已互告联系人").click()
    desk_page.get_by_label("谈到哪一步").select_option("agreed")
    desk_page.get_by_label("金额（万元）").fill("十八万")
    desk_page.get_by_role("button", name="记下", exact=True).click()
    expect(desk_page.locator("#errors")).to_contain_text("请填数字")
    check(desk_page, "wrong")
    desk_page.get_by_label("金额（万元）").fill("18.6")
    desk_page.get_by_label("谈成了，这条需求不用再配").check()
    desk_page.get_by_role("button", name="记下", exact=True).click()
    expect(desk_page.get_by_role("heading", name="进展")).to_be_visible()
    check(desk_page, "deal")
    desk_page.goto("/desk/linkups/introductions/?tab=agreed")
    check(desk_page, "introductions")
    assert Introduction.objects.get().state == "agreed"
