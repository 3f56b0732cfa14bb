"""With the keyboard alone: a clerk and a dispatcher do a morning's work, and a page that asks “还在用吗” is answered with one key."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.relay.stories import WORDS, Story
from tongti.accounts.sessions import SessionStore
from tongti.cases.models import Addition, Case
from tongti.questions.actions.proposing import form_candidates
from tongti.questions.models import Membership, Question
from tongti.relay.models import Baton

pytestmark = [pytest.mark.slow]
PASSWORD = "云岭区热线2026"

# The middle of whatever has the focus is on the screen, and nothing lies over it (WCAG 2.2, 2.4.7 and 2.4.11).
IN_SIGHT = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return 'nothing has the focus';
  const own = e.matches('input[type=checkbox],input[type=radio]') && e.closest('label') || e;
  const r = [...own.getClientRects()].find(r => r.width && r.height);
  const name = e.outerHTML.slice(0, 120);
  if (!r) return name + ' is not drawn';
  const x = Math.min(Math.max(r.left + r.width / 2, 1), innerWidth - 1), y = r.top + r.height / 2;
  if (y < 0 || y > innerHeight) return name + ' is off the screen';
  const top = document.elementFromPoint(x, y);
  const seen = top && (own.contains(top) || top.contains(own) && !top.matches('.top,.bar-act,.wall-p'));
  const style = getComputedStyle(e);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || e.matches('#main');
  return seen ? (ring ? '' : name + ' shows no focus') : name + ' is covered by ' + (top ? top.outerHTML.slice(0, 80) : 'nothing');
}"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def enter(desk_page: Page, cast: Cast, live_server: Any) -> Any:
    """``enter("李小英", "/desk/")``: her page there."""

    def at(name: str, address: str) -> Page:
        sign_in(desk_page, cast.officers[name], live_server.url)
        desk_page.goto(address)
        return desk_page

    return at


def press(page: Page, *keys: str) -> None:
    """Each key, and the focus is in sight after each."""
    for key in keys:
        page.keyboard.press(key)
        assert page.evaluate(IN_SIGHT) == "", key


def tab_to(page: Page, words: str) -> None:
    """Tab until the control with this name, value or text has the focus; on the way nothing is out of sight."""
    told = "(e => [e.name, e.value, e.textContent.trim(), e.getAttribute('aria-label')].map(String))(document.activeElement)"
    for _ in range(80):
        press(page, "Tab")
        if any(one.startswith(words) for one in page.evaluate(told)):
            return
    raise AssertionError(f"{words} is not reached with Tab")


def test_a_clerk_registers_a_call_and_goes_on_to_the_next(enter: Any, cast: Cast) -> None:
    Story(cast).call(WORDS[1], title="昨天的停水")
    page = enter("李小英", "/desk/")
    page.keyboard.press("c")
    page.wait_for_url("**/desk/register/")
    expect(page.locator("[name=phone]")).to_be_focused()
    page.keyboard.type("13800138000")
    tab_to(page, "words")
    page.keyboard.type("幸福路晚上七点以后停水，六楼没有水。？/cjk")
    tab_to(page, "place")
    page.keyboard.type("幸福社区")
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert page.evaluate("document.activeElement.name") == "place"  # what came from the server took nobody's focus
    tab_to(page, "register")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/")
    case = Case.objects.latest("pk")
    assert case.body.endswith("？/cjk")  # letters typed are letters
    # back to what waits, and down the list to the older one
    page.goto("/desk/")
    page.keyboard.press("g")
    page.wait_for_url("**/inbox/?state=registered")
    press(page, "j", "j", "k", "j")
    page.keyboard.press("o")
    page.wait_for_url("**/desk/cases/*/")
    expect(page.locator("h1")).to_have_text("昨天的停水")
    page.keyboard.press("a")
    tab_to(page, "words")
    page.keyboard.type("又来电话催了")
    tab_to(page, "保存补充")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("又来电话催了")
    assert Addition.objects.count() == 1
    page.keyboard.press("/")
    page.keyboard.type(case.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{case.pk}/")


def test_a_dispatcher_reviews_sets_up_and_dispatches(enter: Any, cast: Cast) -> None:
    story = Story(cast)
    made = list(
        Case.objects.filter(pk__in=[story.call(words).pk for words in WORDS[:3]]).select_related(
            "place__parent__parent"
        )
    )
    question = form_candidates([("幸福路一带晚上停水", made, {})])[0]
    page = enter("韦晓梅", "/desk/questions/?tab=candidate")
    press(page, "j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/questions/{question.pk}/**")
    page.keyboard.press("p")
    page.wait_for_url("**/review/**")
    for key, told in (("y", "已并入 1 件"), ("x", "已记为不是同题 1 件"), ("y", "已并入 1 件")):
        page.keyboard.press(key)
        page.get_by_text(told).wait_for()
    assert Membership.objects.filter(question=question, state="refused").count() == 1
    page.get_by_role("heading", name="立成一道题").wait_for()
    tab_to(page, "立题")
    page.keyboard.press("Enter")
    page.get_by_text("已立题").wait_for()
    page.keyboard.press("d")
    page.wait_for_url("**/dispatch/")
    tab_to(page, "lead_task")
    page.keyboard.press("Control+A")
    page.keyboard.type("查明原因，恢复供水，统一答复")
    tab_to(page, "这样派")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/questions/{question.pk}/")
    assert Question.objects.get(pk=question.pk).state == "handling"
    assert Baton.objects.filter(question=question, role="lead").exists()


def test_the_sheet_tells_the_keys_of_the_page_and_they_can_be_switched_off(enter: Any) -> None:
    page = enter("李小英", "/desk/")
    sheet = page.get_by_role("dialog", name="快捷键")
    page.keyboard.press("/")
    page.keyboard.type("?")
    expect(sheet).to_be_hidden()  # a letter in the search box
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    told = set(sheet.locator("[data-keys-here] dt").all_inner_texts())
    assert told == set(
        page.locator("[data-key]").evaluate_all(
            "all => all.filter(e => e.getClientRects().length).map(e => e.dataset.key)"
        )
    )
    expect(sheet.locator("[data-keys-here]")).to_contain_text("登记诉求")
    check(page, "sheet")
    page.keyboard.press("c")
    expect(sheet).to_be_visible()  # keys do nothing behind it
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("?")
    sheet.get_by_role("link", name="关掉快捷键").click()
    page.wait_for_load_state()
    for key in ("?", "c", "j"):
        page.keyboard.press(key)
    expect(sheet).to_be_hidden()
    assert page.url.endswith("/desk/")
    page.get_by_role("link", name="快捷键（已关）").click()
    page.get_by_role("link", name="全部快捷键").click()
    check(page, "page")
    page.get_by_role("link", name="打开快捷键").click()
    page.get_by_role("heading", name="快捷键现在是开着的").wait_for()
    page.keyboard.press("c")
    page.wait_for_url("**/desk/register/")


@pytest.fixture
def writing(enter: Any, cast: Cast) -> Page:
    """李小英 writes a note on a case; the page's clock is in our hand."""
    cast.officers["李小英"].set_password(PASSWORD)
    cast.officers["李小英"].save(update_fields=["password"])
    case = Story(cast).call(title="停水")
    page = enter("李小英", "/desk/keys/")
    page.clock.install()
    page.goto(f"/desk/cases/{case.pk}/")
    page.get_by_text("补充情况、加备注").click()
    page.locator("#note_words").fill("写了一半")
    return page


def ends(page: Page) -> Any:
    from django.conf import settings

    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return SessionStore(cookies[settings.SESSION_COOKIE_NAME]).ends_at()


def question(page: Page) -> Any:
    return page.get_by_role("alertdialog")


def test_two_minutes_ahead_it_asks_and_one_key_goes_on(writing: Page, live_server: Any) -> None:
    page = writing
    before = ends(page)
    page.clock.fast_forward("27:00")
    expect(question(page)).to_be_hidden()
    page.clock.fast_forward("01:10")
    expect(question(page)).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "继续使用"
    told = question(page).get_by_role("status")
    said = told.inner_text()
    page.clock.run_for(5_000)
    assert told.inner_text() == said  # read out now and then, not every second
    check(page, "asked")
    Session.objects.update(expire_date=before.replace(year=before.year + 1))  # seen() then has something to write
    page.keyboard.press("Enter")
    expect(question(page)).to_be_hidden()
    assert page.locator("#note_words").input_value() == "写了一半"


def test_whoever_is_typing_is_not_asked(writing: Page) -> None:
    page = writing
    page.clock.fast_forward("27:30")
    page.keyboard.type("，接着写")
    with page.expect_response("**/desk/stay/") as answered:
        page.clock.fast_forward("00:35")
    assert answered.value.json()["left"] > 1700
    expect(question(page)).to_be_hidden()


def test_other_tabs_hear_of_it_and_what_is_typed_survives_signing_in_again(
    writing: Page, cast: Cast, open_page: Any
) -> None:
    page = writing
    other = page.context.new_page()
    other.goto("/desk/keys/")
    page.clock.fast_forward("29:00")  # the clock of the whole browser
    expect(question(page)).to_be_visible()
    expect(question(other)).to_be_visible()
    other.keyboard.press("Enter")
    expect(question(other)).to_be_hidden()
    expect(question(page)).to_be_hidden()
    Session.objects.all().delete()
    page.clock.fast_forward("30:00")
    expect(page.get_by_role("heading", name="已经自动退出")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="在新窗口登录")).to_be_visible()
    check(page, "over")
    other.goto("/desk/sign-in/")
    other.get_by_label("登录名").fill(cast.officers["李小英"].username)
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    other.wait_for_url("**/desk/")
    expect(question(page)).to_be_hidden()
    page.get_by_role("button", name="保存补充").click()
    expect(page.locator("main")).to_contain_text("写了一半")
    assert Addition.objects.count() == 1


def test_somebody_else_signed_in_here_and_the_old_page_is_shut(writing: Page, cast: Cast, live_server: Any) -> None:
    page = writing
    other = page.context.new_page()
    sign_in(other, cast.officers["韦晓梅"], live_server.url)
    other.goto("/desk/")
    expect(page.get_by_role("heading", name="这台电脑上换了人登录")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "打开我的工作"
