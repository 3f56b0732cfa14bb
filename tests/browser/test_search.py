"""A clerk looks for a road she cannot spell, keeps what she narrows, and files many at once; on the desk and on a phone."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import make_cast
from tests.relay.stories import Story
from tongti.cases.models import Case
from tongti.search import actions as search
from tongti.search.actions import learning
from tongti.worksets import actions as worksets
from tongti.worksets.models import Bulk

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def story(transactional_db: None, run_jobs: Any, monkeypatch: pytest.MonkeyPatch) -> Story:
    """Four calls, three of them one question in hand; the words are learned."""
    from tongti.deadlines import actions as deadlines
    from tongti.deadlines.queries import forget_calendar

    forget_calendar()
    deadlines.load_samples()
    story = Story(make_cast())
    calls = [story.call(f"幸福路晚上停水，第 {n} 天了", title="幸福路停水") for n in range(3)]
    story.call("大塘村路灯不亮", title="路灯坏了", place_id=story.cast.regions["大塘村"].pk)
    story.dispatch(story.question_of(calls))
    monkeypatch.setattr(learning, "SETTLED", timedelta(seconds=-5))
    run_jobs()
    search.learn()
    return story


def test_a_clerk_finds_keeps_and_files(desk_page: Page, story: Story, live_server: Any) -> None:
    page = desk_page
    sign_in(page, story.cast.officers["韦晓梅"], live_server.url)
    page.goto("/desk/")
    page.keyboard.press("/")
    page.keyboard.type("幸福陆")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("没有“幸福陆”，按“幸福路”找到")
    assert "幸福" not in page.url
    check(page, "search-slip")
    page.get_by_role("button", name="诉求 3").click()
    expect(page.locator(".hits li")).to_have_count(3)
    expect(page.locator(".hits mark").first).to_be_visible()
    page.fill("#q", "xfl")
    page.keyboard.press("Enter")
    expect(page.locator(".hits").first).to_contain_text("幸福路停水")
    page.set_viewport_size(PHONE)
    check(page, "search-phone")

    page.goto("/desk/inbox/?more=1")
    page.select_option("#id_question", "without")
    page.click("main button:has-text('筛选')")
    expect(page.locator("main table")).to_contain_text("路灯坏了")
    expect(page.locator("main table")).not_to_contain_text("幸福路停水")
    page.click("summary:has-text('存为常用视图')")
    page.fill("#view-name", "还没并的")
    page.click("button:has-text('存下')")
    expect(page.locator("nav.views")).to_contain_text("还没并的 1")
    check(page, "view-phone")
    page.set_viewport_size({"width": 1280, "height": 800})
    check(page, "view-desk")
    page.click("nav.views >> text=管理")
    check(page, "views")

    page.goto("/desk/inbox/")
    for tick in page.locator("main .pick input").all():
        tick.check()
    page.click("text=批量办理勾选的")
    page.get_by_label("改分类").check()
    page.select_option("#id_category", index=1)
    check(page, "bulk-choose")
    page.click("text=开始办")
    expect(page.locator("#progress")).to_contain_text("排队中")
    bulk = Bulk.objects.get()
    Case.objects.filter(pk=story.cases[0].pk).update(state="closed", closed_at=story.cases[0].received_at)
    worksets.run_bulk(bulk_id=bulk.pk)
    expect(page.locator("#progress")).to_contain_text("办成 3 件，没有办成 1 件")
    expect(page.get_by_text("下载结果")).to_be_visible()
    check(page, "bulk-done")
    with page.expect_download() as taken:
        page.click("text=下载结果")
    assert taken.value.suggested_filename.endswith(".xlsx")
    page.goto("/desk/questions/")
    check(page, "questions-ticks")
    page.set_viewport_size(PHONE)
    check(page, "questions-ticks-phone")
