"""Rows of different lengths laid end to end: how the engine holds the ids of many messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from samequestion.records import I32, I64


@dataclass(frozen=True, eq=False)
class Ragged:
    """Row k is `values[starts[k] : starts[k + 1]]`; inside a row the values ascend without repeats."""

    values: NDArray[np.unsignedinteger]
    starts: I64

    def __len__(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def sizes(self) -> I64:
        """Length of every row."""
        lengths: I64 = np.diff(self.starts)
        return lengths

    @property
    def rows(self) -> I32:
        """The row of every value; made afresh each time, because over a million messages it is as large as the values."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.sizes)

    @cached_property
    def codes(self) -> NDArray[np.uint64]:
        """Row and value in one ascending number, so that one binary search finds a value in a given row."""
        return (self.rows.astype(np.uint64) << np.uint64(32)) | self.values.astype(np.uint64)

    def sums(self, values: NDArray[np.generic]) -> NDArray[np.float32]:
        """Sum of one number per stored value, by row."""
        out, filled = np.zeros(len(self), dtype=np.float32), self.sizes > 0
        if filled.any():
            out[filled] = np.add.reduceat(values, self.starts[:-1][filled], dtype=np.float64)
        return out

    def slice_of(self, row: int) -> slice:
        """Where in `values` one row is."""
        return slice(int(self.starts[row]), int(self.starts[row + 1]))

    def part(self, low: int, high: int) -> Ragged:
        """The rows from `low` up to `high`; the values are not copied."""
        starts = self.starts[low : high + 1]
        return Ragged(self.values[starts[0] : starts[-1]], starts - starts[0])

    def positions(self, chosen: NDArray[np.integer]) -> I64:
        """Positions in `values` of the chosen rows, row after row."""
        return spread(self.starts[chosen], self.sizes[chosen])

    def take(self, chosen: NDArray[np.integer]) -> Ragged:
        """The chosen rows, in the order given."""
        return Ragged(self.values[self.positions(chosen)], starts_of(self.sizes[chosen]))

    @classmethod
    def of(cls, rows: Sequence[NDArray[np.unsignedinteger]], dtype: type[np.unsignedinteger]) -> Ragged:
        """Many small arrays laid end to end."""
        values = np.concatenate(rows).astype(dtype, copy=False) if rows else np.empty(0, dtype)
        return cls(values, starts_of(np.array([len(row) for row in rows], dtype=np.int64)))

    @classmethod
    def join(cls, parts: Sequence[Ragged]) -> Ragged:
        """The rows of all parts, one part after the other."""
        sizes = np.concatenate([part.sizes for part in parts])
        return cls(np.concatenate([part.values for part in parts]), starts_of(sizes))


def starts_of(sizes: NDArray[np.integer]) -> I64:
    """Row lengths → where every row starts, and where the last one ends."""
    out = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=out[1:])
    return out


def spread(first: I64, size: I64) -> I64:
    """first[0], first[0] + 1, … (size[0] numbers), first[1], first[1] + 1, …"""
    ends = np.cumsum(size)
    total = int(ends[-1]) if len(ends) else 0
    out: I64 = np.arange(total) + np.repeat(first - (ends - size), size)
    return out
