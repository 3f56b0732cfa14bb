"""Which pairs are worth comparing: keys to store, keys to ask with, and candidate pairs of a whole batch."""

from __future__ import annotations

from collections.abc import Sequence

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
    return ((low * np.uint32(0x9E3779B1)) ^ (high * np.uint32(0x85EBCA77)) ^ np.uint32(0x5BD1E995))[low != high]


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
    worth = np.concatenate((rarity + 0.35 * title, np.full(len(pairs), 0.9)))[np.r_[rarity >= COMMON, np.ones(len(pairs), bool)]]
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
    shared = _key_matrix(table, model)
    product = (shared @ shared.T).tocsr()
    product.setdiag(0)
    product.eliminate_zeros()
    rows = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    order = np.lexsort((product.indices, -product.data, rows))
    rank = np.arange(len(rows)) - product.indptr[rows]
    kept = order[rank < model.settings.neighbours]
    a, b = rows[kept], product.indices[kept].astype(np.int64)
    code = np.unique(np.minimum(a, b) * len(table) + np.maximum(a, b))
    return code // len(table), code % len(table)


def _key_matrix(table: Table, model: Model) -> sparse.csr_matrix:
    """Messages × keys, weighted by rarity; only keys that are neither unique nor too common."""
    cap = 60 + 0.03 * min(len(table), 10000)
    weights = []
    for source, title_only in ((table.words, False), (table.names, False), (table.pairs, True)):
        matrix = source.pattern.copy()
        title = 1.0 if title_only else np.where((source.flags & IN_TITLE) > 0, 1.5, 1.0)
        matrix.data = (source.rarity.astype(np.float64) ** 2) * title
        used = np.asarray((matrix > 0).sum(axis=0)).ravel()
        weights.append(matrix[:, (used > 1) & (used <= cap)])
    return sparse.hstack(weights).tocsr()


def group_by_key(keys: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """key → positions of the messages that store it (a stand-in for the database's GIN index)."""
    index: dict[int, list[int]] = {}
    for at, own in enumerate(keys):
        for key in own:
            index.setdefault(key, []).append(at)
    return index
