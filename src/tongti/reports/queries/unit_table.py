"""Units side by side: stock, rates, what is overdue; and what stands behind one unit's on-time rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.figures import queries as figures
from tongti.reports.queries.periods import BEGINNING, Period
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.trail import queries as trail
from tongti.trail.models import Event
from tongti.units.access import May, Viewer
from tongti.units.models import Unit
from tongti.verdicts.queries import Rate

ON_TIME_GOOD, ON_TIME_FAIR = 97.0, 92.0


@dataclass(frozen=True)
class UnitRow:
    """One unit of the table: stock, on-time rate, satisfied rate, overdue batons."""

    unit: Unit
    open: int
    on_time: Rate
    solved: Rate
    satisfied: Rate
    overdue: int

    @property
    def tone(self) -> str:
        """Colour of the on-time bar; the number stands beside it."""
        share = self.on_time.percent or 0.0
        return "ok" if share >= ON_TIME_GOOD else "warn" if share >= ON_TIME_FAIR else "bad"


def unit_rows(viewer: Viewer, span: Period) -> tuple[UnitRow, ...]:
    """Units that hold or held something in the period, the most overdue first; a unit without any is left out."""
    today = clock.today()
    stock = figures.by_unit(["batons_open"], since=BEGINNING, until=today)["batons_open"]
    overdue = figures.by_unit(["batons_due"], since=BEGINNING, until=today - timedelta(days=1))["batons_due"]
    measures = ["answered", "answered_late", "solved_yes", "solved_all", "satisfied_yes", "satisfied_all"]
    flows = figures.by_unit(measures, since=span.since, until=span.until)
    ids = {pk for counts in (stock, *flows.values()) for pk, n in counts.items() if n}
    rows = [_unit_row(unit, stock, overdue, flows) for unit in Unit.objects.filter(pk__in=ids) if _sees(viewer, unit)]
    return tuple(sorted(rows, key=lambda row: (-row.overdue, -row.open, row.unit.code)))


def _unit_row(unit: Unit, stock: dict[int, int], overdue: dict[int, int], flows: dict[str, dict[int, int]]) -> UnitRow:
    n = {measure: counts.get(unit.pk, 0) for measure, counts in flows.items()}
    return UnitRow(
        unit=unit,
        open=max(0, stock.get(unit.pk, 0)),
        on_time=Rate("按期率", n["answered"] - n["answered_late"], n["answered"]),
        solved=Rate("解决率", n["solved_yes"], n["solved_all"]),
        satisfied=Rate("满意率", n["satisfied_yes"], n["satisfied_all"]),
        overdue=max(0, overdue.get(unit.pk, 0)),
    )


def _sees(viewer: Viewer, unit: Unit) -> bool:
    return viewer.can_at(May.BOARD, unit.pk, unit.path)


@dataclass(frozen=True)
class Answered:
    """One answering behind an on-time rate; ``case`` is None for whoever may not read cases."""

    at: datetime
    late: bool
    case: Case | None


def answered_list(
    viewer: Viewer, unit_id: int, span: Period, *, late: bool | None = None, cursor: str = ""
) -> tuple[Page[Event], list[Answered]]:
    """What the unit answered in the period, newest first: all, the late ones, or those on time. Read from the trail, because a
    case that came back and was answered again counts twice. Raises NotAllowed."""
    viewer.require(May.BOARD)
    rows = trail.between(Event.objects.filter(verb="case.answered", facts__holder=unit_id), span.since, span.until)
    if late is not None:
        rows = rows.filter(facts__late=True) if late else rows.exclude(facts__has_key="late")
    page = page_of(rows, order=["-id"], cursor=cursor)
    cases = Case.objects.filter(case_access.visible(viewer)).defer("search").in_bulk([e.object_id for e in page.rows])
    return page, [Answered(e.at, bool(e.facts.get("late")), cases.get(e.object_id)) for e in page.rows]


def unit_for(viewer: Viewer, pk: int) -> Unit:
    """Raises NotVisible when the viewer's board does not reach the unit."""
    unit = Unit.objects.filter(pk=pk).first()
    if unit is None or not _sees(viewer, unit):
        raise NotVisible
    return unit


def units_on_board(viewer: Viewer) -> Sequence[Unit]:
    """Units whose figures the viewer may open, for the filter."""
    return [unit for unit in Unit.objects.filter(active=True).order_by("code") if _sees(viewer, unit)]
