"""Keyset pages: a list costs the same on page 1 and on page 40,000."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """At most ``size`` rows, and the signed cursor of the next page ("" at the end)."""

    rows: Sequence[M]
    next_cursor: str
    size: int


def page_of(rows: QuerySet[M], *, order: Sequence[str], cursor: str = "", size: int = 30) -> Page[M]:
    """One page of ``rows`` in ``order`` (field names, ``-`` for descending; the last must be unique, none nullable).

    A cursor that was tampered with starts from the beginning: it is a convenience, not a right.
    """
    rows = rows.order_by(*order)
    if after := read_cursor(cursor, len(order)):
        rows = rows.filter(_beyond(order, after))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(rows=found, next_cursor=write_cursor(found[-1], order) if more else "", size=size)


def _beyond(order: Sequence[str], after: Sequence[Any]) -> Q:
    # (a, b) > (x, y)  ⇔  a > x or (a = x and b > y); the first inequality alone lets the index do the work
    beyond = Q()
    for depth in range(len(order)):
        same = Q(**{order[i].lstrip("-"): after[i] for i in range(depth)})
        sign = "lt" if order[depth].startswith("-") else "gt"
        beyond |= same & Q(**{f"{order[depth].lstrip('-')}__{sign}": after[depth]})
    first_sign = "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{order[0].lstrip('-')}__{first_sign}": after[0]}) & beyond


def write_cursor(row: Model, order: Sequence[str]) -> str:
    """The signed cursor of the page behind ``row``."""
    values = [getattr(row, name.lstrip("-")) for name in order]
    plain = [v.isoformat() if hasattr(v, "isoformat") else v for v in values]
    return signing.dumps(plain, salt="page", compress=True)


def read_cursor(cursor: str, length: int) -> list[Any] | None:
    """The values that a cursor holds; None when it is empty, not ours, or of another list."""
    if not cursor:
        return None
    try:
        values = signing.loads(cursor, salt="page")
    except signing.BadSignature:
        return None
    return values if isinstance(values, list) and len(values) == length else None
