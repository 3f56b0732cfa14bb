"""What WordprocessingML can say and python-docx has no word for (ECMA-376 part 1, section 17)."""

from collections.abc import Sequence
from html import escape
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Emu
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

W = nsdecls("w")


def _put(parent: Any, xml: str, *, before: tuple[str, ...] = ()) -> BaseOxmlElement:
    """``xml`` as a child of ``parent``, in place of what it has of that name; in front of the first of ``before``, whose order the
    schema fixes."""
    fresh = parse_xml(xml)
    for old in parent.findall(fresh.tag):
        parent.remove(old)
    following = next((child for child in parent if child.tag in {qn(name) for name in before}), None)
    if following is None:
        parent.append(fresh)
    else:
        following.addprevious(fresh)
    return fresh


def east_asian(thing: ParagraphStyle | Run, font: str) -> None:
    """The font of Chinese characters."""
    fonts = thing.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


def plain(style: ParagraphStyle) -> None:
    """Without the frame, spacing and keeping that the program's own heading styles bring along."""
    properties = style.element.get_or_add_pPr()
    for name in ("w:pBdr", "w:contextualSpacing", "w:keepLines"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    letters = style.element.get_or_add_rPr()
    for name in ("w:spacing", "w:kern"):
        for old in letters.findall(qn(name)):
            letters.remove(old)


_AFTER_IND = ("w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr")


def indent(thing: Any, *, characters: int, size: int) -> None:
    """The first line some characters in, in characters and (for programs that count in lengths) in twips."""
    twips = round(Emu(size).pt * 20 * characters)
    _put(
        thing.element.get_or_add_pPr() if hasattr(thing, "element") else thing._element.get_or_add_pPr(),
        f'<w:ind {W} w:firstLineChars="{characters * 100}" w:firstLine="{twips}"/>',
        before=_AFTER_IND,
    )


def off_the_grid(style: ParagraphStyle) -> None:
    """Lines of this style are as high as their letters, not as the page's grid."""
    _put(
        style.element.get_or_add_pPr(),
        f'<w:snapToGrid {W} w:val="0"/>',
        before=("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr"),
    )


def lines(section: Section, *, pitch: int) -> None:
    """A grid of lines, ``pitch`` twips each."""
    _put(section._sectPr, f'<w:docGrid {W} w:type="lines" w:linePitch="{pitch}"/>')


def closer(style: ParagraphStyle, twips: int) -> None:
    """Characters stand so much closer together."""
    _put(
        style.element.get_or_add_rPr(),
        f'<w:spacing {W} w:val="-{twips}"/>',
        before=("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang"),
    )


def no_grid(section: Section) -> None:
    """A page of tables has none; what was taken over from the section before goes."""
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)


def page_number(line: Paragraph, *, size: int) -> None:
    """— 1 —, counted by the program."""
    half = round(Emu(size).pt * 2)
    fonts = f'<w:rPr><w:rFonts w:ascii="SimSun" w:hAnsi="SimSun" w:eastAsia="宋体"/><w:sz w:val="{half}"/></w:rPr>'
    before, after = (f'<w:r {W}>{fonts}<w:t xml:space="preserve">{dash}</w:t></w:r>' for dash in ("— ", " —"))
    field = f'<w:fldSimple {W} w:instr=" PAGE "><w:r>{fonts}<w:t>1</w:t></w:r></w:fldSimple>'
    for xml in (before, field, after):
        line._p.append(parse_xml(xml))


def line_below(line: Paragraph, *, colour: str, eighths: int, points: int) -> None:
    """A line under a paragraph, ``eighths`` of a point thick, ``points`` below it."""
    _put(
        line._p.get_or_add_pPr(),
        f'<w:pBdr {W}><w:bottom w:val="single" w:sz="{eighths}" w:space="{points}" w:color="{colour}"/></w:pBdr>',
        before=("w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"),
    )


def add_row(
    table: Table,
    cells: Sequence[str],
    widths: Sequence[int],
    centred: Sequence[bool],
    *,
    style: str,
    head: bool = False,
    whole: bool = True,
) -> None:
    """One more row, not broken over two pages when it is ``whole``; that of the heads is bold and stands on every page. Widths in twips.

    Written out at once: cell by cell through python-docx a list of 500 lines takes seconds.
    """
    told = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
        f'<w:jc w:val="{"center" if middle else "left"}"/></w:pPr><w:r>{"<w:rPr><w:b/></w:rPr>" if head else ""}'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
        for text, width, middle in zip(cells, widths, centred, strict=True)
    )
    repeated = "<w:tblHeader/>" if head else ""
    kept = "<w:cantSplit/>" if whole else ""
    table._tbl.append(parse_xml(f"<w:tr {W}><w:trPr>{kept}{repeated}</w:trPr>{told}</w:tr>"))


def rules(line: Paragraph, *, above: int, below: int) -> None:
    """Lines above and below a paragraph, in eighths of a point; 0 for none."""
    told = "".join(
        f'<w:{side} w:val="single" w:sz="{eighths}" w:space="1" w:color="000000"/>'
        for side, eighths in (("top", above), ("bottom", below))
        if eighths
    )
    _put(
        line._p.get_or_add_pPr(),
        f"<w:pBdr {W}>{told}</w:pBdr>",
        before=("w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"),
    )


_WATERMARK = """
<w:r {w} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>
<v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject{id}" o:spid="_x0000_s2049" type="#_x0000_t136" stroked="f" fillcolor="silver" o:allowincell="f"
 style="position:absolute;margin-left:0;margin-top:0;width:330pt;height:150pt;rotation:315;z-index:-251658752;
mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:fill opacity=".4"/><v:textpath style="font-family:&quot;SimSun&quot;;font-size:1pt" string="{words}"/></v:shape></w:pict></w:r>
"""


def watermark(line: Paragraph, words: str) -> None:
    """Grey words across the page, as Word itself makes them; ``words`` are ours (草稿, 作废)."""
    line._p.append(parse_xml(_WATERMARK.format(w=W, id=len(line.part.rels) + 1, words=words).replace("\n", " ")))
