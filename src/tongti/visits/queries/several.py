"""Lists of visits: an officer's days, and everybody's for the office."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from tongti.shared import clock
from tongti.shared.pages import Page, page_of
from tongti.units.access import Viewer
from tongti.visits import counting
from tongti.visits.access import visible
from tongti.visits.models import Companion, Revisit, Visit
from tongti.visits.queries.firms import firm_names
from tongti.visits.queries.progressing import EVERYTHING, Behind

AHEAD_DAYS = 14
BACK_DAYS = 30
MOST_VISITS = 60
MOST_REVISITS = 60


@dataclass(frozen=True)
class VisitLine:
    """One visit in a list."""

    visit: Visit
    firm: str
    found: int = 0
    raised: int = 0
    late: bool = False


@dataclass(frozen=True)
class Days:
    """An officer's visits: what is late, today's, the next fortnight's, and what she did lately."""

    late: Sequence[VisitLine]
    today: Sequence[VisitLine]
    ahead: Sequence[VisitLine]
    done: Sequence[VisitLine]


@dataclass(frozen=True)
class Filters:
    """What the office narrows its list by; empty means all."""

    campaign_id: int | None = None
    officer_id: int | None = None
    party_id: int | None = None
    state: str = ""
    over_cap: bool = False
    behind: Behind = EVERYTHING


def my_days(viewer: Viewer) -> Days:
    """Her own visits and those she goes along to. Four queries."""
    today = clock.today()
    hers = _hers(viewer)
    planned = hers.filter(state=Visit.State.PLANNED, planned_on__lte=today + timedelta(days=AHEAD_DAYS))
    done = hers.filter(state=Visit.State.DONE, visited_on__gte=today - timedelta(days=BACK_DAYS))
    open_lines = lines(planned.order_by("planned_on", "id")[:MOST_VISITS])
    return Days(
        late=[line for line in open_lines if line.visit.planned_on < today],
        today=[line for line in open_lines if line.visit.planned_on == today],
        ahead=[line for line in open_lines if line.visit.planned_on > today],
        done=lines(done.order_by("-visited_on", "-id")[:20]),
    )


def waiting_today(viewer: Viewer) -> int:
    """How many visits are planned for today or before; nobody counts past a hundred."""
    rows = _hers(viewer).filter(state=Visit.State.PLANNED, planned_on__lte=clock.today())
    return rows.order_by()[:100].count()


def _hers(viewer: Viewer) -> QuerySet[Visit]:
    along = Companion.objects.filter(officer_id=viewer.officer_id).values("visit_id")
    return Visit.objects.filter(Q(officer_id=viewer.officer_id) | Q(pk__in=along))


def visits(viewer: Viewer, filters: Filters, cursor: str = "", *, size: int = 30) -> Page[Visit]:
    """Visits that she may see, newest first; ``lines`` dresses a page's rows."""
    rows = Visit.objects.filter(visible(viewer)).select_related("officer", "team")
    for name in ("campaign_id", "officer_id", "party_id", "state"):
        if wanted := getattr(filters, name):
            rows = rows.filter(**{name: wanted})
    if filters.over_cap:
        rows = rows.filter(over_cap=True)
    if filters.behind.condition and filters.behind.by in counting.OF_VISIT:
        rows = rows.annotate(**counting.of_visit("")).filter(**filters.behind.condition)
    return page_of(rows, order=("-planned_on", "-id"), cursor=cursor, size=size)


def lines(rows: Iterable[Visit]) -> list[VisitLine]:
    """Visits with the firm's name and how many difficulties were found there and became cases; two queries."""
    found = list(rows)
    names = firm_names(visit.party_id for visit in found)
    counted = {
        row["pk"]: row
        for row in Visit.objects.filter(pk__in=[visit.pk for visit in found])
        .values("pk")
        .annotate(n=Count("findings"), raised=Count("findings__case"))
    }
    today = clock.today()
    return [
        VisitLine(
            visit=visit,
            firm=names.get(visit.party_id, ""),
            found=counted[visit.pk]["n"],
            raised=counted[visit.pk]["raised"],
            late=visit.state == Visit.State.PLANNED and visit.planned_on < today,
        )
        for visit in found
    ]


@dataclass(frozen=True)
class RevisitLine:
    """One difficulty to be looked at again."""

    revisit: Revisit
    firm: str
    late: bool


def due_revisits(viewer: Viewer) -> list[RevisitLine]:
    """What she is to look at again, the earliest first; at most MOST_REVISITS. Two queries."""
    rows = list(
        Revisit.objects.filter(officer_id=viewer.officer_id, state=Revisit.State.PLANNED)
        .select_related("case")
        .order_by("planned_on", "id")[:MOST_REVISITS]
    )
    names = firm_names(row.case.party_id for row in rows)
    today = clock.today()
    return [RevisitLine(row, names.get(row.case.party_id or 0, ""), row.planned_on < today) for row in rows]
