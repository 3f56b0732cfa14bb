"""The files, opened again: the page and its type as GB/T 9704-2012 wants them, the same bytes at any time, what stands in them."""

import io
import re
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Emu
from python_calamine import CalamineWorkbook

from tongti.papers import actions, queries
from tongti.papers.rendering.document import PITCH


def opened(paper):
    return Document(io.BytesIO(queries.as_docx(paper)))


def text_of(docx):
    cells = [cell.text for table in docx.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in docx.paragraphs), *cells])


def east_asian(thing):
    return thing.element.rPr.rFonts.get(qn("w:eastAsia"))


def test_the_page_has_the_type_area_of_the_standard_and_22_lines_of_28_characters(brief):
    docx = opened(brief(signed=True))
    section = docx.sections[0]
    mm = {name: round(getattr(section, name).mm) for name in ("page_width", "page_height", "top_margin", "left_margin")}
    assert mm == {"page_width": 210, "page_height": 297, "top_margin": 37, "left_margin": 28}
    assert round(Emu(section.page_width - section.left_margin - section.right_margin).mm) == 156
    assert round(Emu(section.page_height - section.top_margin - section.bottom_margin).mm) == 225
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "lines"
    pitch = int(grid.get(qn("w:linePitch")))
    assert int(225 / 25.4 * 1440 / pitch) == 22
    closer = int(docx.styles["Normal"].element.rPr.find(qn("w:spacing")).get(qn("w:val")))
    assert int(156 / 25.4 * 72 / (16 + closer / 20)) == 28
    assert pitch == PITCH


def test_body_title_and_headings_have_their_fonts_and_sizes(brief):
    docx = opened(brief(signed=True))
    fonts = {
        name: (east_asian(docx.styles[name]), docx.styles[name].font.size.pt)
        for name in ("Normal", "Title", "Heading 1", "Heading 2")
    }
    assert fonts == {
        "Normal": ("仿宋_GB2312", 16),
        "Title": ("方正小标宋简体", 22),
        "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体_GB2312", 16),
    }
    assert [line.text for line in docx.paragraphs if line.style.name == "Heading 1"] == [
        "一、总体情况", "二、难题类别及排名", "三、重点突出问题", "四、办理质量", "五、趋势研判", "六、下一步措施",
    ]  # fmt: skip
    (title,) = [line for line in docx.paragraphs if line.style.name == "Title"]
    assert title.text == "壮大实体经济调研服务周报（3月2日—3月6日）"
    body = next(line for line in docx.paragraphs if line.text.startswith("2026年3月2日至"))
    assert body._p.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_head_number_addressee_signature_date_and_copies_stand_in_their_order(brief):
    docx = opened(brief(signed=True))
    lines = [line.text for line in docx.paragraphs if line.text]
    head, number, _title, addressee = lines[:4]
    assert (head, number) == ("云岭区实体经济调研服务工作专班", "云调研〔2026〕1号")
    assert addressee == "区实体经济调研服务指挥部，各工作组："
    assert str(docx.paragraphs[0].runs[0].font.color.rgb) == "E60012"
    assert lines[-4:] == [
        "云岭区实体经济调研服务工作专班",
        "2026年3月6日",
        "抄送：区委办公室，区人大常委会办公室，区政协办公室。",
        "云岭区实体经济调研服务工作专班\t2026年3月6日印发",
    ]
    assert ["w:pBdr" in line._p.xml for line in docx.paragraphs if line.text][-3:] == [False, True, True]


def test_page_numbers_stand_on_the_outer_side_in_four_dashes(brief):
    docx = opened(brief(signed=True))
    assert docx.settings.odd_and_even_pages_header_footer
    section = docx.sections[0]
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        line = footer.paragraphs[0]
        assert line.alignment == side
        assert "".join(re.findall(r"<w:t[^>]*>(.*?)</w:t>", line._p.xml)) == "— 1 —"
        assert "PAGE" in line._p.xml


@pytest.mark.parametrize(("way", "mark"), [("draft", "草稿"), ("signed", ""), ("voided", "作废")])
def test_a_draft_says_so_across_every_page_and_so_does_what_was_voided(brief, office, way, mark):
    paper = brief(signed=way != "draft")
    if way == "voided":
        paper = actions.void_paper(paper=paper, reason="数据有误，另发", by=office)
    content = queries.as_docx(paper)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        headers = [parts.read(name).decode() for name in parts.namelist() if "header" in name]
    marked = [re.findall(r'string="(.*?)"', xml) for xml in headers]
    assert len(headers) == 2  # odd and even pages
    assert marked == ([[mark], [mark]] if mark else [[], []])
    assert ("（签发时编号）" in text_of(opened(paper))) == (way == "draft")


def test_the_same_paper_is_the_same_file_at_any_time(brief, on_friday, outing):
    paper = brief(signed=True)
    before = queries.as_docx(paper), queries.as_xlsx(paper)
    on_friday.move_to("2026-05-01T01:00:00Z")
    outing.finding("又有一个难题")
    again = queries.paper_for(outing.viewer("邓主任"), paper.pk)
    assert (queries.as_docx(again), queries.as_xlsx(again)) == before


def test_numbers_that_point_at_a_person_and_hidden_firms_stand_on_no_paper(brief):
    for paper in (brief(signed=True), brief(kind="levels", scope="county")):
        text = text_of(opened(paper))
        assert "13912345678" not in text
        assert "139" not in text
        assert "隐名企业" in text
    assert "路灯不亮（电话***********）" in text


def test_the_brief_says_what_the_week_was(brief):
    text = text_of(opened(brief(signed=True)))
    assert "共走访4次、企业3家" in text
    assert "发现难题4个" in text
    assert "本期办结1件，其中解决1件" in text
    assert "应走访3家，走访过3家，覆盖率100.0%" in text
    assert "高压线路容量不够，第二条生产线开不了（云岭区青山木业有限公司；共性问题、提请市级协调；" in text
    assert "请求协调：增容 800 千伏安" in text
    assert "临江镇本周内修好厂门口路灯。" in text
    assert "活动开展不满一年，没有同比" in text


def test_what_nobody_wrote_yet_is_marked_on_the_draft(brief):
    assert "（下一步措施，待填写）" in text_of(opened(brief()))


def test_the_county_list_lies_across_as_an_annex(brief):
    docx = opened(brief(kind="levels", scope="county"))
    section = docx.sections[1]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (28, 37)
    heads = [cell.text for cell in docx.tables[-1].rows[0].cells]
    assert heads[:4] == ["序号", "编号", "问题", "涉及企业"]
    assert docx.tables[-1].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert "附件：县级解决问题清单" in text_of(docx)
    assert len(docx.tables[-1].rows) == 3


def test_the_tables_are_a_workbook_with_numbers_as_numbers(brief):
    book = CalamineWorkbook.from_filelike(io.BytesIO(queries.as_xlsx(brief(signed=True))))
    assert len(book.sheet_names) == 7
    rows = book.get_sheet_by_index(2).to_python()
    assert rows[0][0] == "表3　各工作组"
    assert rows[1][0] == "壮大实体经济调研服务周报（3月2日—3月6日）　云调研〔2026〕1号"
    assert rows[2][:4] == ["工作组", "应走访", "走访过", "发现"]
    assert rows[3][:4] == ["谭小勇组", 2.0, 2.0, 3.0]
