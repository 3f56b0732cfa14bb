"""The hourly count: what no single action can keep (a day passed, another case came) is counted again and made good."""

from datetime import date, timedelta

from django.db import connection, transaction

from tongti.figures import actions as figures
from tongti.formulas import counters
from tongti.shared import clock

TALLY_LOCK = 7_102_032
WINDOW_DAYS = 120
"""Longer than the days within which a repeat still counts; older days are looked at every night."""


@transaction.atomic
def tally(*, whole: bool = False) -> int | None:
    """Count again what only a count can tell; ``whole``: of all days, else of the last WINDOW_DAYS and those to come.

    Answers how many figures moved, None when another worker is at it. Safe to run twice and while people work: rows and figures
    are read in one statement, and what is missing is added as steps.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TALLY_LOCK])
        if not cursor.fetchone()[0]:
            return None
    since: date | None = None if whole else clock.today() - timedelta(days=WINDOW_DAYS)
    moved = sum(figures.settle(measure, since=since) for measure in counters.hourly(since))
    # few, so always all of them
    return moved + sum(figures.settle(measure) for measure in counters.left_out())
