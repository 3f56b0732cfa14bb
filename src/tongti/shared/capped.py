"""A page of what a search finds, newest first, at the same price for a rare word and for one in a fifth of a million rows.

PostgreSQL finds rows by words in no order. A few thousand are sorted in no time; two hundred thousand are not, and there an index
that is in the wanted order already meets thirty of them at once. Which of the two it is, no statistics say for sure (two common
words may hardly ever meet), so it is tried: up to CAP + 1 rows are taken as they come. If that was all, they are sorted here and
counted exactly; if not, the rows are many, and the page is read along the ordered index. Figures: docs/bench.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

from tongti.shared.pages import Page, page_of, read_cursor, write_cursor

CAP = 2_000
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Capped(Generic[M]):
    """A page, and how many there are: exact up to CAP, ``many`` says that there are more."""

    page: Page[M]
    count: int
    many: bool


def capped_page(rows: QuerySet[M], *, order: Sequence[str], cursor: str = "", size: int = 30) -> Capped[M]:
    """One page of ``rows`` in ``order`` (all ascending or all descending; the last must be the unique ``id``).

    With ``size`` 0 they are only counted.
    """
    keys = _keys(rows, order)
    if not size:
        return Capped(Page((), "", 0), min(len(keys), CAP), many=len(keys) > CAP)
    if len(keys) > CAP:
        return Capped(page_of(rows, order=order, cursor=cursor, size=size), CAP, many=True)
    downwards = order[0].startswith("-")
    keys.sort(reverse=downwards)
    wanted = keys
    if after := read_cursor(cursor, len(order)):
        at = tuple(_value(rows, name, value) for name, value in zip(order, after, strict=True))
        wanted = [key for key in keys if (key < at if downwards else key > at)]
    found = _rows_of(rows, [key[-1] for key in wanted[:size]]) if wanted else []
    more = len(wanted) > size and bool(found)
    return Capped(Page(found, write_cursor(found[-1], order) if more else "", size), len(keys), many=False)


def _value(rows: QuerySet[M], name: str, plain: Any) -> Any:
    """A value of a cursor as the column has it (a moment is text in the cursor)."""
    field = rows.model._meta.get_field(name.lstrip("-"))
    return field.to_python(plain)  # type: ignore[union-attr]


def _keys(rows: QuerySet[M], order: Sequence[str]) -> list[tuple[Any, ...]]:
    """The sort keys of the first CAP + 1 rows that the database comes by."""
    names = [name.lstrip("-") for name in order]
    try:
        sql, params = rows.order_by().values_list(*names).query.sql_with_params()
    except EmptyResultSet:  # what a permission rules out needs no statement
        return []
    with connection.cursor() as cursor:
        # MATERIALIZED keeps the limit out of the plan: PostgreSQL plans to find all of them, by their words, and is stopped early.
        cursor.execute(f"WITH found AS MATERIALIZED ({sql}) SELECT * FROM found LIMIT {CAP + 1}", params)  # noqa: S608
        return list(cursor.fetchall())


def _rows_of(rows: QuerySet[M], ids: Sequence[Any]) -> list[M]:
    by_id = {row.pk: row for row in rows.filter(pk__in=ids)}
    # one that was changed a moment ago and is not found any more is left out
    return [by_id[pk] for pk in ids if pk in by_id]
