"""赵工 sets the house up: a unit, an officer with a role, a duty, another limit; 周审 looks over everybody's shoulder."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tongti.deadlines import actions as deadlines
from tongti.deadlines.models import Regime
from tongti.deadlines.queries import forget_calendar
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.reports.actions import check_figures
from tongti.shared import clock
from tongti.units import transfer
from tongti.units.actions import load_defaults
from tongti.units.models import Duty, Post, Unit

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    forget_calendar()
    deadlines.load_samples()
    return make_cast()


@pytest.fixture
def admin(desk_page: Page, cast: Cast, live_server: Any) -> Page:
    sign_in(desk_page, cast.officers["赵工"], live_server.url)
    return desk_page


def test_the_administrator_sets_up_the_house(admin: Page, cast: Cast) -> None:
    admin.goto("/desk/admin/units/")
    check(admin, "units")
    rail = admin.get_by_role("navigation", name="主菜单")
    assert [link.inner_text() for link in rail.get_by_role("link").all()][-11:] == [
        "机构", "上下级链路", "乡镇方格", "人员和角色", "事项分类", "职责清单", "卡点原因", "时限规则", "工作日历",
        "贡献记录", "用语和模板",
    ]  # fmt: skip
    # a unit: first with a short name that is taken, then with its own
    admin.get_by_role("link", name="新增单位").click()
    admin.get_by_label("代码").fill("jtj")
    admin.get_by_label("简称").fill("水利局")
    admin.get_by_label("全称").fill("云岭区交通运输局")
    admin.get_by_label("类别").select_option("部门")
    admin.get_by_label("所在地区").select_option(label="云岭区")
    admin.get_by_label("上级单位").select_option(label="区政府")
    admin.get_by_role("button", name="新增").click()
    expect(admin.locator("#errors")).to_contain_text("已经有单位叫“水利局”")
    assert admin.get_by_label("全称").input_value() == "云岭区交通运输局"
    check(admin, "unit-wrong")
    admin.get_by_label("简称").fill("交通局")
    admin.get_by_role("button", name="新增").click()
    expect(admin.get_by_role("link", name="交通局")).to_be_visible()
    # an officer with a role, and her password, once
    admin.get_by_role("link", name="交通局").click()
    check(admin, "unit")
    admin.get_by_role("link", name="新增人员").click()
    assert admin.get_by_label("单位").input_value() == str(Unit.objects.get(code="JTJ").pk)
    admin.get_by_label("姓名").fill("农丽")
    admin.get_by_label("登录名").fill("nongli")
    admin.get_by_label("角色", exact=False).select_option("handler")
    check(admin, "officer-new")
    admin.get_by_role("button", name="新增").click()
    password = admin.locator("#one-time-password").inner_text()
    assert len(password) == 14
    check(admin, "officer-password")
    admin.reload()
    assert admin.locator("#one-time-password").count() == 0
    assert Post.objects.get(officer__username="nongli").role == "handler"
    # a duty
    admin.goto("/desk/admin/duties/new/")
    admin.get_by_label("编号").fill("D010")
    admin.get_by_label("事项").fill("村屯道路养护")
    admin.get_by_label("牵头单位").select_option(label="交通局")
    admin.get_by_label("临江镇").check()
    admin.get_by_label("依据").fill("《农村公路养护管理办法》")
    admin.get_by_label("关键词").fill("路烂，坑洼")
    check(admin, "duty-new")
    admin.get_by_role("button", name="新增").click()
    expect(admin.get_by_role("link", name="村屯道路养护")).to_be_visible()
    check(admin, "duties")
    assert Duty.objects.get(code="D010").keywords == "路烂 坑洼"
    # another limit
    admin.goto("/desk/admin/regimes/")
    check(admin, "regimes")
    admin.get_by_role("link", name="一般诉求").click()
    check(admin, "regime")
    admin.get_by_role("link", name="修改").click()
    line = admin.get_by_role("group", name="牵头办理")
    line.get_by_label("数量").fill("7")
    check(admin, "regime-edit")
    admin.get_by_role("button", name="发布新的一版").click()
    expect(admin.get_by_text("第 2 版从今天起生效")).to_be_visible()
    assert Regime.objects.get(code="ordinary", valid_to=None).clocks.get(code="handle").amount == 7


@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_of_the_administrator(open_page: OpenPage, cast: Cast, live_server: Any, width: int) -> None:
    page = open_page(width=width, height=844)
    sign_in(page, cast.officers["赵工"], live_server.url)
    unit, li = cast.units["水利局"], cast.officers["覃丽"]
    post = Post.objects.get(officer=li)
    regime = Regime.objects.get(code="ordinary")
    pages = {
        "units": "units/", "unit-new": "units/new/", "unit": f"units/{unit.pk}/", "officers": "officers/",
        "roles": "officers/roles/", "officer": f"officers/{li.pk}/", "post-end": f"officers/{li.pk}/posts/{post.pk}/end/",
        "categories": "categories/", "category": f"categories/{cast.categories['供水'].pk}/", "category-new": "categories/new/",
        "duties": "duties/", "duty": f"duties/{cast.duties['供水'].pk}/", "regimes": "regimes/",
        "samples": "regimes/?samples=1", "regime": f"regimes/{regime.pk}/", "regime-edit": f"regimes/{regime.pk}/edit/",
        "calendar": "calendar/?year=2026", "texts": "texts/", "text": "texts/site.help/", "import": "files/duties/import/",
    }  # fmt: skip
    for label, path in pages.items():
        page.goto(f"/desk/admin/{path}")
        check(page, label)


def test_a_file_is_checked_then_imported(admin: Page, cast: Cast) -> None:
    columns = ["编号", "事项", "牵头单位代码", "协办单位代码", "依据"]
    rows = [
        ["D020", "路灯不亮", "U03", "U05", "《城市道路照明设施管理规定》"],
        ["D021", "没人管的事", "U99", "", "规定"],
    ]
    admin.goto("/desk/admin/files/duties/import/")
    sheet = {
        "name": "d.xlsx",
        "mimeType": "application/octet-stream",
        "buffer": transfer.sheets.write("x", columns, rows),
    }
    admin.get_by_label("文件").set_input_files(sheet)
    admin.get_by_role("button", name="先核对").click()
    expect(admin.get_by_text("没有代码为“U99”的单位")).to_be_visible()
    assert admin.get_by_role("button", name="确认导入").count() == 0
    check(admin, "import-wrong")
    sheet["buffer"] = transfer.sheets.write("x", columns, rows[:1])
    admin.get_by_label("文件").set_input_files(sheet)
    admin.get_by_role("button", name="先核对").click()
    check(admin, "import-plan")
    admin.get_by_role("button", name="确认导入").click()
    expect(admin.get_by_text("新增 1 项")).to_be_visible()
    with admin.expect_download() as download:
        admin.get_by_role("button", name="导出").click()
    assert download.value.suggested_filename.startswith("duties-")


@pytest.mark.parametrize("width", [1366, 390])
def test_the_auditor_sees_who_did_what(open_page: OpenPage, cast: Cast, live_server: Any, width: int) -> None:
    transfer.export(kind="units", by=cast.viewer("赵工"))
    page = open_page(width=width, height=844)
    sign_in(page, cast.officers["周审"], live_server.url)
    page.goto("/desk/admin/audit/")
    page.get_by_label("看什么").select_option("exports")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("cell", name="导出目录")).to_be_visible()
    check(page, "audit")

    figures.add([Count("open", clock.today(), amount=3), Count("received", clock.today())])
    check_figures()
    page.goto("/desk/admin/audit/")
    expect(page.get_by_text("看板上有 2 个数字和明细对不上")).to_be_visible()
    page.get_by_role("link", name="看核对记录").click()
    expect(page.get_by_role("row", name="在办诉求")).to_contain_text("合计")
    check(page, "figure-checks")


def test_the_shipped_catalogue_reads_well(open_page: OpenPage, cast: Cast, live_server: Any) -> None:
    from tongti.shared.actor import SYSTEM
    from tongti.units.models import Category

    Duty.objects.update(category=None)
    Category.objects.filter(level=3).delete()
    Category.objects.filter(level=2).delete()
    Category.objects.all().delete()
    assert load_defaults(by=SYSTEM) > 250
    page = open_page(width=1366, height=844)
    sign_in(page, cast.officers["赵工"], live_server.url)
    page.goto("/desk/admin/categories/")
    check(page, "shipped")
