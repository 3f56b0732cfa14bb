"""Which pairs are worth comparing: keys to store, keys to ask with, and candidate pairs of a whole batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samequestion.chars import codes, grams
from samequestion.model import Model
from samequestion.parts import Done
from samequestion.ragged import starts_of
from samequestion.records import F32, F64, I64, IN_TITLE, U32, Features
from samequestion.similarity import Table

COMMON = 0.25
"""A word whose rarity is below this never serves as a key by itself."""


def title_pairs(features: Features) -> U32:
    """Ids of the character pairs of the title."""
    return np.unique(grams(codes(features.title.split(" ")), 2))


def _combined(one: U32, other: U32) -> U32:
    """Keys for "both of these words", for every pair of the two arrays; order does not matter."""
    a, b = np.meshgrid(one, other)
    low, high = np.minimum(a, b).ravel(), np.maximum(a, b).ravel()
    mixed: U32 = (low * np.uint32(0x9E3779B1)) ^ (high * np.uint32(0x85EBCA77)) ^ np.uint32(0x5BD1E995)
    chosen: U32 = mixed[low != high]
    return chosen


def _ranked(features: Features, model: Model) -> tuple[U32, I64]:
    """All keys of a message with their order of usefulness (title and rare first). Sorted, no repeats."""
    words, names = features.word_ids, features.name_ids
    in_title = (features.word_flags & IN_TITLE) > 0
    name_title = (features.name_flags & IN_TITLE) > 0
    pairs_in_title = title_pairs(features)
    ids = np.concatenate((words, names, pairs_in_title))
    title = np.concatenate((in_title, name_title, np.ones(len(pairs_in_title), dtype=bool)))
    rarity = model.rarity(ids)
    title_words = words[in_title]
    best = title_words[np.argsort(-model.rarity(title_words), kind="stable")][:7]
    pairs = np.unique(_combined(best, best)) if len(best) > 1 else np.empty(0, np.uint32)
    ids = np.concatenate((ids[rarity >= COMMON], pairs))
    worth = np.concatenate((rarity + 0.35 * title, np.full(len(pairs), 0.9)))[
        np.r_[rarity >= COMMON, np.ones(len(pairs), bool)]
    ]
    unique, first = np.unique(ids, return_index=True)
    return unique, np.lexsort((unique, -worth[first]))


def _signed(keys: U32) -> list[int]:
    """As PostgreSQL `integer` values."""
    values: list[int] = keys.view(np.int32).tolist()
    return values


def candidate_keys(features: Features, model: Model) -> list[int]:
    """Signed 32-bit keys to store beside a case (at most `settings.stored_keys`), for an `int[]` column with a GIN
    index. Two messages about one question nearly always share several."""
    keys, order = _ranked(features, model)
    return _signed(np.sort(keys[order[: model.settings.stored_keys]]))


def query_keys(features: Features, model: Model, rows: Callable[[U32], F64] | None = None) -> list[int]:
    """The few selective keys to look up: the most useful first, until about `settings.query_rows` rows are expected or
    `settings.query_keys` keys are taken. `rows` tells how many stored messages have each key, for whoever stores them;
    without it the word frequencies stand in, which know nothing of word pairs."""
    keys, order = _ranked(features, model)
    keys = keys[order]
    expected = model.frequency(keys) if rows is None else rows(keys)
    taken, room = list[int](), float(model.settings.query_rows)
    # many selective keys say more than one that is half common: those come last, with the room that is left
    dear = (expected > room / 10).tolist()
    for at in sorted(range(len(keys)), key=dear.__getitem__):
        if expected[at] <= room and len(taken) < model.settings.query_keys:
            taken.append(at)
            room -= float(expected[at])
    return _signed(keys[taken])


def candidate_pairs(table: Table, model: Model, done: Done | None = None) -> tuple[I64, I64]:
    """Pairs (left < right) worth comparing in a batch: for every message the `settings.neighbours` others that share
    the most rare keys. Keys in more than a bounded number of messages are ignored, so the work grows linearly."""
    from samequestion import compiled  # numba: only where whole batches are grouped

    if not len(table):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    best = compiled.nearest(postings(table), len(table), model.settings.neighbours, table.workers, done)
    a, b = np.repeat(np.arange(len(table)), best.shape[1]), best.ravel().astype(np.int64)
    a, b = a[b >= 0], b[b >= 0]
    code = np.sort(np.minimum(a, b) * len(table) + np.maximum(a, b))
    code = code[np.concatenate(([True], code[1:] != code[:-1]))] if len(code) else code
    return code // len(table), code % len(table)


TELLING = 1 / 3
"""Rarity from which a key that is too common for one posting list is still used, in slices."""


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Which messages hold which key: message `row[k]` with `worth[k]` for the k of one key, `starts` parting the keys;
    and by message the positions of its own entries, in the order of `entries`."""

    row: NDArray[np.int32]
    worth: F32
    starts: I64
    entries: NDArray[np.int32]
    own: I64
    key: NDArray[np.int32]


def postings(table: Table) -> Postings:
    """Keys of all messages, weighted by rarity; only keys that are neither unique nor too common.

    A telling key of a burst (a name that thousands write in one day) is cut into slices of bounded length.
    """
    cap = int(60 + 0.015 * min(len(table), 10000))
    rows, worths, sizes = [], [], []
    for source, title_only in ((table.words, False), (table.names, False), (table.pairs, True)):
        title = 1.0 if title_only else np.where((source.flags & IN_TITLE) > 0, 1.5, 1.0)
        worth = ((source.rarity**2) * title).astype(np.float32)
        order, first = _sliced(source.ids.values, source.rarity, cap)
        rows.append(source.ids.rows[order].astype(np.int32))
        worths.append(worth[order])
        sizes.append(np.diff(np.append(first, len(order))))
    row, size = np.concatenate(rows), np.concatenate(sizes)
    by_message = np.argsort(row, kind="stable").astype(np.int32)
    return Postings(
        row, np.concatenate(worths), starts_of(size), by_message, starts_of(np.bincount(row, minlength=len(table))),
        np.repeat(np.arange(len(size), dtype=np.int32), size),
    )  # fmt: skip


def _sliced(ids: NDArray[np.unsignedinteger], rarity: F32, cap: int) -> tuple[I64, I64]:
    """(positions of the ids that serve as keys, sorted by id; where in them every slice of one id begins)."""
    code = np.sort(ids.astype(np.uint64) << np.uint64(32) | np.arange(len(ids), dtype=np.uint64))
    order, ordered = (code & np.uint64(0xFFFFFFFF)).astype(np.int64), code >> np.uint64(32)
    first = np.nonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[0] if len(ids) else np.empty(0, np.int64)
    used = np.diff(np.append(first, len(ids)))
    rank = np.arange(len(ids)) - np.repeat(first, used)
    kept = (np.repeat(used, used) > 1) & ((np.repeat(used, used) <= cap) | (rarity[order] >= TELLING))
    return order[kept], np.nonzero(rank[kept] % cap == 0)[0]
