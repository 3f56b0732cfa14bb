"""Weekly counts of a category in a township, straight from the cases of some weeks: cost bounded by the weeks, not the archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from tongti.cases.models import Case
from tongti.units.towns import TOWN_OF

WEEK = timedelta(days=7)
YEAR = 52 * WEEK
"""The same weekday a year ago."""
Cell = tuple[int, int]
"""(category, township)"""

# Places are few: the cases are summed by place first, and only the sums look for their township.
_WEEKS = (
    "WITH by_place AS (SELECT category_id, place_id, "  # noqa: S608  (texts of our own)
    "((received_at AT TIME ZONE 'Asia/Shanghai')::date - %(since)s::date) / 7 AS week, count(*) AS amount FROM cases_case "
    "WHERE received_at >= %(start)s AND received_at < %(end)s AND category_id IS NOT NULL AND place_id IS NOT NULL "
    "AND (%(category)s::bigint IS NULL OR category_id = %(category)s) GROUP BY 1, 2, 3) "
    "SELECT category_id, town, week, sum(amount)::bigint FROM (SELECT category_id, week, amount, "
    + TOWN_OF.format(place="by_place.place_id")
    + " AS town FROM by_place) AS sums WHERE town IS NOT NULL GROUP BY 1, 2, 3"
)


@dataclass(frozen=True)
class Weeks:
    """Counts per cell and week from ``since`` (a Monday) on; a week without cases is 0."""

    number: int
    counts: dict[Cell, dict[int, int]]

    def of(self, cell: Cell) -> list[int]:
        """Oldest first."""
        found = self.counts.get(cell, {})
        return [found.get(week, 0) for week in range(self.number)]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(since: date, number: int, category_id: int | None = None) -> Weeks:
    """The ``number`` weeks from the Monday ``since`` on; one query."""
    asked = {"since": since, "start": _start(since), "end": _start(since + number * WEEK), "category": category_id}
    counts: dict[Cell, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, asked)
        for category, town, week, amount in cursor.fetchall():
            counts.setdefault((category, town), {})[week] = amount
    return Weeks(number, counts)


def first_day() -> date | None:
    """The day of the oldest case: before it nothing is known, which is not the same as nothing having happened."""
    oldest: datetime | None = Case.objects.order_by("received_at", "id").values_list("received_at", flat=True).first()
    return timezone.localdate(oldest) if oldest else None


def after(cell: Cell, week: date, today: date, most: int = 12) -> Sequence[int]:
    """The weeks that followed ``week``, the running one too, for one cell."""
    number = min(max((monday(today) - week).days // 7, 0), most)
    return weeks(week + WEEK, number, cell[0]).of(cell) if number else []


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
