"""Rows of a model written by one plain statement whose text is made once.

Django compiles every INSERT afresh: for a case of thirty columns that costs several times the processor time of running it. Here
the columns of a model are worked out once per process. Values still pass each field's own preparation (encryption, JSON, arrays),
so what arrives in the table is what ``save`` would have written. What ``save`` does beside that is left out: no signals (there are
none in this house) and no look whether the row exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from tongti.shared import prepared


@dataclass(frozen=True)
class Columns:
    """Some columns of a model, in one order: ``names`` and ``blanks`` (placeholders) as SQL, and how an object fills them."""

    table: str
    fields: "tuple[models.Field[Any, Any], ...]"  # generic in the stubs only
    names: str
    blanks: str

    def values(self, row: models.Model) -> list[Any]:
        """What ``row`` puts into these columns, as the database takes it."""
        database = connections[DEFAULT_DB_ALIAS]
        return [field.get_db_prep_save(field.pre_save(row, add=True), database) for field in self.fields]


@cache
def columns(model: type[models.Model], *, without: tuple[str, ...] = ()) -> Columns:
    """The columns of ``model``'s own table but those named in ``without`` (names of fields)."""
    fields = tuple(field for field in model._meta.concrete_fields if field.name not in without)
    return Columns(
        table=model._meta.db_table,
        fields=fields,
        names=", ".join(connection.ops.quote_name(str(field.column)) for field in fields),
        blanks=", ".join(["%s"] * len(fields)),
    )


FEW = 8
"""Up to so many rows the text with a placeholder for each value is quicker than Django's bulk insert."""


def insert(rows: Sequence[models.Model]) -> None:
    """One INSERT for all ``rows``, which are of one model and have no id yet; they get their ids. Raises IntegrityError."""
    if not rows:
        return
    kind = type(rows[0])
    if len(rows) > FEW:
        kind._default_manager.bulk_create(rows)
        return
    into = columns(kind, without=(kind._meta.pk.name,))
    each = f"({into.blanks})"
    with prepared.cursor() as cursor:
        # Table and columns are names of our own models; every value is a parameter.
        cursor.execute(
            f"INSERT INTO {into.table} ({into.names}) VALUES {', '.join([each] * len(rows))} RETURNING id",  # noqa: S608
            [value for row in rows for value in into.values(row)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, connection.alias


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the fields ``names`` of rows that exist, of one model: one text, sent for all of them without waiting between.

    For hundreds of rows with values of their own. Like ``QuerySet.update`` it looks at nothing but the id: whoever calls
    holds the rows locked.
    """
    if not rows:
        return
    kind = type(rows[0])
    quote = connection.ops.quote_name
    fields = [field for field in kind._meta.concrete_fields if field.name in names]
    setting = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    database = connections[DEFAULT_DB_ALIAS]
    with prepared.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(kind._meta.db_table)} SET {setting} WHERE id = %s",  # noqa: S608
            [[*(f.get_db_prep_save(getattr(row, f.attname), database) for f in fields), row.pk] for row in rows],
        )
