"""黄志强 asks the city on a phone, 何区长 signs it off, the city's 谭永 finds what he is asked; the list is read and printed."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.lifting.elsewhere import LIFTED, Elsewhere
from tests.lifting.stories import WORDS, in_hand, lifted, prepared, upstairs
from tests.relay.stories import Story
from tongti.deadlines import actions as deadlines
from tongti.deadlines.queries import forget_calendar
from tongti.lifting import actions
from tongti.lifting.models import Lift
from tongti.shared import clock

pytestmark = pytest.mark.slow


@pytest.fixture
def up(transactional_db: None) -> Story:
    forget_calendar()
    deadlines.load_samples()
    cast: Cast = make_cast()
    upstairs(cast)
    return Story(cast)


def test_the_city_is_asked_on_a_phone(phone_page: Page, up: Story, live_server: Any) -> None:
    question = in_hand(up)
    sign_in(phone_page, up.cast.officers["黄志强"], live_server.url)
    phone_page.goto(f"/desk/questions/{question.pk}/")
    phone_page.get_by_role("link", name="列进清单，请上级解决").click()
    phone_page.get_by_label("请哪个单位答复").select_option(label="南岭市水利局")
    for label, name in (("情况说明", "statement"), ("本级做过什么", "tried"), ("请求解决的具体事项", "asked")):
        phone_page.get_by_label(label).fill(WORDS[name])
    phone_page.get_by_label("希望答复日期").fill("2020-01-01")
    phone_page.get_by_role("button", name="送负责人签发").click()
    expect(phone_page.locator("#errors")).to_contain_text("要在今天之后")
    check(phone_page, "wrong")
    phone_page.get_by_label("希望答复日期").fill((clock.today() + timedelta(days=15)).isoformat())
    phone_page.get_by_role("button", name="送负责人签发").click()
    expect(phone_page.get_by_text("签发了才算提请")).to_be_visible()
    check(phone_page, "prepared")
    phone_page.goto(f"/desk/questions/{question.pk}/")
    check(phone_page, "question")
    phone_page.goto("/desk/lifts/")
    check(phone_page, "list")
    assert Lift.objects.get().state == "submitted"


def test_it_is_signed_off_answered_and_printed(desk_page: Page, up: Story, live_server: Any) -> None:
    question = in_hand(up)
    prepared(up, question)
    paper = lifted(up, question, "水利厅")
    sign_in(desk_page, up.cast.officers["何区长"], live_server.url)
    desk_page.goto("/desk/")
    desk_page.get_by_role("link", name="待签发的提级事项").click()
    check(desk_page, "to-sign")
    desk_page.get_by_role("link", name=WORDS["title"]).click()
    check(desk_page, "sign")
    desk_page.get_by_role("button", name="签发提请").click()
    expect(desk_page.get_by_text("已签发提请")).to_be_visible()
    sign_in(desk_page, up.cast.officers["黄志强"], live_server.url)
    desk_page.goto(f"/desk/lifts/{paper.pk}/")
    desk_page.get_by_text("代录来文").click()
    desk_page.get_by_label("来文内容").fill("同意列入自治区大中型改造项目。")
    desk_page.get_by_role("button", name="记下来文").click()
    expect(desk_page.locator("#errors")).to_contain_text("请填写“来文文号”")
    desk_page.get_by_label("来文文号").fill("桂水函〔2026〕8号")
    desk_page.get_by_role("button", name="记下来文").click()
    expect(desk_page.get_by_role("heading", name="上级答复")).to_be_visible()
    check(desk_page, "answered")
    desk_page.goto(f"/desk/questions/{question.pk}/")
    check(desk_page, "question")
    desk_page.goto("/desk/lifts/print/")
    check(desk_page, "print")
    sign_in(desk_page, up.cast.officers["谭永"], live_server.url)
    desk_page.goto("/desk/relay/")
    expect(desk_page.get_by_text(WORDS["asked"]).first).to_be_visible()


def test_two_deployments_are_linked_and_what_came_from_below_is_read(
    desk_page: Page, phone_page: Page, up: Story, live_server: Any, settings: Any
) -> None:
    settings.DEMO = True
    there = Elsewhere()
    sign_in(desk_page, up.cast.officers["赵工"], live_server.url)
    desk_page.goto("/desk/peers/")
    check(desk_page, "no-key")
    desk_page.get_by_role("button", name="生成本站名片").click()
    desk_page.get_by_text("换钥匙").click()
    check(desk_page, "card")
    desk_page.get_by_role("link", name="登记对方").click()
    desk_page.get_by_label("对方名片").fill("tongti-link:1|少了一截")
    desk_page.get_by_label("下级").check()
    desk_page.get_by_role("button", name="登记", exact=True).click()
    expect(desk_page.locator("#errors")).to_contain_text("不是完整的名片")
    check(desk_page, "new")
    desk_page.get_by_label("对方名片").fill(there.card)
    desk_page.get_by_role("button", name="登记", exact=True).click()
    desk_page.get_by_label("已经和对方管理员在电话里").check()
    check(desk_page, "compare")
    desk_page.get_by_role("button", name="接通").click()
    expect(desk_page.get_by_text("已接通。")).to_be_visible()
    assert there.tells("lifted", uuid.uuid4(), LIFTED)[0] == 200
    actions.tell_below()
    desk_page.goto(desk_page.url)
    check(desk_page, "letters")
    # cut, it comes back by the other side's card and another comparison only
    desk_page.get_by_role("button", name="断开链路").click()
    expect(desk_page.get_by_role("heading", name="再接通")).to_be_visible()
    desk_page.get_by_role("button", name="保存").click()
    expect(desk_page.locator("#errors")).to_contain_text("请填写“对方名片”")
    check(desk_page, "cut")
    desk_page.get_by_label("对方名片").fill(there.card)
    desk_page.get_by_role("button", name="保存").click()
    expect(desk_page.get_by_role("button", name="接通")).to_be_visible()
    desk_page.goto("/desk/peers/")
    check(desk_page, "peers")
    sign_in(phone_page, up.cast.officers["韦晓梅"], live_server.url)
    phone_page.goto("/desk/lifts/below/")
    check(phone_page, "below")
    phone_page.get_by_role("link", name=LIFTED["title"]).click()
    check(phone_page, "arrival")
    phone_page.get_by_role("link", name="TT-").click()
    expect(phone_page.get_by_text("来自 白沙县")).to_be_visible()
    check(phone_page, "question-from-below")
