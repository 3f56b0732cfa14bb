"""Counting, and folding what was counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from tongti.figures.checks import Measure, drifts_of
from tongti.shared import prepared

FOLD_LOCK = 7_102_001
_ADD = (
    "INSERT INTO figures_delta (measure, unit_id, subject_id, day, amount) "
    "SELECT * FROM unnest(%s::varchar[], %s::bigint[], %s::bigint[], %s::date[], %s::integer[])"
)


@dataclass(frozen=True)
class Count:
    """``amount`` more of ``measure`` on ``day`` for ``unit_id`` (0 = whole district) and ``subject_id`` (0 = none)."""

    measure: str
    day: date
    unit_id: int = 0
    subject_id: int = 0
    amount: int = 1


def add(counts: Iterable[Count]) -> None:
    """Count facts in the caller's transaction: one INSERT, no lock that another writer could wait for."""
    rows = [(c.measure, c.unit_id, c.subject_id, c.day, c.amount) for c in counts if c.amount]
    if rows:
        with prepared.cursor() as cursor:
            # By hand: every action counts, and the model's own way costs three times as much processor as the statement.
            cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])


_FOLD = """
WITH moved AS (DELETE FROM figures_delta RETURNING measure, unit_id, subject_id, day, amount),
summed AS (SELECT measure, unit_id, subject_id, day, sum(amount) AS amount FROM moved GROUP BY 1, 2, 3, 4),
days AS (
    INSERT INTO figures_daily AS d (measure, unit_id, subject_id, day, amount)
    SELECT measure, unit_id, subject_id, day, amount FROM summed
    ON CONFLICT (measure, unit_id, subject_id, day) DO UPDATE SET amount = d.amount + EXCLUDED.amount
),
months AS (
    INSERT INTO figures_monthly AS m (measure, unit_id, month, amount)
    SELECT measure, unit_id, date_trunc('month', day)::date, sum(amount) FROM summed WHERE subject_id = 0 GROUP BY 1, 2, 3
    ON CONFLICT (measure, unit_id, month) DO UPDATE SET amount = m.amount + EXCLUDED.amount
)
SELECT count(*) FROM moved
"""


@transaction.atomic
def compact() -> int:
    """Fold all deltas into daily and monthly rows; answers how many were folded (0 when another worker is at it)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD)
        return int(cursor.fetchone()[0])


_MONTHS = """
INSERT INTO figures_monthly (measure, unit_id, month, amount)
SELECT measure, unit_id, date_trunc('month', day)::date, sum(amount) FROM figures_daily WHERE subject_id = 0 GROUP BY 1, 2, 3
"""


@transaction.atomic
def rebuild_months() -> None:
    """Make the monthly rows anew from the daily ones; folding waits meanwhile, readers see the old rows until we commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])
        cursor.execute("DELETE FROM figures_monthly")
        cursor.execute(_MONTHS)


@transaction.atomic
def settle(measure: Measure, *, since: date | None = None) -> int:
    """Bring the days of a measure that no action keeps to what its rows say, by steps like any other; safe to run twice.

    Answers how many figures moved. ``since``: only these days, and ``measure.rows`` are those of these days. Two at once would step
    twice: the caller holds a lock.
    """
    drifts, found = drifts_of(measure, since=since, most=None)
    add(
        Count(d.measure, d.day, unit_id=d.unit_id, subject_id=d.subject_id, amount=d.counted - d.kept)
        for d in drifts
        if d.day
    )
    return found
