"""编号: numbers without a gap, whoever enters cases at the same time.

The row of ``NumberSeries`` stays locked from the moment a number is taken until the transaction ends: a rollback gives it back,
and everybody else who enters a case waits that long. So a number is taken by the very statement that enters the case, and the lock
is not held while the disk is waited for (shared.durable).
"""

from collections.abc import Sequence

from django.db import connection

from tongti.cases.models import Case
from tongti.shared import durable, prepared, rows
from tongti.shared.numbers import case_number

_GIVEN = ("number", "year", "serial")


def enter(case: Case, *, year: int) -> None:
    """Insert a case that has an id already, with the next number of ``year``. Let it be the transaction's last statement.

    The outermost transaction ends only when it is on disk. Raises IntegrityError.
    """
    into = rows.columns(Case, without=_GIVEN)
    statement = (
        f"WITH taken AS (UPDATE cases_numberseries SET last = last + 1 WHERE year = %s "  # noqa: S608 (our own columns)
        f"RETURNING year, last, {durable.RELEASE_EARLY}) "
        f"INSERT INTO cases_case ({into.names}, year, serial, number) "
        f"SELECT {into.blanks}, year, last, case_number(year, last) FROM taken RETURNING year, serial, number"
    )
    durable.wait_for_disk_after_commit()
    with prepared.cursor() as cursor:
        cursor.execute(statement, [year, *into.values(case)])
        row = cursor.fetchone()
        if row is None:
            _open_series(year)
            cursor.execute(statement, [year, *into.values(case)])
            row = cursor.fetchone()
    assert row is not None
    case.year, case.serial, case.number = row
    case._state.adding, case._state.db = False, connection.alias


def give_numbers(cases: Sequence[Case], *, year: int) -> None:
    """Number unsaved cases with the next serials of the year: one statement, whatever their count. For whole tables."""
    last = _next_serial(year, len(cases))
    for serial, case in enumerate(cases, start=last - len(cases) + 1):
        case.year, case.serial, case.number = year, serial, case_number(year, serial)


def _next_serial(year: int, count: int) -> int:
    with connection.cursor() as cursor:
        # A plain UPDATE queues fairly behind the row's lock; ON CONFLICT starts over each time somebody else was quicker.
        for _ in range(2):
            cursor.execute(
                "UPDATE cases_numberseries SET last = last + %s WHERE year = %s RETURNING last", [count, year]
            )
            if row := cursor.fetchone():
                return int(row[0])
            _open_series(year)
    raise AssertionError("unreachable")


def _open_series(year: int) -> None:
    """The first case of a year makes the row."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO cases_numberseries (year, last) VALUES (%s, 0) ON CONFLICT DO NOTHING", [year])
