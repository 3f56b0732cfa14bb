"""The list behind a published number: frozen by the database in one statement, read a page at a time, added up again.

Rows lie side by side in pieces of IN_A_ROW, sorted by unit and then by the counted row's own id. Where a row stands is a key that
never changes, so a page is a slice: a million rows cost the same to open as thirty.
"""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from tongti.formulas import counters
from tongti.formulas.versions import FormulaView

IN_A_ROW = 10_000

_FREEZE = """
INSERT INTO formulas_frozenrows (published_id, place, units, keys, cases, levels, left_out)
SELECT %(published)s, n / %(size)s, array_agg(u ORDER BY n), array_agg(k ORDER BY n), array_agg(c ORDER BY n),
       array_agg(l ORDER BY n), array_agg(o ORDER BY n)
FROM (SELECT r.*, row_number() OVER (ORDER BY u, k) - 1 AS n FROM ({rows}) AS r (u, k, c, l, o)) AS numbered GROUP BY 2
"""
_SIZE = "SELECT coalesce(sum(cardinality(keys)), 0) FROM formulas_frozenrows WHERE published_id = %s"
_SUMS = """
SELECT u, l, o, count(*) FROM formulas_frozenrows, unnest(units, levels, left_out) AS one (u, l, o)
WHERE published_id = %s GROUP BY 1, 2, 3
"""
_PAGE = """
SELECT k, c, u, l, o FROM (
    SELECT place * %(size)s + at - 1 AS n, k, c, u, l, o
    FROM formulas_frozenrows, unnest(keys, cases, units, levels, left_out) WITH ORDINALITY AS one (k, c, u, l, o, at)
    WHERE published_id = %(published)s AND place BETWEEN %(first)s / %(size)s AND %(last)s / %(size)s
) AS numbered WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""


def freeze(pk: int, formula: FormulaView, since: date, until: date) -> int:
    """Write the list that a formula counts in these days, in the caller's transaction; answers how many rows."""
    base = formula.base
    left = counters.standing(formula.code).filter(case=OuterRef("of_case"))
    rows = base.between(base.rows(), since, until).order_by().annotate(is_left_out=Exists(left))
    levels = [base.codes.index(level) for level in formula.counted]
    asked = rows.filter(level__in=levels).values_list("of_unit", "pk", "of_case", "level", "is_left_out")
    sql, values = asked.query.sql_with_params()
    named = {f"v{at}": value for at, value in enumerate(values)}
    # Django's own text, with its places for values
    statement = _FREEZE.format(rows=sql % tuple(f"%({name})s" for name in named))
    with connection.cursor() as cursor:
        cursor.execute(statement, named | {"published": pk, "size": IN_A_ROW})
        cursor.execute(_SIZE, [pk])
        return int(cursor.fetchone()[0])


def sums(pk: int) -> list[tuple[int, int, bool, int]]:
    """How many rows of each unit, level, left out or not, as the list has them now."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [pk])
        return list(cursor.fetchall())


def rows_at(pk: int, first: int, last: int) -> list[tuple[Any, ...]]:
    """The rows at places ``first``…``last``: (key, case, unit, level, left out)."""
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, {"published": pk, "size": IN_A_ROW, "first": first, "last": last})
        return list(cursor.fetchall())
