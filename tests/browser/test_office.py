"""The office's week: how far everybody is, the list behind a number, the weekly brief made, signed and taken, a ledger as a file."""

import io
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.harness import check, sign_in
from tests.papers.conftest import TEMPLATE
from tests.visits.stories import Outing, make_outing
from tongti.cases.models import Case
from tongti.exports import actions as exports
from tongti.exports.models import Export
from tongti.papers import actions as papers
from tongti.papers.actions import TemplateDraft
from tongti.papers.models import Paper
from tongti.shared import clock
from tongti.visits.models import Assignment, Campaign

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def outing(transactional_db: None) -> Outing:
    """The campaign of tests/visits, around today: a browser has a clock of its own. Three difficulties, one closed and solved."""
    from tests.cast import make_cast
    from tongti.deadlines import actions as deadlines
    from tongti.deadlines.queries import forget_calendar

    forget_calendar()
    deadlines.load_samples()
    outing = make_outing(make_cast())
    today = clock.today()
    Campaign.objects.update(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=60))
    Assignment.objects.update(visit_by=today - timedelta(days=1))
    outing.campaign.refresh_from_db()
    solved = outing.finding("厂门口路灯不亮，夜里卸货看不见", handling="A", promised_on=today + timedelta(days=10))
    outing.finding(
        "高压线路容量不够",
        firm=outing.wood,
        handling="C",
        level="city",
        matter="增容 800 千伏安",
        paper="清单 3 号",
        shared=True,
    )
    outing.finding("招不到熟练的裁剪工人", by="卢芳", firm=outing.packing, at_once=False)
    assert solved.case is not None
    Case.objects.filter(pk=solved.case.pk).update(state="closed", closing="solved", closed_at=clock.now())
    papers.change_template(kind="weekly", draft=TEMPLATE, by=outing.viewer("邓主任"))
    return outing


def test_the_office_goes_through_its_week(desk_page: Page, outing: Outing, live_server: Any) -> None:
    page = desk_page
    sign_in(page, outing.cast.officers["邓主任"], live_server.url)
    page.goto(f"/desk/campaigns/{outing.campaign.pk}/")
    page.get_by_role("link", name="进展表").click()
    expect(page.get_by_role("heading", name="按处置类别")).to_be_visible()
    check(page, "progress")
    page.get_by_role("row", name="C 提级协调").get_by_role("link", name="1", exact=True).first.click()
    expect(page.get_by_text("按处置类别：C 提级协调")).to_be_visible()
    expect(page.get_by_text("高压线路容量不够")).to_be_visible()
    check(page, "behind-a-number")
    page.go_back()
    page.get_by_role("link", name="做周报、问题清单").click()
    check(page, "papers")
    page.get_by_role("button", name="取数，起草").click()
    expect(page.get_by_text("（下一步措施，待填写）")).to_be_visible()
    page.get_by_label("趋势研判").fill("用电问题上升，下周盯住增容。")
    page.get_by_role("button", name="签发，编文号").click()
    expect(page.locator("#errors")).to_contain_text("还没有写“下一步措施”")
    check(page, "not-finished")
    page.get_by_label("下一步措施").fill("供电局本周拿出增容方案。")
    page.get_by_role("button", name="签发，编文号").click()
    number = f"云调研〔{clock.today().year}〕1号"
    expect(page.locator(".gw-no")).to_have_text(number)
    check(page, "signed")
    assert number in "\n".join(line.text for line in Document(_taken(page, "下载 .docx")).paragraphs)
    book = CalamineWorkbook.from_filelike(_taken(page, "下载表格 .xlsx"))
    assert number in str(book.get_sheet_by_index(0).to_python())
    assert _taken(page, "下载 .pdf").read(5) == b"%PDF-"
    page.goto("/desk/ledgers/")
    check(page, "ledgers")
    page.get_by_role("link", name="难题台账").click()
    expect(page.get_by_text("高压线路容量不够").first).to_be_visible()
    check(page, "ledger-one")
    page.go_back()
    page.goto(f"/desk/papers/{Paper.objects.get().pk}/")
    page.set_viewport_size(PHONE)
    check(page, "signed-phone")
    page.goto(f"/desk/campaigns/{outing.campaign.pk}/progress/")
    check(page, "progress-phone")
    page.get_by_role("link", name="导出台账").click()
    check(page, "exports-phone")
    page.get_by_role("button", name="开始写").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    exports.write_export(export_id=Export.objects.get().pk)
    expect(page.get_by_role("button", name="下载")).to_be_visible()
    check(page, "export-done-phone")
    assert CalamineWorkbook.from_filelike(_taken(page, "下载")).get_sheet_by_index(0).to_python()[0][0] == "序号"
    assert Paper.objects.get().state == "signed"


def test_a_paper_is_made_of_a_case_where_it_stands(desk_page: Page, outing: Outing, live_server: Any) -> None:
    page, case = desk_page, Case.objects.exclude(state="closed").earliest("pk")
    by = outing.viewer("韦晓梅")
    papers.change_template(kind="order", draft=TemplateDraft(head="云岭区热线办", code="云热工"), by=by)
    sign_in(page, outing.cast.officers["韦晓梅"], live_server.url)
    page.goto(f"/desk/cases/{case.pk}/")
    page.get_by_role("link", name="出公文").click()
    check(page, "papers-of-a-case")
    page.get_by_role("button", name="工单").click()
    expect(page.get_by_role("heading", name=f"诉求办理工单（{case.number}）").first).to_be_visible()
    check(page, "order-draft")
    page.get_by_role("button", name="签发，编文号").click()
    expect(page.locator(".gw-no")).to_have_text(f"云热工〔{clock.today().year}〕1号")
    page.set_viewport_size(PHONE)
    check(page, "order-phone")
    page.get_by_role("link", name="诉求", exact=True).first.click()
    expect(page.get_by_role("link", name=f"诉求办理工单（{case.number}）")).to_be_visible()
    check(page, "papers-of-a-case-phone")


def _taken(page: Page, button: str) -> io.BytesIO:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return io.BytesIO(download.value.path().read_bytes())
