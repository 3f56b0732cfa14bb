"""Every kind of paper, opened by an office program: the .docx and the .xlsx go through LibreOffice once, the .pdf is our own.

What stands on which page is read from the pages themselves.
"""

import io
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.papers.matters import Matters
from tongti.papers import queries
from tongti.papers.blocks import Paragraph
from tongti.papers.rendering import portable

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OFFICE = shutil.which("soffice")
A4 = (595, 842)


@pytest.fixture
def papers(story, on_friday):
    """One signed paper of each kind (the last one voided), and one draft."""
    question = story.question()
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    matters = Matters(story, question)
    matters.set_up()
    made = {kind: matters.sign(paper) for kind, paper in matters.every().items()}
    return made | {"draft": matters.make("special", question)}


def kept(name: str, content: bytes) -> bytes:
    """The file, put into the folder TONGTI_SHOTS when somebody wants to look at it, as pictures of pages are."""
    if folder := os.environ.get("TONGTI_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_bytes(content)
    return content


def pages_of(content: bytes) -> list[str]:
    """The text of each page, plainly."""
    return [plain(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def plain(text: str) -> str:
    """Without the blanks that lines are broken with, and without “”, which another font may set and so come out elsewhere."""
    return re.sub(r"[\s“”]", "", text)


def test_the_pdf_has_number_title_page_numbers_and_the_copies_at_its_foot(papers):
    for kind, paper in papers.items():
        content = kept(f"paper-{kind}.pdf", queries.as_pdf(paper))
        assert content == queries.as_pdf(paper), kind  # the same bytes again
        reader = PdfReader(io.BytesIO(content))
        sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages}
        assert sizes == {A4}, kind
        pages = pages_of(content)
        assert plain(paper.title) in pages[0], kind
        assert (paper.number or "（签发时编号）") in pages[0], kind
        assert all(f"—{at}—" in page for at, page in enumerate(pages, 1)), kind
        assert all(("草稿" in page) == (kind == "draft") for page in pages), kind
        if paper.template.copies and kind != "draft":
            assert "抄送：区委办公室" in pages[-1], kind
            assert "2026年3月6日印发" in pages[-1], kind
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], kind  # tagged: a screen reader knows headings from text
        fonts = {font["/BaseFont"] for page in reader.pages for font in _fonts(page)}
        assert fonts, kind
        assert all("+" in font for font in fonts), fonts  # each a part of a font that is in the file


def _fonts(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_a_page_holds_22_lines_of_28_characters(papers):
    long = [Paragraph("字" * 28 * 120)]
    sheet = replace(queries.sheet_of(papers["special"]), body=long, copies="", issuer="")
    second = PdfReader(io.BytesIO(portable(sheet))).pages[1].extract_text()
    lines = [line for line in second.splitlines() if "字" in line]
    assert len(lines) == 22
    assert {line.count("字") for line in lines} == {28}


def test_what_people_wrote_is_never_read_as_markup(papers):
    text = '#eval("1+1") *粗* $x^2$ @引用 \\ <标> [链](http://x) ``` #set page(width: 1pt)'
    sheet = replace(queries.sheet_of(papers["special"]), body=[Paragraph(text)], title=text[:20], signer='"; #x')
    told = "".join(pages_of(portable(sheet)))
    assert plain(text) in told


@pytest.mark.skipif(OFFICE is None, reason="没有 LibreOffice：make test 会装")
def test_an_office_program_opens_every_docx_and_shows_what_we_wrote(papers, tmp_path):
    files = {kind: tmp_path / f"{kind}.docx" for kind in papers}
    for kind, path in files.items():
        path.write_bytes(queries.as_docx(papers[kind]))
    tables = tmp_path / "tables.xlsx"
    tables.write_bytes(queries.as_xlsx(papers["monthly"]))
    made = _converted([*files.values(), tables], tmp_path)
    for kind, path in files.items():
        paper, pages = papers[kind], pages_of(made[path.name])
        whole = "".join(pages)
        assert plain(paper.title) in whole, kind
        assert (paper.number or "（签发时编号）") in pages[0], kind
        assert all(f"—{at}—" in page for at, page in enumerate(pages, 1)), kind
        ours = pages_of(queries.as_pdf(paper))
        assert abs(len(pages) - len(ours)) <= 1, kind  # other fonts, the same layout
        for line in queries.sheet_of(paper).body:
            if isinstance(line, Paragraph):
                assert plain(line.text)[:12] in whole, (kind, line.text)
    sheets = pages_of(made[tables.name])
    assert len(sheets) == len(queries.sheet_of(papers["monthly"]).tables)
    assert "表5热点同题" in "".join(sheets)


def _converted(files: list[Path], folder: Path) -> dict[str, bytes]:
    """One start of the program for all of them."""
    assert OFFICE is not None
    profile = f"-env:UserInstallation=file://{folder}/profile"
    out = folder / "out"
    command = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(out), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return {path.name: kept(f"office-{path.name}.pdf", (out / f"{path.stem}.pdf").read_bytes()) for path in files}
