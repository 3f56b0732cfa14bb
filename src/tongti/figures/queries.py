"""Reading figures: always daily rows plus what is not folded yet."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

_SUM = (
    "SELECT {group}, sum(amount)::bigint FROM ("
    "SELECT measure, unit_id, subject_id, day, amount FROM figures_daily WHERE {where} "
    "UNION ALL SELECT measure, unit_id, subject_id, day, amount FROM figures_delta WHERE {where}"
    ") AS f GROUP BY {group}"
)


def totals(measures: Sequence[str], *, since: date, until: date, unit_id: int = 0) -> dict[str, int]:
    """Sum per measure over the days ``since``…``until`` (both included); missing measures are 0."""
    where = "measure = ANY(%s) AND unit_id = %s AND subject_id = 0 AND day BETWEEN %s AND %s"
    rows = _read("measure", where, [list(measures), unit_id, since, until])
    return dict.fromkeys(measures, 0) | dict(rows)


def by_unit(measures: Sequence[str], *, since: date, until: date) -> dict[str, dict[int, int]]:
    """Sum per measure and unit over the days; the district's own row (0) is left out, every measure has an entry."""
    where = "measure = ANY(%s) AND unit_id <> 0 AND subject_id = 0 AND day BETWEEN %s AND %s"
    found: dict[str, dict[int, int]] = {measure: {} for measure in measures}
    for measure, unit, amount in _read("measure, unit_id", where, [list(measures), since, until]):
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


def _read(group: str, where: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # group and where are literals of this file; every value is a parameter
        cursor.execute(_SUM.format(group=group, where=where), values + values)
        return list(cursor.fetchall())
