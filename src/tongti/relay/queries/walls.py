"""How much falls due on which working day; from counters, so it costs the same at any size."""

from dataclasses import dataclass
from datetime import date, timedelta

from tongti.deadlines import queries as days
from tongti.figures import queries as figures
from tongti.shared import clock
from tongti.units.access import May, Viewer

MEASURE = "batons_due"
LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True)
class DueWall:
    """Batons due before today, on each of the next working days, and later."""

    overdue: int
    days: tuple[tuple[date, int], ...]

    @property
    def total(self) -> int:
        return self.overdue + sum(count for _day, count in self.days)


def due_wall(viewer: Viewer, *, n: int = 10, unit_id: int = 0) -> DueWall:
    """时限墙 of the district (or one unit) over the next ``n`` working days. What falls due on a day off (limits by the
    hour) counts with the working day before it."""
    if not (viewer.can(May.BOARD) or viewer.can(May.DISPATCH) or unit_id in viewer.unit_ids):
        return DueWall(0, ())
    today = clock.today()
    shown = days.next_working_days(n)
    by_day = figures.by_day(MEASURE, since=LONG_AGO, until=shown[-1], unit_id=unit_id)
    late = sum(amount for day, amount in by_day.items() if day < today)
    starts = [today, *shown[1:]]
    ends = [day - timedelta(days=1) for day in shown[1:]] + [shown[-1]]
    sums = [
        (day, sum(amount for at, amount in by_day.items() if start <= at <= end))
        for day, start, end in zip(shown, starts, ends, strict=True)
    ]
    return DueWall(late, tuple(sums))
