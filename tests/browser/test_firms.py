"""韦晓梅 keeps the register: imports a list, decides what is doubtful, merges a double; 黄志强 opens a firm's file on a phone."""

import io
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.parties.firms import MANAGER, code, entered
from tests.parties.test_pages import raised
from tongti.deadlines import actions as deadlines
from tongti.deadlines.queries import forget_calendar
from tongti.parties import actions
from tongti.parties.actions import FigureDraft
from tongti.parties.models import Firm, FirmImport, FirmMerge
from tongti.parties.periods import last_month
from tongti.shared import clock
from tongti.shared.actor import SYSTEM

pytestmark = pytest.mark.slow

ROWS = [
    ["企业名称", "统一社会信用代码", "规模", "行业", "乡镇", "负责人", "联系电话"],
    ["新圩米业有限公司", code(11), "临规", "13", "大塘村", "梁兴旺", "15400000011"],
    ["云岭区龙腾食品有限责任公司", "", "规上", "14", "大塘村", "韦建国", "15400000012"],
    ["大塘木业厂", code(12)[:-1] + "0", "小微", "20", "大塘村", "", ""],
]


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(ROWS):
            sheet.write_row(at, 0, row)
    return out.getvalue()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    forget_calendar()
    deadlines.load_samples()
    return make_cast()


@pytest.fixture
def factory(cast: Cast) -> Firm:
    """A firm that 水利局 looks after, with a month of figures and a difficulty."""
    firm = entered(
        "云岭区龙腾食品有限公司", credit_code=code(1), size="industry", sector="14", unit_id=cast.units["水利局"].pk,
        place_id=cast.regions["大塘村"].pk, address="工业路 8 号", people=(MANAGER,),
    )  # fmt: skip
    newest = last_month(clock.today())
    for period, value in ((newest.before, "1200"), (newest, "1350")):
        actions.enter_figure(firm=firm, draft=FigureDraft("output", period, value, "statistics"), by=SYSTEM)
    raised(cast, 1, party_id=firm.pk)
    return firm


def test_a_list_comes_in_what_is_doubtful_is_decided_and_a_double_is_merged(
    desk_page: Page, cast: Cast, factory: Firm, live_server: Any
) -> None:
    sign_in(desk_page, cast.officers["韦晓梅"], live_server.url)
    desk_page.goto("/desk/firms/")
    check(desk_page, "list")
    desk_page.get_by_role("main").get_by_role("link", name="导入").click()
    upload = {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    desk_page.get_by_label("表格文件").set_input_files([upload])
    desk_page.get_by_role("button", name="下一步：核对列").click()
    expect(desk_page.get_by_label("联系电话")).to_have_value("6")
    check(desk_page, "columns")
    desk_page.get_by_role("button", name="下一步：和登记簿比对").click()
    expect(desk_page.get_by_role("heading", name="正在比对")).to_be_visible()
    check(desk_page, "comparing")
    actions.run_firm_comparison(batch_id=FirmImport.objects.get().pk)
    expect(desk_page.get_by_text("新登记 1，更新 0，没有变化 0，拿不准 1，有错 1")).to_be_visible()
    check(desk_page, "compared")
    # it is another firm, the clerk thinks; later it turns out to be the same
    desk_page.get_by_label("是另一家，新登记").check()
    desk_page.get_by_role("button", name="记下这一页的决定").click()
    desk_page.get_by_role("link", name="有错 1").click()
    expect(desk_page.get_by_text("校验位不对")).to_be_visible()
    check(desk_page, "wrong")
    desk_page.get_by_role("button", name="开始导入").click()
    expect(desk_page.get_by_role("heading", name="正在导入")).to_be_visible()
    actions.run_firm_import(batch_id=FirmImport.objects.get().pk)
    actions.find_lookalikes()
    expect(desk_page.get_by_role("heading", name="导入完成")).to_be_visible()
    check(desk_page, "imported")
    with desk_page.expect_download() as download:
        desk_page.get_by_role("link", name="下载没有导入的 1 行").click()
    assert download.value.suggested_filename.endswith("-errors.xlsx")

    desk_page.get_by_role("link", name="看疑似重复").click()
    check(desk_page, "duplicates")
    desk_page.get_by_role("link", name="核对").click()
    expect(desk_page.get_by_text("去掉地区和公司形式，名称相同")).to_be_visible()
    check(desk_page, "pair")
    desk_page.get_by_role("button", name="确认合并").click()
    expect(desk_page.locator("#errors")).to_contain_text("请填写“为什么是同一家”")
    desk_page.get_by_label("为什么是同一家").fill("电话核实，同一块厂牌")
    desk_page.get_by_role("button", name="确认合并").click()
    expect(desk_page.get_by_role("heading", name="云岭区龙腾食品有限公司", level=1)).to_be_visible()
    assert FirmMerge.objects.get().kept_id == factory.pk
    check(desk_page, "merged")
    desk_page.goto("/desk/firms/duplicates/")
    check(desk_page, "merges")
    desk_page.get_by_role("button", name="撤销合并").click()
    expect(desk_page.get_by_text("合并已撤销")).to_be_visible()


def test_the_file_of_a_firm_on_a_phone(phone_page: Page, cast: Cast, factory: Firm, live_server: Any) -> None:
    sign_in(phone_page, cast.officers["黄志强"], live_server.url)
    phone_page.goto("/desk/firms/")
    check(phone_page, "list")
    phone_page.get_by_role("link", name=factory.name).click()
    expect(phone_page.get_by_text("+150（+12.5%）")).to_be_visible()
    check(phone_page, "file")
    phone_page.get_by_text("查看联系人").click()
    phone_page.get_by_label("事由").fill("约走访时间")
    phone_page.get_by_role("button", name="显示 15 分钟").click()
    expect(phone_page.get_by_role("link", name="13800138000")).to_be_visible()
    check(phone_page, "contacts")
    phone_page.get_by_role("link", name="录入、看历次").click()
    phone_page.get_by_label("指标").select_option("staff")
    phone_page.get_by_label("数值").fill("八十五")
    phone_page.get_by_role("button", name="录入").click()
    expect(phone_page.locator("#errors")).to_contain_text("请填数字")
    phone_page.get_by_label("数值").fill("85")
    phone_page.get_by_role("button", name="录入").click()
    expect(phone_page.get_by_text("已录入。")).to_be_visible()
    check(phone_page, "figures")
    phone_page.get_by_role("link", name=factory.name).click()
    phone_page.get_by_role("link", name="修改").click()
    phone_page.get_by_label("统一社会信用代码").fill("123")
    phone_page.get_by_role("button", name="保存").click()
    expect(phone_page.locator("#errors")).to_contain_text("现在是 3 位")
    check(phone_page, "edit")
