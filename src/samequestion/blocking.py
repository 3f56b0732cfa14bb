"""Which pairs are worth comparing: keys to store, keys to ask with, and candidate pairs of a whole batch."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from samequestion.chars import codes, grams
from samequestion.model import Model
from samequestion.records import I64, IN_TITLE, U32, Features
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


def query_keys(features: Features, model: Model) -> list[int]:
    """The few selective keys to look up with `&&`: the most useful first, until about `settings.query_rows` rows are
    expected or `settings.query_keys` keys are taken. Word pairs count as selective as the rarer word over ten."""
    keys, order = _ranked(features, model)
    keys = keys[order]
    rows = model.frequency(keys)
    allowed = rows <= model.settings.query_rows
    keys, rows = keys[allowed], rows[allowed]
    taken = np.cumsum(rows) <= model.settings.query_rows
    return _signed(keys[taken][: model.settings.query_keys])


def candidate_pairs(table: Table, model: Model) -> tuple[I64, I64]:
    """Pairs (left < right) worth comparing in a batch: for every message the `settings.neighbours` others that share
    the most rare keys. Keys in more than a bounded number of messages are ignored, so the work grows linearly."""
    shared = _key_matrix(table)
    other = shared.T.tocsr()
    found = [_best(shared[low : low + _ROWS] @ other, low, model.settings.neighbours)
             for low in range(0, len(table), _ROWS)]  # fmt: skip
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    a, b = np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])
    code = np.unique(np.minimum(a, b) * len(table) + np.maximum(a, b))
    return code // len(table), code % len(table)


_ROWS = 2048
"""Messages per block of the product; bounds memory."""


def _best(product: sparse.csr_matrix, first: int, count: int) -> tuple[I64, I64]:
    """The `count` best columns of every row (not the row itself); ties go to the smaller column."""
    rows = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    worth = np.where(product.indices == rows + first, -1.0, product.data)
    # One sort key instead of three: row, then worth downwards in steps of 1/1000, then column.
    key = (rows << 44) | ((2000000 - np.minimum(worth * 1000, 2000000).astype(np.int64)) << 22) | product.indices
    order = np.argsort(key)
    rank = np.arange(len(rows)) - product.indptr[rows[order]]
    kept = order[(rank < count) & (worth[order] > 0)]
    return rows[kept] + first, product.indices[kept].astype(np.int64)


TELLING = 1 / 3
"""Rarity from which a key that is too common for one posting list is still used, in slices."""


def _key_matrix(table: Table) -> sparse.csr_matrix:
    """Messages × keys, weighted by rarity; only keys that are neither unique nor too common.

    A telling key of a burst (a name that thousands write in one day) is cut into slices of bounded length.
    """
    cap = int(60 + 0.015 * min(len(table), 10000))
    weights = []
    for source, title_only in ((table.words, False), (table.names, False), (table.pairs, True)):
        title = 1.0 if title_only else np.where((source.flags & IN_TITLE) > 0, 1.5, 1.0)
        row = np.repeat(np.arange(len(table)), np.diff(source.pattern.indptr))
        column = source.pattern.indices.astype(np.int64)
        used = np.bincount(column, minlength=1)[column]
        order = np.argsort(column, kind="stable")
        rank = np.empty(len(column), dtype=np.int64)
        rank[order] = np.arange(len(column)) - np.searchsorted(column[order], column[order])
        kept = (used > 1) & ((used <= cap) | (source.rarity >= TELLING))
        names, sliced = np.unique(column[kept] << 20 | rank[kept] // cap, return_inverse=True)
        values = ((source.rarity**2) * title).astype(np.float32)[kept]
        weights.append(sparse.csr_matrix((values, (row[kept], sliced)), shape=(len(table), max(len(names), 1))))
    return sparse.hstack(weights).tocsr()
