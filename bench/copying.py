"""Rows on their way into COPY, and tables made ready to take very many of them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any


class Table:
    """Rows of one model on their way into COPY."""

    def __init__(self, model: Any) -> None:
        from django.db.models import Max

        from tongti.shared import crypto
        from tongti.shared.fields import EncryptedTextField

        self.model = model
        self.next_id = (model.objects.aggregate(top=Max("pk"))["top"] or 0) + 1
        self.rows: list[tuple[Any, ...]] = []
        self.count = 0
        self._fields = model._meta.concrete_fields
        self._prepare: list[Callable[[Any], Any] | None] = []
        for one in self._fields:
            if isinstance(one, EncryptedTextField):
                self._prepare.append(lambda value, f=one: crypto.encrypt(value, purpose=f.purpose) if value else b"")
            elif one.get_internal_type() == "JSONField":
                self._prepare.append(lambda value: json.dumps(value, ensure_ascii=False))
            elif one.get_internal_type() == "BinaryField":
                self._prepare.append(bytes)
            else:
                self._prepare.append(None)

    def add(self, row: Any) -> None:
        """One unsaved row."""
        values = (getattr(row, one.attname) for one in self._fields)
        self.rows.append(
            tuple(v if p is None or v is None else p(v) for v, p in zip(values, self._prepare, strict=True))
        )

    def flush(self, cursor: Any) -> None:
        """Send what has gathered."""
        columns = ", ".join(f'"{one.column}"' for one in self._fields)
        with cursor.copy(f"COPY {self.model._meta.db_table} ({columns}) FROM STDIN") as copy:
            for row in self.rows:
                copy.write_row(row)
        self.count += len(self.rows)
        self.rows.clear()


# --- lines: for millions of rows ---------------------------------------------------------------------------------------


class Ready(str):
    """Text as COPY wants it: nothing in it needs escaping any more."""

    __slots__ = ()


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_json = json.JSONEncoder(ensure_ascii=False).encode
NULL = Ready("\\N")


def ready(text: str) -> Ready:
    """Escaped once, used many times."""
    return Ready(text.translate(_ESCAPED))


def ready_json(value: Any) -> Ready:
    """A JSON value, escaped."""
    return ready(_json(value))


def ready_array(numbers: Iterable[int]) -> Ready:
    """An array of numbers."""
    return Ready("{" + ",".join(map(str, numbers)) + "}")


Encoder = Callable[[Any], str] | None
"""How a value becomes text; None: as it says of itself."""
Shape = tuple[str, Callable[[Any], Any], tuple[Encoder, ...]]


class Lines:
    """Rows of one model as lines of COPY's text format.

    A row is given by the values that differ from the model's defaults; no instance is made of it. Several times cheaper than
    ``Table``, whose values are turned into text one by one by the driver.
    """

    def __init__(self, model: Any) -> None:
        from django.db.models import Max

        self.model = model
        self.next_id = (model.objects.aggregate(top=Max("pk"))["top"] or 0) + 1
        self.count = 0
        self._lines: list[str] = []
        self._fields = model._meta.concrete_fields
        self._encoders = {one.attname: _encoder(one) for one in self._fields}
        self._names = ", ".join(f'"{one.column}"' for one in self._fields)
        self._shapes: dict[tuple[str, ...], Shape] = {}

    @property
    def table(self) -> str:
        """Its name in the database."""
        return str(self.model._meta.db_table)

    def take_id(self) -> int:
        """The next id."""
        self.next_id += 1
        return self.next_id - 1

    def add(self, **values: Any) -> None:
        """One row, by column; what is not named has its default. A column that has none fails at COPY."""
        named = tuple(values)
        line, pick, encoders = self._shapes.get(named) or self._shape(named)
        self._lines.append(
            line
            % tuple(
                [
                    "\\N" if value is None else value if encode is None or type(value) is Ready else encode(value)
                    for value, encode in zip(pick(tuple(values.values())), encoders, strict=True)
                ]
            )
        )

    def _shape(self, named: tuple[str, ...]) -> Shape:
        """How rows that name these columns are written: the line with places for them, in which order, each how."""
        order = [one.attname for one in self._fields if one.attname in named]
        if len(order) != len(named):
            raise TypeError(f"{self.table}: {set(named) - set(order)}")
        line = "\t".join(
            "%s" if one.attname in named else _blank(one, self._encoders[one.attname]).replace("%", "%%")
            for one in self._fields
        )
        shape = line, itemgetter(*map(named.index, order)), tuple(self._encoders[name] for name in order)
        self._shapes[named] = shape
        return shape

    def take(self) -> tuple[str, str]:
        """(statement, data) of what has gathered; the statement is "" when nothing has."""
        lines, self._lines = self._lines, []
        self.count += len(lines)
        if not lines:
            return "", ""
        lines.append("")
        return f"COPY {self.table} ({self._names}) FROM STDIN (FREEZE)", "\n".join(lines)

    def settle(self, cursor: Any) -> None:
        """Let the sequence go on after the last id."""
        if any(one.name == "id" for one in self.model._meta.concrete_fields):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{self.table}', 'id'), %s)", [max(1, self.next_id - 1)]
            )


def _blank(field: Any, encode: Encoder) -> str:
    default = field.get_default()
    return NULL if default is None else encode(default) if encode else str(default)


def _encoder(field: Any) -> Encoder:
    from tongti.shared import crypto
    from tongti.shared.fields import EncryptedTextField

    if isinstance(field, EncryptedTextField):
        purpose, encrypt = field.purpose, crypto.encrypt
        return lambda value: "\\\\x" + encrypt(value, purpose=purpose).hex() if value else "\\\\x"
    kinds: dict[str, Callable[[Any], str]] = {
        "JSONField": ready_json,
        "BinaryField": lambda value: "\\\\x" + value.hex(),
        "ArrayField": ready_array,
        "CharField": ready,
        "TextField": ready,
        "SearchVectorField": ready,
        "BooleanField": lambda value: "t" if value else "f",
    }
    return kinds.get(field.get_internal_type())


def send(cursor: Any, parts: Iterable[tuple[str, str]]) -> None:
    """Run what ``Lines.take`` gave."""
    for statement, data in parts:
        if statement:
            with cursor.copy(statement) as copy:
                copy.write(data)


# --- tables that take millions of rows ---------------------------------------------------------------------------------

_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype = 'u' ORDER BY 1, 2
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1
"""


@contextmanager
def bare(cursor: Any, tables: Sequence[str], progress: Callable[[str], None]) -> Iterator[None]:
    """Tables without indexes (but for their primary keys) for the length of the block, in which COPY may FREEZE.

    An index built at the end takes a fraction of the time that it takes row by row. Rows refer to each other across tables and
    parts of the work, and what COPY brings is whole at the end only: no trigger runs. The caller holds one transaction.
    """
    cursor.execute("SET LOCAL session_replication_role = replica")
    for table in tables:
        # Emptied in this very transaction: only then COPY writes rows that nobody need look at again (FREEZE).
        cursor.execute(f"CREATE TEMP TABLE kept ON COMMIT DROP AS TABLE {table}")
        cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute(f"INSERT INTO {table} SELECT * FROM kept")
        cursor.execute("DROP TABLE kept")
    cursor.execute(_CONSTRAINTS, [list(tables)])
    constraints = cursor.fetchall()
    cursor.execute(_INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    for table, name, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for table, name, definition in constraints:
        progress(f"唯一约束 {name}")
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for name, definition in indexes:
        progress(f"索引 {name}")
        cursor.execute(definition)
    cursor.execute("SET LOCAL session_replication_role = origin")


def vector(words: Iterable[str]) -> str:
    """A tsvector literal of our own tokens."""
    return " ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words)


@dataclass(slots=True)
class Chain:
    """The trail of one object while it grows."""

    kind: str
    pk: int
    seq: int = 0
    mac: bytes = b"\0" * 32
