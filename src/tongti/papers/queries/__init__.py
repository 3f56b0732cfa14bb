"""Reads on papers, always for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Min, Q

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.papers.access import READ, may_make, may_sign, may_take, sees_numbers, visible
from tongti.papers.blocks import Heading, Paragraph, Sheet, Table
from tongti.papers.drawing import names_an_asker, sheet_of
from tongti.papers.kinds import KINDS, About, Kind, Subject, about_of, subject_for
from tongti.papers.models import Paper, PaperSeries, PaperTemplate
from tongti.papers.rendering import document, portable, workbook
from tongti.papers.sealing import seal_of
from tongti.parties.queries import live_reveals
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.supervision.models import Item
from tongti.units import queries as units
from tongti.units.access import Viewer
from tongti.units.models import Unit

PaperState = Paper.State
LIMIT = 200
ON_ONE = 50
PEOPLE = ("template", "campaign", "unit", "to_unit", "made_by", "signed_by", "voided_by")


DATA = ("snapshot", "private", "words")
IN_A_UNITS_NAME = frozenset({"accepted", "extended", "opinion"})
"""Kinds that the unit signs which answers: each unit has its own look and code."""


def papers(
    viewer: Viewer, *, campaign_id: int | None = None, kind: str = "", state: str = "", cursor: str = ""
) -> Page[Paper]:  # fmt: skip
    """Papers, the newest first. One query."""
    rows = Paper.objects.filter(visible(viewer)).select_related("campaign", "made_by", "unit").defer(*DATA)
    wanted = {"campaign_id": campaign_id, "kind": kind, "state": state}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return page_of(rows, order=("-made_at", "-id"), cursor=cursor)


def paper_for(viewer: Viewer, pk: int) -> Paper:
    """One paper with its template and people. Raises NotVisible."""
    found = Paper.objects.filter(visible(viewer), pk=pk).select_related(*PEOPLE).first()
    if found is None:
        raise NotVisible
    return found


def heading_of(subject: Subject) -> str:
    """A matter in a few words that point at nobody: its number."""
    if isinstance(subject, Case | Question):
        return subject.number
    if isinstance(subject, Baton | Item):
        thing = subject.question or subject.case
        return f"{thing.number if thing else ''} {subject.unit.short_name}"
    return subject.name if subject is not None else "全区"


@dataclass(frozen=True)
class OnOne:
    """What was made of one matter, newest first, and which kinds this viewer may make of it."""

    papers: Sequence[Paper]
    kinds: Sequence[Kind]


def on_subject(viewer: Viewer, subject: Subject) -> OnOne:
    """Papers on a case, baton, question or item that the caller was let see. Who issues one is asked again when it is made."""
    about = about_of(subject)
    rows = Paper.objects.filter(visible(viewer), about=about, about_id=subject.pk if subject else 0)
    found = list(rows.select_related("made_by", "unit").defer(*DATA).order_by("-pk")[:ON_ONE])
    return OnOne(found, [kind for kind in KINDS.values() if kind.about == about and _could(viewer, kind)])


def _could(viewer: Viewer, kind: Kind) -> bool:
    """Whether she makes papers of this kind for the district, or for one of the units where she has a post."""
    return may_make(viewer, kind.code) or any(may_make(viewer, kind.code, unit) for unit in _own_units(viewer))


def _own_units(viewer: Viewer) -> list[Unit]:
    """Her units as the policy needs them, without a query."""
    return [Unit(pk=seat.unit_id, path=seat.unit_path) for seat in viewer.seats]


def kinds_of_days(viewer: Viewer) -> list[Kind]:
    """Kinds of a campaign or of the district that she makes on the page of papers."""
    return [kind for kind in KINDS.values() if kind.of_days and may_make(viewer, kind.code)]


def sees_names(viewer: Viewer, paper: Paper) -> bool:
    """Whether the asker stands on this paper by her full name now: for whoever has opened her identity on the page of the case,
    with a reason and for a while, and may still see it."""
    if paper.about != About.CASE or not names_an_asker(paper):
        return False
    case = Case.objects.filter(pk=paper.about_id).only("party_id", "holder_id", "hide_identity").first()
    if case is None or case.party_id is None:
        return False
    allowed = case_access.may_see_identity(viewer, holder_id=case.holder_id, hide_identity=case.hide_identity)
    return allowed and case.party_id in live_reveals(viewer, {case.party_id})


def is_intact(paper: Paper) -> bool:
    """Whether it still is what was sealed."""
    return paper.seal == seal_of(paper)


def as_docx(paper: Paper, *, named: bool = False) -> bytes:
    """The paper as .docx, the same bytes at any time."""
    return document(sheet_of(paper, named=named))


def as_pdf(paper: Paper, *, named: bool = False) -> bytes:
    """The paper as .pdf, the same bytes at any time on a server with the same fonts. Raises NoChineseFont."""
    return portable(sheet_of(paper, named=named))


def as_xlsx(paper: Paper) -> bytes:
    """Its tables as .xlsx, the same bytes at any time."""
    return workbook(sheet_of(paper))


def kind_names() -> dict[str, str]:
    """Code → word of every kind of paper."""
    return {code: kind.name for code, kind in KINDS.items()}


def current_template(kind: str, unit: Unit | None = None) -> PaperTemplate | None:
    """The newest version of a kind's template; None while nobody has set it up and no paper was made."""
    rows = PaperTemplate.objects.filter(kind=kind, unit=unit).select_related("made_by")
    return rows.order_by("-version").first()


@dataclass(frozen=True)
class Look:
    """One template that she may change: a kind, and the unit whose look it is (None: the district's)."""

    kind: Kind
    unit: Unit | None


def looks_for(viewer: Viewer) -> list[Look]:
    """Which templates she may change: the district's, and those of her own units for papers in a unit's name. One query."""
    district = [Look(kind, None) for kind in KINDS.values() if may_sign(viewer, kind.code)]
    mine = Unit.objects.filter(pk__in=viewer.unit_ids).order_by("code")
    own = [
        Look(kind, unit)
        for unit in mine
        for kind in KINDS.values()
        if kind.code in IN_A_UNITS_NAME and may_sign(viewer, kind.code, unit)
    ]
    return [*(look for look in district if look.kind.code not in IN_A_UNITS_NAME), *own]


def look_for(viewer: Viewer, kind: str, unit_id: int | None) -> Look:
    """One of them. Raises NotVisible."""
    unit = units.unit(unit_id) if unit_id else None
    if kind not in KINDS or not may_sign(viewer, kind, unit):
        raise NotVisible
    return Look(KINDS[kind], unit)


@dataclass(frozen=True)
class Numbers:
    """The numbers of one code and year: the last one given, a page of the papers that have one, and what the whole series holds."""

    series: PaperSeries
    page: Page[Paper]
    in_force: int
    voided: int
    first: int | None

    @property
    def missing(self) -> int:
        """Numbers that stand on no paper, counted: 0 in a series without gaps."""
        return self.series.last - self.in_force - self.voided


def numbers(viewer: Viewer, pk: int, cursor: str = "", *, state: str = "") -> Numbers:
    """One series, newest numbers first; ``state`` narrows to those in force or voided. Three queries. Raises NotVisible."""
    found = PaperSeries.objects.filter(pk=pk).first() if sees_numbers(viewer) else None
    if found is None:
        raise NotVisible
    rows = Paper.objects.filter(code=found.code, year=found.year, serial__isnull=False)
    counted = rows.aggregate(
        signed=Count("pk", filter=Q(state=Paper.State.SIGNED)),
        voided=Count("pk", filter=Q(state=Paper.State.VOIDED)),
        first=Min("serial"),
    )
    shown = rows.filter(state=state) if state else rows
    page = page_of(shown.select_related("signed_by").defer(*DATA), order=("-serial", "-id"), cursor=cursor, size=50)
    readable = set(
        Paper.objects.filter(visible(viewer), pk__in=[row.pk for row in page.rows]).values_list("pk", flat=True)
    )
    for row in page.rows:
        # a register lists every number; what she may not read is listed without its title
        row.readable = row.pk in readable  # type: ignore[attr-defined]
    return Numbers(found, page, counted["signed"], counted["voided"], counted["first"])


def all_series(viewer: Viewer) -> list[PaperSeries]:
    """Every series, the newest year first, at most LIMIT."""
    return list(PaperSeries.objects.order_by("-year", "code")[:LIMIT]) if sees_numbers(viewer) else []


__all__ = [
    "IN_A_UNITS_NAME",
    "KINDS",
    "READ",
    "About",
    "Heading",
    "Kind",
    "Look",
    "Numbers",
    "OnOne",
    "PaperState",
    "Paragraph",
    "Sheet",
    "Subject",
    "Table",
    "all_series",
    "as_docx",
    "as_pdf",
    "as_xlsx",
    "current_template",
    "heading_of",
    "is_intact",
    "kind_names",
    "kinds_of_days",
    "look_for",
    "looks_for",
    "may_make",
    "may_sign",
    "may_take",
    "names_an_asker",
    "numbers",
    "on_subject",
    "paper_for",
    "papers",
    "sees_names",
    "sheet_of",
    "subject_for",
]
