"""What falls due: the columns of ten working days, and the batons behind each."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tongti.deadlines import queries as deadlines
from tongti.figures import queries as figures
from tongti.relay import access as relay_access
from tongti.relay.models import OPEN, Baton
from tongti.reports.queries.periods import BEGINNING
from tongti.shared import clock
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer

WALL_DAYS = 10
NEAR_DAYS = 2  # 临期: due within two working days (ui.md tokens)


@dataclass(frozen=True)
class DueDay:
    """Open batons that fall due on one working day; ``day`` None gathers everything overdue."""

    day: date | None
    count: int
    near: bool = False


def due_days(today: date, unit_id: int = 0) -> tuple[DueDay, ...]:
    """Overdue first, then the next ten working days; what falls due on a day off is shown on the working day after it."""
    days = deadlines.next_working_days(WALL_DAYS, since=today)
    previous = today - timedelta(days=1)
    overdue = figures.totals(["batons_due"], since=BEGINNING, until=previous, unit_id=unit_id)["batons_due"]
    counts = figures.by_day("batons_due", since=today, until=days[-1], unit_id=unit_id)
    columns = [DueDay(day=None, count=max(0, overdue))]
    for at, day in enumerate(days):
        count = sum(n for due, n in counts.items() if previous < due <= day)
        columns.append(DueDay(day=day, count=max(0, count), near=at < NEAR_DAYS))
        previous = day
    return tuple(columns)


class Due(StrEnum):
    """Which open batons a list shows when it is not about one day."""

    OVERDUE = "overdue"
    NEAR = "near"
    ALL = "all"


def due_list(
    viewer: Viewer, *, on: date | None = None, which: str = Due.OVERDUE, unit_id: int = 0, cursor: str = ""
) -> Page[Baton]:
    """The open batons behind one column (``on``) or one figure (``which``), of one unit or of all, by due date."""
    viewer.require(May.BOARD)
    rows = Baton.objects.filter(relay_access.visible(viewer), state__in=OPEN).select_related("unit", "question", "case")
    today = clock.today()
    if on is None and which == Due.NEAR:
        rows = rows.filter(due_on__gte=today, due_on__lte=deadlines.next_working_days(NEAR_DAYS, since=today)[-1])
    elif on is None and which != Due.ALL:
        rows = rows.filter(due_on__lt=today)
    elif on is not None:
        rows = rows.filter(due_on__gt=_working_day_before(on), due_on__lte=on)
    if unit_id:
        rows = rows.filter(unit_id=unit_id)
    return page_of(rows, order=["due_on", "id"], cursor=cursor)


def _working_day_before(day: date) -> date:
    # the column of today starts today; a later one also takes the days off before it
    if day <= clock.today():
        return day - timedelta(days=1)
    earlier = [d for d in deadlines.next_working_days(WALL_DAYS + 1, since=clock.today()) if d < day]
    return earlier[-1] if earlier else clock.today() - timedelta(days=1)
