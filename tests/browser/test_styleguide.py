"""Every component, in every look and width, passes the check that every page must pass."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.harness import Watch, check
from tongti.web.styleguide import PARTS

# Sizes change the layout, themes the colours; axe costs a second a page, so it looks where it can see something new.
PLAIN, BIG, COLOURS = "", ("size=large", "size=xlarge"), ("theme=dark", "contrast=high", "theme=dark&contrast=high")
SHELLS = {
    "desk": [part for part in PARTS if part != "public"],
    "public": ["public", "forms", "wrong"],
    "board": ["figures"],
}


@pytest.fixture(autouse=True)
def demo(settings: Any) -> None:
    """The styleguide is shown in demo mode only."""
    settings.DEMO = True


def _visit(page: Page, look: str, shell: str, *, axe: bool) -> None:
    page.goto(f"/styleguide/?{look}")
    for part in SHELLS[shell]:
        page.goto(f"/styleguide/?shell={shell}&part={part}")
        check(page, f"{part}-{look or 'plain'}", axe=axe)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("width", [1920, 1366, 1100, 390, 320])
def test_every_width(open_page: OpenPage, width: int, shell: str) -> None:
    _visit(open_page(width=width, height=844), PLAIN, shell, axe=width in (1366, 390))


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("look", BIG)
@pytest.mark.parametrize("width", [1366, 390, 320])
def test_big_letters(open_page: OpenPage, width: int, look: str, shell: str) -> None:
    _visit(open_page(width=width, height=844), look, shell, axe=False)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("look", COLOURS)
def test_colours(open_page: OpenPage, look: str, shell: str) -> None:
    _visit(open_page(width=1366, height=844), look, shell, axe=True)


def test_error_summary_takes_the_focus_and_leads_to_the_field(desk_page: Page) -> None:
    desk_page.goto("/styleguide/?part=wrong")
    assert desk_page.title().startswith("错误：")
    assert desk_page.evaluate("document.activeElement.id") == "errors"
    desk_page.get_by_role("link", name="“从哪天开始”").click()
    assert desk_page.evaluate("document.activeElement.id") == "wrong_since"
    assert desk_page.locator("#wrong_since").input_value() == "前天"


def test_counter_draft_and_dialog(desk_page: Page) -> None:
    desk_page.goto("/styleguide/?part=forms")
    desk_page.get_by_label("发生了什么事？").fill("晚上停水")
    assert desk_page.get_by_text("已写 4 字，最多 500 字").is_visible()
    desk_page.reload()
    assert desk_page.get_by_label("发生了什么事？").input_value() == "晚上停水"
    desk_page.goto("/styleguide/?part=words")
    desk_page.get_by_role("button", name="要确认的一步").click()
    check(desk_page, "dialog")
    desk_page.get_by_role("button", name="先不移").click()
    assert desk_page.locator("dialog[open]").count() == 0


def test_large_letters_by_a_plain_link_without_script(nojs_phone_page: Page) -> None:
    nojs_phone_page.goto("/styleguide/?shell=public&part=public")
    nojs_phone_page.get_by_role("navigation", name="常用").get_by_role("link", name="大字版").click()
    assert nojs_phone_page.url.endswith("/styleguide/?shell=public&part=public")
    assert nojs_phone_page.locator("html").get_attribute("data-size") == "large"
    check(nojs_phone_page, "large")


def test_phone_menu_opens_without_script(nojs_phone_page: Page) -> None:
    nojs_phone_page.goto("/styleguide/")
    nojs_phone_page.locator("details.menu summary").click()
    menu = nojs_phone_page.get_by_role("navigation", name="手机菜单")
    assert menu.get_by_role("link", name=re.compile(r"^同题(?!引擎)")).is_visible()
    check(nojs_phone_page, "menu")


def test_unknown_address_is_told_in_words(phone_page: Page, watch: Watch) -> None:
    watch.allow(404)
    phone_page.goto("/no-such-page/")
    assert phone_page.get_by_role("heading", name="没有找到这一页").is_visible()
    check(phone_page)
