"""看板: a leader on a phone goes from a square of the map to its list, to a hot question, to its page, and instructs in two
taps; the same page on the big screen and on paper."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.harness import check, sign_in
from tests.relay.stories import Story
from tongti.supervision.models import Instruction
from tongti.units import actions as units

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}


@pytest.fixture
def story(cast):
    """A question in hand, and some calls of other townships."""
    story = Story(cast)
    question = story.question(callers=5)
    story.dispatch(question)
    story.accept("水利局", "黄志强")
    for place in ("大塘村", "大塘村", "龙腾社区"):
        story.call("路灯不亮", place_id=cast.regions[place].pk)
    squares = {"临江镇": (1, 1), "龙腾街道": (1, 2), "大塘镇": (2, 1), "白石乡": (2, 2)}
    units.place_tiles(squares={cast.regions[n].pk: at for n, at in squares.items()}, by=cast.viewer("赵工"))
    return story


def test_two_taps_on_a_phone(story, open_page, live_server):
    page = open_page(**PHONE)
    sign_in(page, story.cast.officers["何区长"], live_server.url)
    page.goto("/board/")
    check(page, "board")
    page.get_by_role("link", name="大塘镇：在办 2").click()
    expect(page.get_by_role("row")).to_have_count(3)
    check(page, "town")
    page.go_back()
    page.get_by_role("link", name="临江镇幸福路一带晚高峰停水").first.click()
    check(page, "brief")
    page.goto("/board/")
    page.get_by_role("link", name="批示 临江镇幸福路一带晚高峰停水").click()
    check(page, "instruct")
    page.get_by_role("button", name="请抓紧办理，按期答复群众。").click()
    page.wait_for_url("**/desk/instructions/*/")
    check(page, "sent")
    assert Instruction.objects.get().words == "请抓紧办理，按期答复群众。"
    narrow = open_page(width=320, height=640)
    sign_in(narrow, story.cast.officers["何区长"], live_server.url)
    for path in ("/board/", "/board/units/", f"/board/questions/{Instruction.objects.get().question_id}/"):
        narrow.goto(path)
        check(narrow, "narrow" + path.replace("/", "-"))


def test_the_same_page_on_the_wall_and_on_paper(story, open_page, live_server):
    page = open_page(width=1920, height=1080)
    sign_in(page, story.cast.officers["何区长"], live_server.url)
    page.goto("/board/?theme=dark")
    check(page, "dark")
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight"), "the wall must not scroll"
    _refreshing_keeps_the_focus(page)
    page.goto("/board/?theme=light&contrast=high")
    check(page, "contrast")
    address = page.get_by_role("link", name="临江镇幸福路一带晚高峰停水").first.get_attribute("href")
    folder = os.environ.get("TONGTI_SHOTS")
    for name, path in (("board", "/board/?theme=light"), ("brief", address)):
        page.goto(path)
        paper = page.pdf(prefer_css_page_size=True, print_background=False)
        if folder:
            Path(folder, f"{name}.pdf").write_bytes(paper)
        assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page/") <= (2 if name == "board" else 1)


def _refreshing_keeps_the_focus(page):
    """What the page does every five minutes, done now: whoever stands on a link still stands there."""
    page.get_by_role("link", name="大塘镇：在办 2").focus()
    with page.expect_response("**/board/?period=month"):
        page.evaluate(
            "htmx.ajax('GET', '/board/?period=month', {target: '#main', select: '#main', swap: 'outerMorph', source: '#main'})"
        )
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("大塘镇：在办 2")


def test_the_administrator_places_townships_without_a_mouse(story, open_page, live_server):
    page = open_page()
    sign_in(page, story.cast.officers["赵工"], live_server.url)
    page.goto("/desk/admin/towns/")
    check(page, "tiles")
    page.get_by_label("白石乡 第几行").fill("1")
    page.get_by_label("白石乡 第几列").fill("1")
    page.get_by_role("button", name="保存").click()
    assert "请换一格" in page.content()
    check(page, "taken")
    page.get_by_label("白石乡 第几列").fill("3")
    page.get_by_role("button", name="保存").click()
    assert "挪动了 1 个乡镇" in page.content()
