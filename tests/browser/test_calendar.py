"""赵工 enters the notice of the year, sees what it moves, and tries a rule out; 黄志强 prints how a date was counted."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.relay.stories import Story
from tongti.deadlines import actions as deadlines
from tongti.deadlines.actions import recounting
from tongti.deadlines.models import Recount, Regime
from tongti.deadlines.queries import calendar, forget_calendar
from tongti.relay.models import Baton

TITLE = "关于明年部分节假日安排的通知（试）"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    forget_calendar()
    deadlines.load_samples()
    cast = make_cast()
    # dispatched on the last days of a year whose successor has no notice yet
    year = max(n.year for n in calendar().notices)
    with time_machine.travel(timezone.make_aware(datetime(year, 12, 29, 9)), tick=False):
        story = Story(cast)
        story.dispatch(story.question(2))
    return cast


@pytest.mark.parametrize("width", [1366, 360])
def test_a_notice_is_entered_and_moves_what_is_open(
    open_page: OpenPage, cast: Cast, live_server: Any, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "LOT", 1)  # four batons are open: the rest is left to a job
    page = open_page(width=width, height=844)
    sign_in(page, cast.officers["赵工"], live_server.url)
    lead = Baton.objects.get(role="lead")
    year = lead.due_on.year
    page.goto("/desk/admin/calendar/")
    check(page, f"calendar-{width}")
    page.get_by_role("link", name="录入放假通知").click()
    page.get_by_label("地区代码").fill("000000")
    page.get_by_label("年份").fill(str(year))
    page.get_by_label("标题").fill(TITLE)
    line = page.get_by_role("group", name="第 1 行")
    line.get_by_label("日期").fill(f"{year}-01-01")
    line.get_by_label("至").fill(f"{year}-01-3")
    line.get_by_label("名称").fill("元旦")
    page.get_by_role("button", name="存成草稿").click()
    expect(page.locator("#errors")).to_contain_text("第 1 行")
    check(page, f"notice-wrong-{width}")
    line.get_by_label("至").fill(f"{year}-01-08")
    page.get_by_role("button", name="存成草稿").click()
    expect(page.get_by_role("heading", name="生效后会动的期限")).to_be_visible()
    check(page, f"notice-draft-{width}")
    page.get_by_role("button", name="确认生效").click()
    expect(page.get_by_role("heading", name="正在重算")).to_be_visible()
    check(page, f"recount-running-{width}")
    deadlines.continue_recount(recount_id=Recount.objects.get().pk)
    page.get_by_role("link", name="看受影响的期限").click()  # the page has looked again by itself
    expect(page.get_by_role("heading", name="受影响的期限")).to_be_visible(timeout=20_000)
    check(page, f"recount-{width}")
    moved = Baton.objects.get(pk=lead.pk)
    assert moved.due_on > lead.due_on
    page.goto("/desk/admin/calendar/recounts/new/")
    check(page, f"recount-new-{width}")
    _try_out(page, width)


def _try_out(page: Page, width: int) -> None:
    page.goto("/desk/admin/regimes/")
    page.get_by_role("link", name="试算").click()
    page.get_by_label("收到日期").fill("2026-04-15")
    page.get_by_label("收到时间").fill("10:00")
    page.get_by_label("对象").select_option("enterprise")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text("企业诉求（参照泉州）").first).to_be_visible()
    page.get_by_text("为什么是这一天").nth(5).click()
    check(page, f"simulate-{width}")
    regime = Regime.objects.get(code="ordinary", valid_to=None)
    page.goto(f"/desk/admin/regimes/{regime.pk}/")
    check(page, f"regime-{width}")
    page.get_by_role("link", name="修改").click()
    page.get_by_role("group", name="牵头办理").get_by_text("停止、暂停、临期、提醒").click()
    page.get_by_text("还没有规定的时限").click()
    check(page, f"regime-edit-{width}")
    page.get_by_role("group", name="答复", exact=True).get_by_label("数量").fill("3")
    page.get_by_role("button", name="发布新的一版").click()
    expect(page.get_by_text("第 2 版从今天起生效")).to_be_visible()
    check(page, f"regime-next-{width}")


def test_the_paper_of_a_date(open_page: OpenPage, cast: Cast, live_server: Any) -> None:
    for width in (1366, 390):
        page = open_page(width=width, height=844)
        sign_in(page, cast.officers["黄志强"], live_server.url)
        lead = Baton.objects.get(role="lead")
        page.goto(f"/desk/batons/{lead.pk}/")
        page.get_by_text("期限怎么算的").click()
        page.get_by_role("link", name="逐日看，打印").click()
        expect(page.get_by_role("heading", name="这个期限怎么算出来的")).to_be_visible()
        expect(page.get_by_text("暂定").first).to_be_visible()
        check(page, f"deadline-{width}")
        # whoever may see an asker's date may see how it came about
        sign_in(page, cast.officers["韦晓梅"], live_server.url)
        page.goto(f"/desk/cases/{lead.question.memberships.first().case_id}/")
        page.get_by_role("link", name="怎么算的").click()
        expect(page.get_by_role("heading", name="答复期限")).to_be_visible()
        check(page, f"deadline-case-{width}")
