"""Reads on papers, always for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass

from tongti.papers.access import may_make, sees_papers, visible
from tongti.papers.blocks import Heading, Paragraph, Sheet, Table
from tongti.papers.drawing import sheet_of
from tongti.papers.kinds import KINDS, Kind
from tongti.papers.models import Paper, PaperSeries, PaperTemplate
from tongti.papers.rendering import document, workbook
from tongti.papers.sealing import seal_of
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import Viewer

PaperState = Paper.State
NUMBERS_SHOWN = 200


def papers(
    viewer: Viewer, *, campaign_id: int | None = None, kind: str = "", state: str = "", cursor: str = ""
) -> Page[Paper]:  # fmt: skip
    """Papers, the newest first. One query."""
    rows = Paper.objects.filter(visible(viewer)).select_related("campaign", "made_by").defer("snapshot", "words")
    wanted = {"campaign_id": campaign_id, "kind": kind, "state": state}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return page_of(rows, order=("-made_at", "-id"), cursor=cursor)


def paper_for(viewer: Viewer, pk: int) -> Paper:
    """One paper with its template and people. Raises NotVisible."""
    rows = Paper.objects.filter(visible(viewer), pk=pk)
    found = rows.select_related("template", "campaign", "made_by", "signed_by", "voided_by").first()
    if found is None:
        raise NotVisible
    return found


def is_intact(paper: Paper) -> bool:
    """Whether it still is what was sealed."""
    return paper.seal == seal_of(paper)


def as_docx(paper: Paper) -> bytes:
    """The paper as .docx, the same bytes at any time."""
    return document(sheet_of(paper))


def as_xlsx(paper: Paper) -> bytes:
    """Its tables as .xlsx, the same bytes at any time."""
    return workbook(sheet_of(paper))


def kind_names() -> dict[str, str]:
    """Code → word of every kind of paper."""
    return {code: kind.name for code, kind in KINDS.items()}


def current_template(kind: str) -> PaperTemplate | None:
    """The newest version of a kind's template; None while nobody has set it up and no paper was made."""
    return PaperTemplate.objects.filter(kind=kind).select_related("made_by").order_by("-version").first()


@dataclass(frozen=True)
class Numbers:
    """The numbers of one code and year: the last one given, and every paper that has one, voided ones too."""

    series: PaperSeries
    papers: Sequence[Paper]

    @property
    def voided(self) -> list[Paper]:
        """Those whose number is not in force."""
        return [paper for paper in self.papers if paper.state == Paper.State.VOIDED]


def numbers(viewer: Viewer, pk: int) -> Numbers:
    """One series, its newest NUMBERS_SHOWN numbers first. Raises NotVisible."""
    found = PaperSeries.objects.filter(pk=pk).first() if sees_papers(viewer) else None
    if found is None:
        raise NotVisible
    rows = Paper.objects.filter(visible(viewer), code=found.code, year=found.year).select_related("signed_by")
    return Numbers(found, list(rows.defer("snapshot", "words").order_by("-serial")[:NUMBERS_SHOWN]))


def all_series(viewer: Viewer) -> list[PaperSeries]:
    """Every series, the newest year first."""
    return list(PaperSeries.objects.order_by("-year", "code")[:NUMBERS_SHOWN]) if sees_papers(viewer) else []


__all__ = [
    "KINDS",
    "Heading",
    "Kind",
    "Numbers",
    "PaperState",
    "Paragraph",
    "Sheet",
    "Table",
    "all_series",
    "as_docx",
    "as_xlsx",
    "current_template",
    "is_intact",
    "kind_names",
    "may_make",
    "numbers",
    "paper_for",
    "papers",
    "sees_papers",
    "sheet_of",
]
