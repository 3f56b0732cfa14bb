"""Keys that are in so many rows that an index look-up by them costs much and tells little.

The engine's word frequencies know words but not pairs of words, and count words, not rows of our tables. So the rows behind
each key are counted here, once a night, from a sample; only the heavy ones are kept. A name that is in two thousand cases is
heavy among cases and rare among questions, therefore each table has its own list.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

HEAVY_FROM = 100
"""Rows from which a key is remembered as heavy."""
LIGHT = 15.0
"""Rows that any other key is expected to find."""
SAMPLED = 50_000
"""Rows of a table that are looked at; fewer are all looked at."""


@dataclass(frozen=True, eq=False)
class HeavyKeys:
    """Sorted keys and the rows that have each."""

    keys: NDArray[np.int32]
    rows: NDArray[np.uint32]

    def expected(self, ids: NDArray[np.uint32]) -> NDArray[np.float64]:
        """How many rows to expect for each key, given as the engine's unsigned numbers."""
        found = np.full(len(ids), LIGHT)
        if len(self.keys):
            signed = ids.view(np.int32)
            at = np.minimum(np.searchsorted(self.keys, signed), len(self.keys) - 1)
            known = self.keys[at] == signed
            found[known] = self.rows[at[known]]
        return found

    def to_bytes(self) -> bytes:
        """Compressed; ``from_bytes`` reads it back."""
        return zlib.compress(self.keys.astype("<i4").tobytes() + self.rows.astype("<u4").tobytes(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> "HeavyKeys":
        """Inverse of ``to_bytes``; nothing stored gives an empty list."""
        raw = zlib.decompress(data) if data else b""
        half = len(raw) // 2
        return cls(
            np.frombuffer(raw[:half], dtype="<i4").astype(np.int32),
            np.frombuffer(raw[half:], dtype="<u4").astype(np.uint32),
        )


def count(table: str) -> HeavyKeys:
    """The heavy keys of ``table`` (a literal of this package) as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT GREATEST(reltuples, 0) FROM pg_class WHERE oid = %s::regclass", [table])
        share = min(1.0, SAMPLED / max(1.0, cursor.fetchone()[0]))
        sample = f"TABLESAMPLE BERNOULLI ({share * 100:.4f}) REPEATABLE (1)" if share < 1 else ""
        cursor.execute(
            f"SELECT k, count(*) FROM {table} {sample}, unnest(keys) AS k "  # noqa: S608  (literals and a number of ours)
            "GROUP BY k HAVING count(*) >= %s ORDER BY k",
            [max(2, int(HEAVY_FROM * share))],
        )
        found = cursor.fetchall()
    keys = np.array([key for key, _ in found], dtype=np.int32)
    return HeavyKeys(keys, np.array([round(n / share) for _, n in found], dtype=np.uint32))
