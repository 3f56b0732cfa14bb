"""Counting a measure again from the rows it stands for, and how far the figure kept has drifted from that."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

MOST_DRIFTS = 200
"""Of one measure: a fault that touches more is one fault, and the number found says so."""

_ONE_DAY = "DATE '2000-01-01'"
"""Stands for the day where a measure has no days of its own: a stock is the sum of all its changes."""

_DRIFT = """
WITH r (unit_id, subject_id, day) AS ({rows}),
facts AS (
    SELECT unit_id, subject_id, {facts_day} AS day, count(*) AS amount FROM (
        SELECT unit_id, subject_id, day FROM r WHERE %(units)s AND unit_id <> 0
        UNION ALL SELECT 0, subject_id, day FROM r WHERE %(district)s
    ) AS each_row GROUP BY 1, 2, 3
),
kept AS (
    SELECT unit_id, subject_id, {kept_day} AS day, sum(amount) AS amount FROM (
        SELECT unit_id, subject_id, day, amount FROM figures_daily WHERE measure = %(measure)s
        UNION ALL SELECT unit_id, subject_id, day, amount FROM figures_delta WHERE measure = %(measure)s
    ) AS steps
    WHERE (unit_id <> 0 OR %(district)s) AND (unit_id = 0 OR %(units)s) AND (%(since)s::date IS NULL OR day >= %(since)s::date)
    GROUP BY 1, 2, 3
)
SELECT unit_id, subject_id, day, coalesce(kept.amount, 0)::bigint, coalesce(facts.amount, 0), count(*) OVER ()
FROM kept FULL JOIN facts USING (unit_id, subject_id, day)
WHERE coalesce(kept.amount, 0) <> coalesce(facts.amount, 0)
ORDER BY abs(coalesce(kept.amount, 0) - coalesce(facts.amount, 0)) DESC, unit_id, subject_id, day LIMIT %(most)s
"""

_MONTHS = """
SELECT count(*) FROM figures_monthly AS m FULL JOIN (
    SELECT measure, unit_id, date_trunc('month', day)::date AS month, sum(amount) AS amount
    FROM figures_daily WHERE subject_id = 0 GROUP BY 1, 2, 3
) AS d USING (measure, unit_id, month) WHERE coalesce(m.amount, 0) <> coalesce(d.amount, 0)
"""


@dataclass(frozen=True)
class Measure:
    """A measure, and how it is counted again.

    ``rows`` has one row per thing counted, with the columns ``(unit_id, subject_id, day)`` in this order, 0 where a measure has
    no unit or no subject. ``by_day`` False: a stock, compared as a whole. ``district`` and ``units``: which rows are kept.
    """

    code: str
    name: str
    rows: QuerySet[Any]
    by_day: bool = False
    district: bool = True
    units: bool = True


@dataclass(frozen=True)
class Drift:
    """One figure that does not agree with its rows; ``day`` None for a stock, ``unit_id`` 0 for the whole district."""

    measure: str
    unit_id: int
    subject_id: int
    day: date | None
    kept: int
    counted: int


def drifts_of(
    measure: Measure, *, since: date | None = None, most: int | None = MOST_DRIFTS
) -> tuple[list[Drift], int]:
    """The largest drifts of one measure (at most ``most``; None: all), and how many there are. ``since``: only figures of these
    days; the caller's rows are those of these days.

    One statement, so that rows and figures are of the same moment: both change in the same transaction, and the comparison
    holds while people work.
    """
    sql, values = measure.rows.query.sql_with_params()
    named = {f"v{at}": value for at, value in enumerate(values)}
    statement = _DRIFT.format(
        rows=sql % tuple(f"%({name})s" for name in named),  # Django's own text, with its places for values
        facts_day="day" if measure.by_day else _ONE_DAY,
        kept_day="day" if measure.by_day else _ONE_DAY,
    )
    asked: dict[str, Any] = {
        "since": since,
        "measure": measure.code,
        "district": measure.district,
        "units": measure.units,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, named | asked)
        found = list(cursor.fetchall())
    drifts = [
        Drift(measure.code, unit, subject, day if measure.by_day else None, kept, counted)
        for unit, subject, day, kept, counted, _ in found
    ]
    return drifts, int(found[0][5]) if found else 0


def months_that_differ() -> int:
    """Monthly rows that are not the sum of their days (0 unless somebody wrote into the tables by hand)."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS)
        return int(cursor.fetchone()[0])


def stored(drift: Drift) -> dict[str, Any]:
    """As a check keeps it."""
    return asdict(drift) | {"day": drift.day.isoformat() if drift.day else None}


def drift_of(kept: dict[str, Any]) -> Drift:
    """A drift that a check kept."""
    return Drift(**kept | {"day": date.fromisoformat(kept["day"]) if kept["day"] else None})
