"""A clerk takes a call with the keyboard alone, and imports a table."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tongti.cases import actions
from tongti.cases.models import Case, ImportBatch

WORDS = "幸福路晚上七点以后停水，六楼没有水，自来水公司电话没有人接。"
TABLE = "工单编号,诉求内容,来电时间,姓名,联系电话\n1,路灯不亮,2026-01-02 10:00,韦秀英,13800138001\n2,停水,前天,黄某,13800138002\n"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def clerk(cast: Cast, desk_page: Page, live_server) -> Page:
    sign_in(desk_page, cast.officers["李小英"], live_server.url)
    return desk_page


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.name || document.activeElement.textContent")


def tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached with Tab")


def test_a_call_is_taken_with_the_keyboard_alone(clerk, cast):
    actions.register(intake=_before(), by=cast.viewer("李小英"))
    clerk.goto("/desk/")
    check(clerk, "home")
    clerk.keyboard.press("c")
    clerk.wait_for_url("**/desk/register/")
    assert focused(clerk) == "phone"
    clerk.keyboard.type("13800138000")
    clerk.keyboard.press("Tab")
    expect(clerk.locator("#caller")).to_contain_text("韦秀英")
    expect(clerk.locator("#id_name")).to_have_value("韦秀英")
    tab_to(clerk, "words")
    clerk.keyboard.type(WORDS)
    expect(clerk.locator("#same")).to_contain_text("水利局")
    expect(clerk.locator("#id_category")).to_have_value("供水（城乡建设/市政公用）")
    tab_to(clerk, "place")
    clerk.keyboard.type("幸福社区")
    expect(clerk.locator(".htmx-request")).to_have_count(0)
    # axe takes whatever the sticky bar happens to cover for too small
    clerk.evaluate("scrollTo(0, 0)")
    check(clerk, "filled")
    for _ in range(20):
        clerk.keyboard.press("Tab")
        if clerk.evaluate("document.activeElement.value") == "register":
            break
    clerk.keyboard.press("Enter")
    clerk.wait_for_url("**/receipt/")
    case = Case.objects.order_by("-id").first()
    expect(clerk.locator("main")).to_contain_text(case.number)
    check(clerk, "receipt")
    assert (case.body, case.category, case.place) == (WORDS, cast.categories["供水"], cast.regions["幸福社区"])
    assert case.party.name == "韦秀英"
    assert case.party.cases.count() == 2
    # the next call is one key away
    clerk.keyboard.press("Enter")
    clerk.wait_for_url("**/desk/register/")


def test_errors_keep_what_was_typed(clerk):
    clerk.goto("/desk/register/")
    check(clerk, "empty")
    # axe leaves empty style attributes behind, which htmx would copy and the policy refuse
    clerk.reload()
    clerk.fill("#id_name", "韦某")
    clerk.select_option("#id_channel", "stuck")
    expect(clerk.locator("#door")).to_contain_text("办什么事")
    clerk.fill("#id_words", "办营业执照跑了三趟")
    clerk.click("button[value=register]")
    expect(clerk.locator("#errors")).to_contain_text("请填写办不成的事项名称")
    expect(clerk.locator("#id_words")).to_have_value("办营业执照跑了三趟")
    check(clerk, "errors")
    clerk.fill("#id_matter", "个体户营业执照")
    clerk.fill("#id_visits", "3")
    clerk.fill("#id_stuck_at", "每次都说少一样材料")
    clerk.click("button[value=register]")
    clerk.wait_for_url("**/receipt/")
    assert "去过几次：3 次" in Case.objects.get().body


def test_answered_while_she_waits(clerk):
    clerk.goto("/desk/register/")
    clerk.fill("#id_words", "请问医保怎么缴费")
    clerk.click("summary:has-text('当场答复')")
    clerk.fill("#id_answer", "可以在手机上缴，也可以到社区缴。")
    clerk.click("button[value=answer]")
    clerk.wait_for_url("**/receipt/")
    expect(clerk.locator("h1")).to_contain_text("当场答复并办结")
    assert Case.objects.get().closing == "on_the_spot"


def test_the_case_page_masks_and_shows_for_a_reason(clerk, cast):
    case = actions.register(intake=_before(), by=cast.viewer("李小英"))
    clerk.goto(f"/desk/cases/{case.pk}/")
    expect(clerk.locator("main")).to_contain_text("韦**")
    expect(clerk.locator("main")).not_to_contain_text("13800138000")
    check(clerk, "masked")
    clerk.click("summary:has-text('查看身份')")
    clerk.fill("#reveal_reason", "回电核实地址")
    clerk.click("text=显示 15 分钟")
    expect(clerk.locator("main")).to_contain_text("13800138000")
    expect(clerk.locator("main")).to_contain_text("查看诉求人身份")
    clerk.click("summary:has-text('更正')")
    clerk.select_option("#correct_kind", "complaint")
    clerk.click("text=保存更正")
    expect(clerk.locator("#notices")).to_contain_text("已更正")
    clerk.click("summary:has-text('分流')")
    clerk.click("text=告知并分流")
    expect(clerk.locator("#errors")).to_be_visible()
    check(clerk, "divert-errors")


def test_inbox_and_search(clerk, cast):
    case = actions.register(intake=_before(), by=cast.viewer("李小英"))
    clerk.goto("/desk/inbox/?state=registered")
    expect(clerk.locator("table")).to_contain_text(case.number)
    check(clerk, "inbox")
    clerk.keyboard.press("/")
    clerk.keyboard.type("8000")
    clerk.keyboard.press("Enter")
    expect(clerk.locator("main")).to_contain_text("按电话找到")
    assert "8000" not in clerk.url
    check(clerk, "search")
    clerk.fill("#q", case.number)
    clerk.keyboard.press("Enter")
    clerk.wait_for_url(f"**/desk/cases/{case.pk}/")


def test_a_table_is_imported_and_its_faults_come_back(clerk, tmp_path: Path):
    file = tmp_path / "工单.csv"
    file.write_bytes(TABLE.encode("gb18030"))
    clerk.goto("/desk/import/")
    check(clerk, "upload")
    clerk.set_input_files("#id_file", file)
    clerk.click("text=下一步：核对列")
    expect(clerk.locator("#id_col_body")).to_have_value("1")
    expect(clerk.locator("main")).to_contain_text("看不懂时间")
    check(clerk, "columns")
    clerk.click("button[value=start]")
    expect(clerk.locator("main")).to_contain_text("已处理 0 / 2 行")
    check(clerk, "running")
    batch = ImportBatch.objects.get()
    actions.run_import(batch_id=batch.pk)
    expect(clerk.locator("h1")).to_contain_text("导入完成")
    check(clerk, "done")
    with clerk.expect_download() as download:
        clerk.click("text=下载没有导入的 1 行")
    assert download.value.suggested_filename == f"import-{batch.pk}-errors.xlsx"


def test_on_a_phone_and_without_script(cast, nojs_phone_page, live_server):
    page = nojs_phone_page
    sign_in(page, cast.officers["李小英"], live_server.url)
    actions.register(intake=_before(), by=cast.viewer("李小英"))
    page.goto("/desk/register/")
    check(page, "nojs")
    page.fill("#id_phone", "13800138000")
    page.fill("#id_words", WORDS)
    page.click("text=查来电和相同问题")
    expect(page.locator("#caller")).to_contain_text("韦秀英")
    expect(page.locator("#same")).to_contain_text("水利局")
    expect(page.locator("#id_words")).to_have_value(WORDS)
    page.click("button[value=register]")
    page.wait_for_url("**/receipt/")
    check(page, "nojs-receipt")
    for address in ("/desk/", "/desk/inbox/", f"/desk/cases/{Case.objects.latest('pk').pk}/", "/desk/import/"):
        page.goto(address)
        check(page, address.strip("/").replace("/", "-"))


def _before():
    from tests.cases.conftest import call

    return call(phone="13800138000", asker_name="韦秀英", title="上周的停水")
