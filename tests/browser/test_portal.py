"""A resident with a phone, from a sentence to an answer: with script, without it, with large letters, on a narrow phone."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.harness import check
from tests.cast import Cast, make_cast
from tests.public.conftest import WATER, intake
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions import matching
from tongti.questions.actions import refresh_question
from tongti.relay import actions as relay
from tongti.shared import ratelimit
from tongti.shared.actor import Asker
from tongti.shared.links import tracking_token
from tongti.shared.numbers import query_code

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(live_server: Any) -> Cast:
    ratelimit.forget_all()
    return make_cast()


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def question(cast: Cast) -> Any:
    """Forty-six people at 幸福路 is too many for a test; three will do. It is being handled."""
    matching.forget_model()
    dispatcher = cast.viewer("韦晓梅")
    made = [
        cases.register(intake=intake(WATER + f"我是第{n}家。", phone=f"1390013900{n}"), by=Asker(None))
        for n in range(3)
    ]
    found = questions.make(
        case_ids=[c.pk for c in made], title="临江镇幸福路晚高峰停水", place_id=cast.regions["临江镇"].pk, by=dispatcher
    )
    questions.clear_for_public(question=found, public_title="临江镇幸福路一带晚上停水", by=dispatcher)
    relay.dispatch(
        question=found,
        lead_id=cast.units["水利局"].pk,
        helpers=[(cast.units["住建局"].pk, "查漏点")],
        lead_task="恢复供水",
        reason="供水归水利局",
        by=dispatcher,
    )
    refresh_question(question_id=found.pk)
    found.refresh_from_db()
    return found


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    path = tmp_path / "漏水.jpg"
    path.write_bytes(out.getvalue())
    return path


ASK = "临江镇幸福路晚上又停水了，一个星期了，什么时候恢复供水？"


def fill(page: Page, *, words: str = WATER, script: bool = True) -> None:
    page.get_by_label("发生了什么事？").fill(words)
    page.get_by_label("乡镇（街道）").select_option(label="临江镇")
    if script:
        expect(page.get_by_label("村（社区）").locator("optgroup")).to_have_count(0)
    page.get_by_label("村（社区）").select_option(label="幸福社区")
    page.get_by_label("详细位置").fill("幸福路 18 号")
    page.get_by_label("手机号").fill("13800138000")
    page.get_by_label("怎么称呼您").fill("韦大叔")


def test_without_script_from_report_to_withdrawal(nojs_phone_page: Page, cast: Cast, photo: Path) -> None:
    page = nojs_phone_page
    page.goto("/")
    check(page, "home")
    page.get_by_role("link", name="说说您遇到的难题").click()
    # a slip first: nothing chosen, nothing lost
    page.get_by_label("发生了什么事？").fill(WATER)
    page.get_by_role("button", name="下一步：核对并提交").click()
    assert page.title().startswith("错误：")
    assert page.get_by_label("发生了什么事？").input_value() == WATER
    check(page, "slip")
    fill(page, script=False)
    page.get_by_label("照片、录音、文件").set_input_files(photo)
    page.get_by_role("button", name="下一步：核对并提交").click()
    assert page.get_by_role("heading", name="核对一下，没错就提交").is_visible()
    assert page.get_by_text("漏水.jpg").is_visible()
    check(page, "check")
    page.get_by_role("link", name=re.compile("修改.*在哪里")).click()
    assert page.get_by_label("详细位置").input_value() == "幸福路 18 号"
    page.get_by_label("详细位置").fill("幸福路 20 号")
    page.get_by_role("button", name="下一步：核对并提交").click()
    assert page.get_by_text("幸福路 20 号").is_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    assert page.get_by_role("heading", name="已收到您的诉求").is_visible()
    case = Case.objects.get()
    assert page.get_by_text(case.number).is_visible()
    check(page, "receipt")
    page.reload()
    assert page.get_by_text(case.number).is_visible()

    page.goto("/track/")
    page.get_by_label("受理编号").fill(case.number.replace("-", ""))
    page.get_by_label("查询码").fill(query_code(case.number).lower())
    page.get_by_role("button", name="查进度").click()
    assert page.url.endswith("/case/")
    assert page.get_by_text("幸福路 20 号").is_visible()
    check(page, "case")
    page.get_by_role("link", name="补充情况").click()
    page.get_by_label("补充的情况").fill("昨晚九点才来水。")
    check(page, "add")
    page.get_by_role("button", name="补充", exact=True).click()
    assert page.get_by_text("昨晚九点才来水。").is_visible()
    page.get_by_role("link", name="撤回这件诉求").click()
    check(page, "withdraw")
    page.get_by_role("button", name="是的，撤回").click()
    assert page.get_by_text("您撤回了这件诉求").is_visible()
    check(page, "withdrawn")


def test_without_script_the_same_question_is_one_button_away(nojs_phone_page: Page, question: Any) -> None:
    page = nojs_phone_page
    page.goto("/say/")
    page.get_by_label("发生了什么事？").fill(ASK)
    page.get_by_role("button", name="看看有没有相同的问题").click()
    assert page.get_by_role("heading", name="已有 3 人反映同样的问题").is_visible()
    check(page, "same")
    page.get_by_role("button", name="我也一样，算我一个").click()
    assert page.get_by_role("heading", name="我也一样，算我一个").is_visible()
    page.get_by_label("手机号").fill("13800138000")
    page.get_by_role("button", name="算我一个", exact=True).click()
    assert page.get_by_text("4 人同问").first.is_visible()
    assert Case.objects.latest("pk").body == ASK


def test_live_panel_and_counting_oneself_in(phone_page: Page, question: Any) -> None:
    page = phone_page
    page.goto("/say/")
    check(page, "empty")
    page.get_by_label("发生了什么事？").press_sequentially(ASK)
    expect(page.get_by_role("heading", name="已有 3 人反映同样的问题")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "id_words"
    assert page.locator("#same-s").inner_text() == "找到 1 个相同的问题，最多的有 3 人同问"
    assert page.get_by_text("已写 28 字，最多 1000 字").is_visible()
    check(page, "panel")
    page.get_by_role("button", name="我也一样，算我一个").click()
    assert page.get_by_label("您那里有什么不一样的，补一句").input_value() == ASK
    check(page, "join")
    page.get_by_role("button", name="算我一个", exact=True).click()
    assert page.title().startswith("错误：")
    check(page, "join-slip")
    page.get_by_label("手机号").fill("138 0013 8000")
    page.get_by_role("button", name="算我一个", exact=True).click()
    assert page.get_by_text("4 人同问").first.is_visible()
    check(page, "joined")
    page.get_by_role("link", name="查进度").last.click()
    assert page.url.endswith("/case/")
    assert page.get_by_text("水利局").first.is_visible()
    check(page, "case")


def test_panel_changes_with_the_words_and_sends_nothing_but_words(phone_page: Page, question: Any) -> None:
    page = phone_page
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.url.endswith("/say/same/") else None)
    page.goto("/say/")
    page.get_by_label("手机号").fill("13800138000")
    page.get_by_label("发生了什么事？").fill(ASK)
    expect(page.get_by_role("heading", name="已有 3 人反映同样的问题")).to_be_visible()
    page.get_by_label("发生了什么事？").fill("大塘村口的路灯坏了一个多月没人修")
    expect(page.get_by_role("heading", name="已有 3 人反映同样的问题")).to_have_count(0)
    assert sent
    assert not [body for body in sent if "138" in body or "address" in body]


def test_at_a_desk_by_keyboard_alone(desk_page: Page, question: Any) -> None:
    page = desk_page
    page.goto("/say/")
    page.get_by_label("发生了什么事？").focus()
    page.keyboard.type("大塘村口的路灯坏了一个多月没人修，晚上老人摔了两次。")
    page.get_by_label("乡镇（街道）").focus()
    # the browser's own type-ahead knows no Chinese input from here: three townships down
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.get_by_label("手机号").focus()
    page.keyboard.type("13800138000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="核对一下，没错就提交")).to_be_visible()
    check(page, "check")
    page.get_by_role("button", name="提交", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="已收到您的诉求")).to_be_visible()
    check(page, "receipt")
    page.emulate_media(media="print")
    check(page, "printed", axe=False)


def test_double_click_and_back_button_make_one_case(phone_page: Page, cast: Cast) -> None:
    page = phone_page
    page.goto("/say/")
    fill(page)
    page.get_by_role("button", name="下一步：核对并提交").click()
    page.get_by_role("button", name="提交", exact=True).dblclick()
    expect(page.get_by_role("heading", name="已收到您的诉求")).to_be_visible()
    page.go_back()
    if page.get_by_role("button", name="提交", exact=True).count():
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_role("heading", name="已收到您的诉求")).to_be_visible()
    assert Case.objects.count() == 1


def test_the_connection_drops_and_she_goes_back(phone_page: Page, cast: Cast, watch: Any) -> None:
    page = phone_page
    page.goto("/say/")
    fill(page)
    page.get_by_role("button", name="下一步：核对并提交").click()
    lost: list[str] = []

    def lose(route: Any) -> None:
        # the server hears it; its answer is lost on the way back
        lost.append(route.fetch(max_redirects=0).headers["location"])
        route.abort("connectionreset")

    page.route("**/say/check/", lose, times=1)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="提交", exact=True).click(no_wait_after=True)
    assert lost
    # the browser's own page about the lost connection comes first
    page.wait_for_timeout(500)
    page.goto("/say/check/")
    assert page.get_by_text("刚才那件已经提交成功").is_visible()
    assert page.get_by_text(Case.objects.get().number).is_visible()
    check(page, "found-again")
    watch.faults[:] = [fault for fault in watch.faults if "CONNECTION_RESET" not in fault]


@pytest.mark.parametrize(
    ("width", "look"), [(320, ""), (390, "size=xlarge"), (1366, ""), (390, "theme=dark"), (320, "size=xlarge")]
)
def test_every_page_in_every_look(open_page: Any, question: Any, watch: Any, width: int, look: str) -> None:
    page = open_page(width=width, height=844)
    page.goto(f"/?{look}")
    for address in (
        "/",
        "/say/",
        "/say/stuck/",
        "/track/",
        "/q/",
        f"/q/{question.number}/",
        f"/say/join/{question.number}/",
    ):
        page.goto(address)
        check(page, f"{address.strip('/').replace('/', '-') or 'home'}-{look}")
    for address in ("/help/", "/privacy/", "/accessibility/", "/sitemap/", "/open/"):
        page.goto(address)
        check(page, f"{address.strip('/')}-{look}")
    page.goto("/say/")
    fill(page)
    expect(page.get_by_role("heading", name="人反映同样的问题")).to_be_visible()
    check(page, f"say-filled-{look}")
    page.get_by_role("button", name="下一步：核对并提交").click()
    expect(page.get_by_role("heading", name="核对一下，没错就提交")).to_be_visible()
    check(page, f"check-{look}")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="已收到您的诉求")).to_be_visible()
    check(page, f"receipt-{look}")
    member = questions_member(question)
    page.goto(f"/t/{tracking_token(member.pk)}/")
    check(page, f"case-{look}")
    page.goto("/case/add/")
    check(page, f"add-{look}")
    page.goto("/case/withdraw/")
    check(page, f"withdraw-{look}")


def questions_member(question: Any) -> Case:
    return Case.objects.filter(memberships__question=question).earliest("pk")
