"""Document frequencies in a fixed-size hashed array: how many messages contain a word, a name, a pair of characters.

The array is uint32; slot 0 holds the number of messages, the other slots the counts of hashed ids. It stores no
text, so a district can keep it as bytes, update it as cases arrive and hand it back with `Model.with_counts`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from samequestion.batch import Batch
from samequestion.chars import mixed_grams
from samequestion.errors import ModelMismatch
from samequestion.parts import made_in_parts
from samequestion.records import F64, I64, U32, Features


def empty_counts(bits: int = 20) -> U32:
    """A fresh array of 2**bits slots (4 bytes each), no message counted."""
    return np.zeros(1 << bits, dtype=np.uint32)


def slots(ids: U32, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Slot numbers 1 … size-1 of hashed ids (the ids are already well mixed)."""
    return (ids % np.uint32(size - 1)).astype(np.int64) + 1


def df_update(counts: U32, features: Iterable[Features] | Sequence[bytes], sign: int = 1) -> U32:
    """Counts with the messages added (sign=1) or taken out (sign=-1); the given array is left untouched. Stored messages may
    be given as they are stored (`Features.to_bytes`).

    Adding messages one by one, in any order or all at once gives the same array.
    """
    many = features if isinstance(features, Sequence) else list(features)
    return counts_with(counts, Batch.of(many), sign) if many else counts.copy()


def counts_with(counts: U32, batch: Batch, sign: int = 1, workers: int = 1) -> U32:
    """`df_update` for messages laid end to end, by several threads."""
    change = np.zeros(len(counts), dtype=np.int64)
    for _, places in _counted(batch, len(counts), workers):
        change += np.bincount(places, minlength=len(counts))
    change[0] = len(batch)
    changed: U32 = np.maximum(counts.astype(np.int64) + sign * change, 0).astype(np.uint32)
    return changed


def weighted_counts(counts: U32, batch: Batch, weights: F64, workers: int = 1) -> U32:
    """Counts with every message added at its own weight: how `group` counts ten copies of one event as one."""
    out = counts.astype(np.float64)
    for rows, places in _counted(batch, len(out), workers):
        out += np.bincount(places, weights=weights[rows], minlength=len(out))
    out[0] += weights.sum()
    rounded: U32 = np.rint(out).astype(np.uint32)
    return rounded


_TOGETHER = 10_000
"""Messages that are counted together; bounds memory."""


def _counted(batch: Batch, size: int, workers: int) -> Iterator[tuple[I64, I64]]:
    """(message, slot) of everything that is counted, each slot once per message: words, names, character pairs, title
    characters."""

    def counted(low: int, high: int) -> tuple[I64, I64]:
        part = batch.part(low, high)
        letters, whole = mixed_grams(part.title.values, 1)
        rows = np.concatenate((part.words.rows, part.names.rows, part.text.rows, part.title.rows[whole]))
        ids = np.concatenate((part.words.values, part.names.values, part.text.values, letters))
        code = np.sort(rows.astype(np.int64) << 32 | slots(ids, size))
        code = code[np.concatenate(([True], code[1:] != code[:-1]))] if len(code) else code
        return (code >> 32) + low, code & 0xFFFFFFFF

    return made_in_parts(counted, len(batch), _TOGETHER, workers)


def counts_to_bytes(counts: U32) -> bytes:
    """Compressed little-endian bytes."""
    return zlib.compress(counts.astype("<u4").tobytes(), 1)


def counts_from_bytes(data: bytes) -> U32:
    """Inverse of `counts_to_bytes`. Raises `ModelMismatch` when the bytes are not such an array."""
    try:
        counts = np.frombuffer(zlib.decompress(data), dtype="<u4").astype(np.uint32)
    except (zlib.error, ValueError) as error:
        raise ModelMismatch("词频数据已损坏，请重新统计") from error
    if len(counts) < 2 or len(counts) & (len(counts) - 1):
        raise ModelMismatch("词频数据长度不是 2 的幂，请重新统计")
    return counts
