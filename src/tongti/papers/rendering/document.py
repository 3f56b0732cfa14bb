"""A paper as .docx in the layout of GB/T 9704-2012.

A4; type area 156 × 225 mm, 37 mm from the top and 28 mm from the left; 22 lines of 28 characters of 3号仿宋; title 2号小标宋; page number
4号 “— 1 —”, outer side (domain sheet 9.5; the standard's 5, 6.1 and 7). Lengths here are twips (1/20 pt) where Word wants twips.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.section import Section
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from tongti.papers.blocks import Block, Facts, Fonts, Heading, Paragraph, Sheet, Table, day_words
from tongti.papers.rendering import marks

PAGE = (Mm(210), Mm(297))
TOP, LEFT, TYPE_WIDTH, TYPE_HEIGHT = Mm(37), Mm(28), Mm(156), Mm(225)
LINES, CHARACTERS = 22, 28
PITCH = int(TYPE_HEIGHT.twips / LINES)
"""579 twips: 22 of them fit into 225 mm, 22 of 580 would not."""
BODY, TITLE, SMALL, TABLE = Pt(16), Pt(22), Pt(14), Pt(11)
"""3号, 2号, 4号; tables are set smaller so that eight columns fit."""
CLOSER = 5
"""Twips by which characters of the body stand closer, so that 28 of them fill a line: 16 − 0.25 pt, 28 times, is 441 of 442.2 pt. Not
by a grid of characters: LibreOffice gives two of its cells to a character that is wider than one."""
NUMBER_BELOW = Mm(7)
"""The page number stands 7 mm below the type area (7.5)."""
HEAD_DOWN = Mm(35)
"""The issuer's name begins 35 mm below the upper edge of the type area (7.2.4)."""
RED = RGBColor(0xE6, 0x00, 0x12)
LATIN = "Times New Roman"
CELL, FORM = "Cell", "Form"
LABEL = Mm(34)
PAGEFUL = 400
"""Characters of a value from which its row may be broken over two pages."""


def document(sheet: Sheet) -> bytes:
    """The file."""
    docx = Document()
    _styles(docx, sheet.fonts)
    _page(docx.sections[0], across=False)
    docx.settings.odd_and_even_pages_header_footer = True
    _numbers(docx.sections[0], sheet)
    _head(docx, sheet)
    _body(docx, sheet)
    _foot(docx, sheet)
    if sheet.annex:
        _annex(docx, sheet)
    _properties(docx, sheet)
    out = io.BytesIO()
    docx.save(out)
    return _same_every_time(out.getvalue())


# --- the page -------------------------------------------------------------------------------------------------------


def _page(section: Section, *, across: bool) -> None:
    width, height = reversed(PAGE) if across else PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Emu(width), Emu(height)
    below, right = PAGE[1] - TOP - TYPE_HEIGHT, PAGE[0] - LEFT - TYPE_WIDTH
    # A page that lies across is the upright one turned: its binding edge, 28 mm, is on top (7.3.4).
    edges = (LEFT, TOP, right, below) if across else (TOP, LEFT, below, right)
    section.top_margin, section.left_margin, section.bottom_margin, section.right_margin = map(Emu, edges)
    section.footer_distance = Emu(edges[2] - NUMBER_BELOW - SMALL)
    section.header_distance = Mm(15)
    if not across:
        marks.lines(section, pitch=PITCH)


def _styles(docx: Docx, fonts: Fonts) -> None:
    normal = docx.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _font(normal, fonts.body, BODY)
    marks.closer(normal, CLOSER)
    shape = normal.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(PITCH / 20)
    shape.space_before = shape.space_after = Pt(0)
    shape.widow_control = False
    for name, font, size in (
        ("Title", fonts.title, TITLE), ("Heading 1", fonts.first, BODY), ("Heading 2", fonts.second, BODY),
    ):  # fmt: skip
        style = docx.styles[name]
        assert isinstance(style, ParagraphStyle)
        marks.plain(style)
        _font(style, font, size)
        style.font.bold, style.font.color.rgb = False, RGBColor(0, 0, 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    docx.styles["Title"].paragraph_format.alignment = ALIGN.CENTER
    docx.styles["Title"].paragraph_format.line_spacing = Pt(35)
    for name in ("Heading 1", "Heading 2"):
        marks.indent(docx.styles[name], characters=2, size=BODY)
    for name, size, height in ((CELL, TABLE, Pt(15)), (FORM, SMALL, Pt(21))):
        small = docx.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(small, ParagraphStyle)
        small.base_style = normal
        _font(small, fonts.body, size)
        # higher than single: where another font stands in for the missing one, its signs would be cut at the top
        small.paragraph_format.line_spacing_rule, small.paragraph_format.line_spacing = WD_LINE_SPACING.AT_LEAST, height
        marks.off_the_grid(small)


def _font(style: ParagraphStyle, name: str, size: int) -> None:
    style.font.name, style.font.size = LATIN, Emu(size)
    marks.east_asian(style, name)


def _numbers(section: Section, sheet: Sheet) -> None:
    """— 1 — on the outer side, one character from the edge: odd pages right, even pages left (7.5)."""
    for footer, side in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.style = "Normal"
        line.alignment = side
        line.paragraph_format.right_indent = line.paragraph_format.left_indent = SMALL
        marks.page_number(line, size=SMALL)
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        if sheet.watermark:
            marks.watermark(header.paragraphs[0], sheet.watermark)


# --- the elements -----------------------------------------------------------------------------------------------------


def _head(docx: Docx, sheet: Sheet) -> None:
    """版头: the issuer in red, the number, a red line as wide as the type area."""
    issuer = docx.add_paragraph()
    issuer.alignment = ALIGN.CENTER
    issuer.paragraph_format.space_before = Emu(HEAD_DOWN)
    issuer.paragraph_format.line_spacing = Pt(44)
    run = issuer.add_run(sheet.head)
    run.font.size, run.font.color.rgb = Pt(min(36, int(TYPE_WIDTH.pt / max(len(sheet.head), 1)))), RED
    marks.east_asian(run, sheet.fonts.title)
    docx.add_paragraph()
    docx.add_paragraph()
    number = docx.add_paragraph(sheet.number or "（签发时编号）")
    number.alignment = ALIGN.CENTER
    marks.line_below(number, colour="E60012", eighths=12, points=11)
    docx.add_paragraph()
    docx.add_paragraph()


def _body(docx: Docx, sheet: Sheet) -> None:
    """主体: title, whom it goes to, the text, the annex named, who signs and when."""
    docx.add_paragraph(sheet.title, style="Title")
    docx.add_paragraph()
    if sheet.addressee:
        docx.add_paragraph(f"{sheet.addressee}：")
    _blocks(docx, sheet.body, TYPE_WIDTH)
    if sheet.annex:
        docx.add_paragraph()
        marks.indent(docx.add_paragraph(f"附件：{sheet.annex_title}"), characters=2, size=BODY)
    docx.add_paragraph()
    docx.add_paragraph()
    day = day_words(sheet.day)
    signer, dated = docx.add_paragraph(sheet.signer), docx.add_paragraph("" if sheet.draft else day)
    for line in (signer, dated):
        line.alignment = ALIGN.RIGHT
        line.paragraph_format.keep_together = True
    signer.paragraph_format.keep_with_next = True
    # The date four characters from the right, who signs centred above it (7.3.5.1, papers that get a seal).
    dated.paragraph_format.right_indent = Emu(BODY * 4)
    middle = 4 * BODY.pt + (_width(day) - _width(sheet.signer)) / 2
    signer.paragraph_format.right_indent = Pt(max(middle, 0))


def _width(text: str) -> float:
    """Points that a line of body type takes: figures and letters half a character."""
    full = float(BODY.pt)
    return sum(full / 2 if ord(letter) < 0x2E80 else full for letter in text)


def _foot(docx: Docx, sheet: Sheet) -> None:
    """版记: whom copies go to, who printed it and when, between lines (7.4).

    It follows the date. The standard wants it on the last line of the last page, where the .pdf has it: what pins it there in a
    .docx (a frame, a floating table) is not kept by every program that opens such a file.
    """
    printed = "" if sheet.draft else f"\t{day_words(sheet.day)}印发"
    lines = [f"抄送：{sheet.copies}。"] * bool(sheet.copies) + [f"{sheet.issuer}{printed}"] * bool(sheet.issuer)
    if lines:
        docx.add_paragraph()
    for at, text in enumerate(lines):
        line = docx.add_paragraph(text)
        line.runs[0].font.size = SMALL
        line.paragraph_format.left_indent = line.paragraph_format.right_indent = SMALL
        line.paragraph_format.tab_stops.add_tab_stop(Emu(TYPE_WIDTH - SMALL), WD_TAB_ALIGNMENT.RIGHT)
        marks.rules(line, above=8 if at == 0 else 4, below=8 if at == len(lines) - 1 else 0)
        line.paragraph_format.keep_with_next = at < len(lines) - 1


def _annex(docx: Docx, sheet: Sheet) -> None:
    section = docx.add_section(WD_SECTION.NEW_PAGE)
    _page(section, across=True)
    marks.no_grid(section)
    mark = docx.add_paragraph("附件")
    marks.east_asian(mark.runs[0], sheet.fonts.first)
    docx.add_paragraph(sheet.annex_title, style="Title")
    _blocks(docx, sheet.annex, TYPE_HEIGHT)


def _blocks(docx: Docx, blocks: Sequence[Block], width: int) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            docx.add_paragraph(block.text, style=f"Heading {block.level}")
        elif isinstance(block, Paragraph):
            line = docx.add_paragraph()
            line.alignment = ALIGN.JUSTIFY
            marks.indent(line, characters=2, size=BODY)
            run = line.add_run(block.text)
            if block.missing:
                run.font.color.rgb = RGBColor(0x99, 0x1B, 0x1B)
        elif isinstance(block, Facts):
            _facts(docx, block, width)
        else:
            _table(docx, block, width)


def _facts(docx: Docx, block: Facts, width: int) -> None:
    """Label and value in a frame, a row not broken over two pages unless it is longer than one."""
    table = docx.add_table(rows=0, cols=2)
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    widths = [LABEL, Emu(width - LABEL)]
    for column, share in zip(table.columns, widths, strict=True):
        column.width = share
    for row in block.rows:
        marks.add_row(
            table, row, [share.twips for share in widths], [True, False], style=FORM, whole=len(row[1]) < PAGEFUL
        )
    docx.add_paragraph(style=CELL)


def _table(docx: Docx, block: Table, width: int) -> None:
    caption = docx.add_paragraph(style=CELL)
    caption.alignment = ALIGN.CENTER
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(3)
    caption.paragraph_format.keep_with_next = True
    caption.add_run(block.caption).bold = True
    table = docx.add_table(rows=0, cols=len(block.heads))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Emu(width * share // sum(block.widths)) for share in block.widths]
    for column, share in zip(table.columns, widths, strict=True):
        column.width = share
    twips = [share.twips for share in widths]
    centred = [at in block.numbers for at in range(len(widths))]
    marks.add_row(table, block.heads, twips, [True] * len(widths), style=CELL, head=True)
    for cells in block.rows:
        marks.add_row(table, cells, twips, centred, style=CELL)
    after = docx.add_paragraph(style=CELL)
    after.paragraph_format.space_after = Pt(2)


# --- the same file every time ----------------------------------------------------------------------------------------------


def _properties(docx: Docx, sheet: Sheet) -> None:
    told, at = docx.core_properties, sheet.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    told.title, told.author, told.last_modified_by = sheet.title, sheet.signer, sheet.signer
    told.comments, told.revision, told.language = "", 1, "zh-CN"
    told.created = told.modified = at


def _same_every_time(content: bytes) -> bytes:
    """The same parts with one fixed date each: an archive otherwise holds the moment of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type, part.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            kept.writestr(part, made.read(name))
    return out.getvalue()
