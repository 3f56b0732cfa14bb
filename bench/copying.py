"""Rows on their way into COPY, and the two values that need a form of their own there."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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

    def take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

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

    def settle(self, cursor: Any) -> None:
        """Let the sequence go on after the last id."""
        if any(one.name == "id" for one in self._fields):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{self.model._meta.db_table}', 'id'), %s)",
                [max(1, self.next_id - 1)],
            )


def vector(words: Iterable[str]) -> str:
    """A tsvector literal of our own tokens."""
    return " ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words)


@dataclass
class Chain:
    """The trail of one object while it grows."""

    kind: str
    pk: int
    seq: int = 0
    mac: bytes = b"\0" * 32
