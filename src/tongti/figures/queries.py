"""Reading figures: always folded rows plus what is not folded yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

_SUM = (
    "SELECT {group}, sum(amount)::bigint FROM ("
    "SELECT measure, unit_id, subject_id, day, amount FROM figures_daily WHERE {where} "
    "UNION ALL SELECT measure, unit_id, subject_id, day, amount FROM figures_delta WHERE {where}"
    ") AS f GROUP BY {group}"
)

# Whole months from the monthly rows, the days before and after them one by one.
_SUM_MONTHS = (
    "SELECT {group}, sum(amount)::bigint FROM ("
    "SELECT measure, unit_id, amount FROM figures_monthly"
    " WHERE measure = ANY(%(measures)s) AND {units} AND month >= %(first)s AND month < %(after)s "
    "UNION ALL SELECT measure, unit_id, amount FROM figures_daily"
    " WHERE measure = ANY(%(measures)s) AND {units} AND subject_id = 0 AND day >= %(since)s AND day < %(first)s "
    "UNION ALL SELECT measure, unit_id, amount FROM figures_daily"
    " WHERE measure = ANY(%(measures)s) AND {units} AND subject_id = 0 AND day >= %(after)s AND day <= %(until)s "
    "UNION ALL SELECT measure, unit_id, amount FROM figures_delta"
    " WHERE measure = ANY(%(measures)s) AND {units} AND subject_id = 0 AND day BETWEEN %(since)s AND %(until)s"
    ") AS f GROUP BY {group}"
)


def totals(measures: Sequence[str], *, since: date, until: date, unit_id: int = 0) -> dict[str, int]:
    """Sum per measure over the days ``since``…``until`` (both included); missing measures are 0."""
    rows = _read_months("measure", "unit_id = %(unit)s", measures, since, until, unit=unit_id)
    return dict.fromkeys(measures, 0) | dict(rows)


def by_unit(measures: Sequence[str], *, since: date, until: date) -> dict[str, dict[int, int]]:
    """Sum per measure and unit over the days; the district's own row (0) is left out, every measure has an entry."""
    found: dict[str, dict[int, int]] = {measure: {} for measure in measures}
    for measure, unit, amount in _read_months("measure, unit_id", "unit_id <> 0", measures, since, until):
        found[measure][unit] = amount
    return found


def by_measure_and_day(measures: Sequence[str], *, since: date, until: date) -> dict[str, dict[date, int]]:
    """Sum per measure and day for the whole district; every measure has an entry, days without a count are absent."""
    where = "measure = ANY(%s) AND unit_id = 0 AND subject_id = 0 AND day BETWEEN %s AND %s"
    found: dict[str, dict[date, int]] = {measure: {} for measure in measures}
    for measure, day, amount in _read("measure, day", where, [list(measures), since, until]):
        found[measure][day] = amount
    return found


def by_day(measure: str, *, since: date, until: date, unit_id: int = 0, subject_id: int = 0) -> dict[date, int]:
    """Sum per day; days without a count are absent."""
    where = "measure = %s AND unit_id = %s AND subject_id = %s AND day BETWEEN %s AND %s"
    return dict(_read("day", where, [measure, unit_id, subject_id, since, until]))


def by_subject_and_day(
    measure: str, subject_ids: Sequence[int], *, since: date, until: date
) -> dict[tuple[int, date], int]:
    """Sum per subject and day, e.g. new askers of several questions in the last seven days."""
    where = "measure = %s AND unit_id = 0 AND subject_id = ANY(%s) AND day BETWEEN %s AND %s"
    rows = _read("subject_id, day", where, [measure, list(subject_ids), since, until])
    return {(subject, day): amount for subject, day, amount in rows}


def _read_months(
    group: str, units: str, measures: Sequence[str], since: date, until: date, **values: Any
) -> list[tuple[Any, ...]]:
    first, after = whole_months(since, until)
    with connection.cursor() as cursor:
        # group and units are literals of this file; every value is a parameter
        cursor.execute(
            _SUM_MONTHS.format(group=group, units=units),
            {"measures": list(measures), "since": since, "until": until, "first": first, "after": after, **values},
        )
        return list(cursor.fetchall())


def whole_months(since: date, until: date) -> tuple[date, date]:
    """The calendar months that lie wholly within the days: first day of the first one, first day after the last one.

    Without any, both are the day after ``until``: everything is then read day by day.
    """
    end = until + timedelta(days=1)
    first = since if since.day == 1 else (since.replace(day=1) + timedelta(days=31)).replace(day=1)
    after = end.replace(day=1)
    return (first, after) if first < after else (end, end)


def _read(group: str, where: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # group and where are literals of this file; every value is a parameter
        cursor.execute(_SUM.format(group=group, where=where), values + values)
        return list(cursor.fetchall())
