"""进展: the tables of a campaign, and the list behind each of their numbers. For whoever sees all visits of the district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tongti.accounts.models import Officer
from tongti.parties.models import Firm
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Region
from tongti.visits import counting
from tongti.visits.models import Campaign, Finding, Line, Tally, Team, Visit
from tongti.visits.queries.firms import firm_names

LIVE = 3_000
"""A campaign of up to so many visits is counted while somebody looks; a larger one by a job (visits.actions.count_large)."""

NONE = "没有定"
TABLES: dict[str, str] = {
    "team": "按工作组",
    "line": "按服务线",
    "class": "按处置类别",
    "level": "按解决层级",
    "town": "按乡镇",
    "officer": "按走访员",
}
FIRM_SHOWS = {"": "应走访", "seen": "走访过", "unseen": "还没走访", "behind": "过期没走访够"}
FINDING_SHOWS = {"": "发现的", "raised": "已登记", "open": "还在办", "closed": "已办结", "solved": "已解决"}


@dataclass(frozen=True)
class TallyLine:
    """One line of a table: what it is about, and its numbers."""

    key: str
    name: str
    firms: int = 0
    seen: int = 0
    behind: int = 0
    visits: int = 0
    found: int = 0
    raised: int = 0
    closed: int = 0
    solved: int = 0


@dataclass(frozen=True)
class Progress:
    """All tables of a campaign as of one moment; ``stored`` says that a job counted them and when, not this look."""

    at: datetime
    stored: bool
    sums: TallyLine
    tables: Mapping[str, Sequence[TallyLine]]


@dataclass(frozen=True)
class Behind:
    """Which number was opened: of which table's line (``by``, ``key``), and which of its columns (``show``)."""

    by: str = ""
    key: str = ""
    show: str = ""

    @property
    def condition(self) -> dict[str, Any]:
        """The line, as rows of ``visits.counting`` carry it; {} for all, and for a line that nobody could have opened."""
        if self.by in ("class", "level"):
            return {f"of_{self.by}": self.key}
        if self.by in counting.DIMENSIONS and self.key.isdecimal() and len(self.key) < 18:
            return {f"of_{self.by}": int(self.key)}
        return {}


EVERYTHING = Behind()


def campaign_as_a_whole(viewer: Viewer, pk: int) -> Campaign:
    """A campaign for whoever sees all its visits: the tables say what every officer did. Raises NotVisible."""
    found = Campaign.objects.filter(pk=pk).first() if viewer.scope(May.SEE_VISITS) == Scope.ALL else None
    if found is None:
        raise NotVisible
    return found


def progress(campaign: Campaign) -> Progress:
    """The tables. Seven queries, or nine when they are counted now."""
    stored = _stored(campaign) if is_large(campaign) else None
    at, table = stored or (clock.now(), counting.count(campaign))
    sums = table.get(counting.SUMS, dict.fromkeys(counting.MEASURES, 0))
    lines: dict[str, list[tuple[str, Mapping[str, int]]]] = {name: [] for name in TABLES}
    for (dimension, key), numbers in table.items():
        if dimension in lines:
            lines[dimension].append((key, numbers))
    names = {name: _names(name, campaign, [key for key, _ in lines[name]]) for name in TABLES}
    return Progress(
        at=at,
        stored=stored is not None,
        sums=TallyLine("", "合计", **sums),
        tables={name: _told(lines[name], names[name]) for name in TABLES},
    )


def is_large(campaign: Campaign) -> bool:
    """Whether its tables are counted by a job."""
    return Visit.objects.filter(campaign=campaign)[LIVE : LIVE + 1].exists()


def _stored(campaign: Campaign) -> tuple[datetime, counting.Table] | None:
    rows = list(Tally.objects.filter(campaign=campaign))
    if not rows:
        return None
    return rows[0].at, {
        (row.dimension, row.key): {name: getattr(row, name) for name in counting.MEASURES} for row in rows
    }


def _told(lines: Sequence[tuple[str, Mapping[str, int]]], names: Mapping[str, str]) -> list[TallyLine]:
    """Named lines, in the order of ``names``; what belongs to none of them last."""
    order = {key: at for at, key in enumerate(names)}
    told = [TallyLine(key, names.get(key, NONE), **numbers) for key, numbers in lines]
    return sorted(told, key=lambda line: order.get(line.key, len(order)))


def _names(dimension: str, campaign: Campaign, keys: Sequence[str]) -> dict[str, str]:
    """Key → name, in the order in which a table lists them."""
    if dimension == "class":
        return {str(value): str(label) for value, label in Question.Handling.choices}
    if dimension == "level":
        return {str(value): str(label) for value, label in Finding.Level.choices}
    rows: QuerySet[Any]
    ids = [int(key) for key in keys if key.isdecimal()]
    if dimension == "team":
        rows = Team.objects.filter(pk__in=ids).order_by("pk")
    elif dimension == "line":
        rows = Line.objects.filter(pk__in=ids).order_by("place")
    elif dimension == "town":
        rows = Region.objects.filter(pk__in=ids).order_by("code")
    else:
        rows = Officer.objects.filter(pk__in=ids).order_by("name", "pk")
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def line_name(campaign: Campaign, behind: Behind) -> str:
    """What the opened line is called: “按工作组：一组”; "" for the sums."""
    if not behind.condition:
        return ""
    name = _names(behind.by, campaign, [behind.key]).get(behind.key, NONE)
    return f"{TABLES[behind.by]}：{name}"


# --- the lists behind the numbers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanLine:
    """One firm of the plan: who looks after it, by when, how often it was seen."""

    firm: Firm
    officers: Sequence[str]
    visit_by: date | None
    wanted: int
    done: int


def planned_firms(campaign: Campaign, behind: Behind, cursor: str = "") -> tuple[Page[Firm], list[PlanLine]]:
    """A page of the firms that a number counts, by name. Three queries."""
    # A class or a level belongs to a difficulty, not to a firm: an address that asks for it gets every firm.
    line = behind.condition if behind.by in counting.OF_VISIT else {}
    plan = counting.planned(campaign).filter(counting.firm_condition(behind.show), **line)
    rows = Firm.objects.filter(Exists(plan.filter(party_id=OuterRef("pk"))), merged_into=None)
    page = page_of(rows.only("party", "name"), order=("name", "pk"), cursor=cursor)
    shown: dict[int, list[Any]] = {}
    for one in counting.planned(campaign).filter(party__in=[firm.pk for firm in page.rows]).select_related("officer"):
        shown.setdefault(one.party_id, []).append(one)
    return page, [_plan_line(firm, shown.get(firm.pk, [])) for firm in page.rows]


def _plan_line(firm: Firm, plans: Sequence[Any]) -> PlanLine:
    days = [one.visit_by for one in plans if one.visit_by]
    return PlanLine(
        firm=firm,
        officers=[one.officer.name for one in plans],
        visit_by=min(days, default=None),
        wanted=max((one.wanted for one in plans), default=0),
        done=max((one.done for one in plans), default=0),
    )


@dataclass(frozen=True)
class HeardLine:
    """One difficulty in a list: where it was heard and what became of it."""

    finding: Finding
    firm: str
    level: str


def heard_findings(
    campaign: Campaign, behind: Behind, cursor: str = "", *, size: int = 30
) -> tuple[Page[Finding], list[HeardLine]]:
    """A page of the difficulties that a number counts, the newest first. Two queries."""
    rows = counting.heard(campaign).filter(counting.finding_condition(behind.show), **behind.condition)
    rows = rows.select_related("visit__officer", "visit__team", "case").defer("case__search", "case__body")
    page = page_of(rows, order=("-id",), cursor=cursor, size=size)
    return page, heard_lines(page.rows)


def heard_lines(rows: Sequence[Any]) -> list[HeardLine]:
    """Findings of ``visits.counting.heard`` with their firms' names and levels in words; one query."""
    names = firm_names(row.visit.party_id for row in rows)
    levels = dict(Finding.Level.choices)
    return [HeardLine(row, names.get(row.visit.party_id, ""), str(levels.get(row.of_level, ""))) for row in rows]
