"""Which pairs are worth comparing: keys to store, keys to ask with, and candidate pairs of a whole batch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samequestion.chars import codes, distinct, grams
from samequestion.layout import Layout
from samequestion.model import Model
from samequestion.parts import Done, made_in_parts
from samequestion.ragged import Ragged, starts_of
from samequestion.records import F32, F64, I32, I64, IN_TITLE, U32, Features

COMMON = 0.25
"""A word whose rarity is below this never serves as a key by itself."""


MIXED = 7
"""Title words, the rarest, of which every two together make a key."""
MIXED_WORTH = 0.9


def title_pairs(features: Features) -> U32:
    """Ids of the character pairs of the title."""
    return distinct(grams(codes(features.title.split(" ")), 2))


def _ranked(features: Sequence[Features], model: Model) -> tuple[Ragged, I64]:
    """The keys of each message, the most useful first (title and rare ones): row k of the ragged array holds them, and its
    positions order those of one message by number."""
    words = Ragged.of([f.word_ids for f in features], np.uint32)
    names = Ragged.of([f.name_ids for f in features], np.uint32)
    pairs = Ragged.of([title_pairs(f) for f in features], np.uint32)
    in_title = (np.concatenate([f.word_flags for f in features]) & IN_TITLE) > 0
    name_title = (np.concatenate([f.name_flags for f in features]) & IN_TITLE) > 0
    ids = np.concatenate((words.values, names.values, pairs.values))
    rows = np.concatenate((words.rows, names.rows, pairs.rows))
    rarity = model.rarity(ids)
    worth = rarity + 0.35 * np.concatenate((in_title, name_title, np.ones(len(pairs.values), dtype=bool)))
    kept = rarity >= COMMON
    mixed_rows, mixed = _mixed(words.rows[in_title], words.values[in_title], rarity[: len(words.values)][in_title])
    return _in_order(
        np.concatenate((rows[kept], mixed_rows)),
        np.concatenate((ids[kept], mixed)),
        np.concatenate((worth[kept], np.full(len(mixed), MIXED_WORTH))),
        len(features),
    )


def _mixed(row: NDArray[np.integer], word: U32, rarity: F32) -> tuple[I64, U32]:
    """(message, key) for "both of these title words", of the rarest few of every message; `row` ascends."""
    order = np.lexsort((np.arange(len(row)), -rarity, row))
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    order, rank = order[rank < MIXED], rank[rank < MIXED]
    rows, place = np.unique(row[order], return_inverse=True)
    best = np.zeros((len(rows), MIXED), dtype=np.uint32)
    known = np.zeros((len(rows), MIXED), dtype=bool)
    best[place, rank], known[place, rank] = word[order], True
    one, other = np.triu_indices(MIXED, 1)
    low, high = np.minimum(best[:, one], best[:, other]), np.maximum(best[:, one], best[:, other])
    mixed: U32 = (low * np.uint32(0x9E3779B1)) ^ (high * np.uint32(0x85EBCA77)) ^ np.uint32(0x5BD1E995)
    both = known[:, one] & known[:, other]
    return np.repeat(rows, both.sum(axis=1)), mixed[both]


def _in_order(row: I64, ids: U32, worth: F64, rows: int) -> tuple[Ragged, I64]:
    """Ids of each message once, ascending; and their positions, the most useful first. Of one id's worths the first counts."""
    code = row.astype(np.uint64) << np.uint64(32) | ids
    first = np.argsort(code, kind="stable")
    first = first[np.concatenate(([True], np.diff(code[first]) > 0))] if len(first) else first
    row, ids = row[first], ids[first]
    return Ragged(ids, starts_of(np.bincount(row, minlength=rows))), np.lexsort((ids, -worth[first], row))


def _signed(keys: U32) -> list[int]:
    """As PostgreSQL `integer` values."""
    values: list[int] = keys.view(np.int32).tolist()
    return values


def candidate_keys(features: Features, model: Model) -> list[int]:
    """Signed 32-bit keys to store beside a case (at most `settings.stored_keys`), for an `int[]` column with a GIN
    index. Two messages about one question nearly always share several."""
    return candidate_keys_of_all([features], model)[0]


def candidate_keys_of_all(features: Sequence[Features], model: Model) -> list[list[int]]:
    """`candidate_keys` of many messages, in a fraction of the time."""
    if not features:
        return []
    keys, order = _ranked(features, model)
    rank = np.arange(len(order)) - np.repeat(keys.starts[:-1], keys.sizes)
    kept = np.zeros(len(order), dtype=bool)
    kept[order[rank < model.settings.stored_keys]] = True
    values = _signed(keys.values[kept])
    ends = np.cumsum(np.minimum(keys.sizes, model.settings.stored_keys)).tolist()
    return [values[low:high] for low, high in itertools.pairwise([0, *ends])]


def query_keys(features: Features, model: Model, rows: Callable[[U32], F64] | None = None) -> list[int]:
    """The few selective keys to look up: the most useful first, until about `settings.query_rows` rows are expected or
    `settings.query_keys` keys are taken. `rows` tells how many stored messages have each key, for whoever stores them;
    without it the word frequencies stand in, which know nothing of word pairs."""
    ranked, order = _ranked([features], model)
    keys: U32 = ranked.values[order]
    expected = model.frequency(keys) if rows is None else rows(keys)
    taken, room = list[int](), float(model.settings.query_rows)
    # many selective keys say more than one that is half common: those come last, with the room that is left
    dear = (expected > room / 10).tolist()
    for at in sorted(range(len(keys)), key=dear.__getitem__):
        if expected[at] <= room and len(taken) < model.settings.query_keys:
            taken.append(at)
            room -= float(expected[at])
    return _signed(keys[taken])


def candidate_pairs(layout: Layout, model: Model, workers: int = 1, done: Done | None = None) -> tuple[I64, I64]:
    """Pairs (left < right) worth comparing in a batch: for every message the `settings.neighbours` others that share
    the most rare keys. Keys in more than a bounded number of messages are ignored, so the work grows linearly."""
    from samequestion import compiled  # numba: only where whole batches are grouped

    count = len(layout)
    if not count:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    best = compiled.nearest(postings(layout, model, workers), count, model.settings.neighbours, workers, done)
    code = np.sort(np.concatenate([*made_in_parts(lambda low, high: _coded(best, low, high), count, _TOGETHER)]))
    code = code[np.concatenate(([True], code[1:] != code[:-1]))] if len(code) else code
    return code // count, code % count


_TOGETHER = 100_000
"""Messages whose candidates are written as numbers together; bounds memory."""


def _coded(best: I32, low: int, high: int) -> I64:
    """The pairs of the messages from `low` up to `high` as smaller end * messages + larger end."""
    others = best[low:high].astype(np.int64)
    own = np.arange(low, high)[:, None]
    code: I64 = np.minimum(own, others) * len(best) + np.maximum(own, others)
    return code[others >= 0]


TELLING = 1 / 3
"""Rarity from which a key that is too common for one posting list is still used, in slices."""


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Which messages hold which key: message `row[k]` with `worth[k]` for the k of one key, `starts` parting the keys;
    and by message the positions of its own entries, in the order of `entries`."""

    row: I32
    worth: F32
    starts: I64
    entries: I32
    own: I64
    key: I32


def postings(layout: Layout, model: Model, workers: int = 1) -> Postings:
    """Keys of all messages, weighted by rarity; only keys that are neither unique nor too common.

    A telling key of a burst (a name that thousands write in one day) is cut into slices of bounded length.
    """
    from samequestion import compiled  # numba: only where whole batches are grouped

    batch, cap = layout.batch, int(60 + 0.015 * min(len(layout), 10000))
    rows, worths, sizes = [], [], []
    for ids, in_title in (
        (batch.words, batch.word_flags & IN_TITLE),
        (batch.names, batch.name_flags & IN_TITLE),
        (layout.pairs.ids, np.zeros(1, np.uint8)),
    ):
        rarity = model.rarity(ids.values, workers)
        order, first = _sliced(ids.values, rarity, cap)
        worths.append((rarity**2 * (1 + in_title / np.float32(2))).astype(np.float32)[order])
        rows.append(ids.rows[order])
        sizes.append(np.diff(np.append(first, len(order))))
    row, size = np.concatenate(rows), np.concatenate(sizes)
    own = starts_of(np.bincount(row, minlength=len(layout)))
    key = np.repeat(np.arange(len(size), dtype=np.int32), size)
    return Postings(row, np.concatenate(worths), starts_of(size), compiled.by_row(row, own), own, key)


def _sliced(ids: NDArray[np.unsignedinteger], rarity: F32, cap: int) -> tuple[I64, I64]:
    """(positions of the ids that serve as keys, sorted by id; where in them every slice of one id begins)."""
    code = np.sort(ids.astype(np.uint64) << np.uint64(32) | np.arange(len(ids), dtype=np.uint64))
    order, ordered = (code & np.uint64(0xFFFFFFFF)).astype(np.int64), code >> np.uint64(32)
    first = np.nonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[0] if len(ids) else np.empty(0, np.int64)
    used = np.diff(np.append(first, len(ids)))
    rank = np.arange(len(ids)) - np.repeat(first, used)
    kept = (np.repeat(used, used) > 1) & ((np.repeat(used, used) <= cap) | (rarity[order] >= TELLING))
    return order[kept], np.nonzero(rank[kept] % cap == 0)[0]
