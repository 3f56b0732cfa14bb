"""The inner loops of comparing pairs, in numpy alone: what a web process uses for a handful of pairs.

`compiled` has the same functions as machine code for batches; tests hold the two to the same answers. Hits come
sorted by pair, and inside a pair by id.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from samequestion.kernels import RARE, Common, TitleGrams
from samequestion.ragged import Ragged, spread
from samequestion.records import F32, F64, I64, U8, U16

Index = NDArray[np.integer]


def hits(a: Ragged, b: Ragged, left: Index, right: Index) -> tuple[I64, I64, I64]:
    """(pair, position in `a`, position in `b`) of every id that row left[k] of `a` and row right[k] of `b` share."""
    pair = np.repeat(np.arange(len(left)), a.sizes[left])
    i = spread(a.starts[left], a.sizes[left])
    if not len(i) or not len(b.values):
        none = np.empty(0, dtype=np.int64)
        return none, none, none
    wanted = (right[pair].astype(np.uint64) << np.uint64(32)) | a.values[i].astype(np.uint64)
    j = np.minimum(np.searchsorted(b.codes, wanted), len(b.values) - 1)
    same = b.codes[j] == wanted
    return pair[same], i[same], j[same]


def overlap(a: Ragged, worth: F32, left: Index, right: Index) -> tuple[F32, F32]:
    """(number of shared ids, their squared worth summed) of every pair."""
    pair, i, _ = hits(a, a, left, right)
    count = np.bincount(pair, minlength=len(left)).astype(np.float32)
    total = np.bincount(pair, weights=worth[i].astype(np.float64) ** 2, minlength=len(left)).astype(np.float32)
    return count, total


def largest(pair: I64, values: F32, pairs: int, count: int) -> F32:
    """The `count` largest values of every pair, shape (count, pairs); 0 where there are fewer."""
    out = np.zeros((count, pairs), dtype=np.float32)
    if count == 1:
        np.maximum.at(out[0], pair, values)
        return out
    order = np.lexsort((-values, pair))
    p, v = pair[order], values[order]
    rank = np.arange(len(p)) - np.searchsorted(p, p)
    kept = rank < count
    out[rank[kept], p[kept]] = v[kept]
    return out


def common(ids: Ragged, rarity: F32, kind: U8, left: Index, right: Index) -> Common:
    """What the words that both messages have are worth. `kind` tells of every stored word whether it stands in the title
    (1) and whether it is generic (2)."""
    pair, i, j = hits(ids, ids, left, right)
    cases, pairs, rare = 8, len(left), rarity[j]
    case = ((kind[i] & 1) | (kind[j] & 1) << 1 | (kind[j] & 2) << 1) * np.int64(pairs) + pair
    square = rare**2

    def by_case(values: NDArray[np.floating]) -> F64:
        return np.bincount(case, values, cases * pairs).astype(np.float64).reshape(cases, pairs)

    return Common(
        squares=by_case(square),
        fourths=by_case(square**2),
        most=largest(case, rare, cases * pairs, 1).reshape(cases, pairs),
        top=largest(pair, rare, pairs, 3),
        rare=np.bincount(pair[rare > RARE], minlength=pairs).astype(np.float32),
    )


def found_in(grams: TitleGrams, text: Ragged, one: Index, other: Index) -> F32:
    """What of the title of one[k] is found among the ids of row other[k] of `text`, shape (6, pairs): squared rarities
    of all found pairs, of the rare ones, of the particular ones; the largest rarity; and the most squared rarity in one
    unbroken stretch of all found pairs, of the particular ones."""
    pair, i, _ = hits(grams.ids, text, one, other)
    rarity, own = grams.rarity[i], grams.specific[i]
    square = rarity**2
    sums = [np.bincount(pair, weights=square * kept, minlength=len(one)) for kept in (1, rarity > RARE, own)]
    runs = [longest_run(pair[kept], grams.place[i[kept]], square[kept], len(one)) for kept in (slice(None), own)]
    return np.array([*sums, largest(pair, rarity, len(one), 1)[0], *runs], dtype=np.float32)


def longest_run(pair: I64, place: Index, worth: F32, pairs: int) -> F32:
    """The most worth in one unbroken stretch of places, by pair."""
    order = np.lexsort((place, pair))
    p, at = pair[order], place[order]
    fresh = np.ones(len(p), dtype=bool)
    fresh[1:] = (p[1:] != p[:-1]) | (at[1:] != at[:-1] + 1)
    sums = np.bincount(np.cumsum(fresh) - 1, weights=worth[order]) if len(p) else np.empty(0)
    out: F32 = largest(p[fresh], sums.astype(np.float32), pairs, 1)[0]
    return out


def alike(vectors: F32, words: NDArray[np.int32], worth: F32, left: Index, right: Index) -> tuple[F32, F32]:
    """How well the meanings of one message's words are met by the best of the other's, seen from either side.

    `words` are rows of `vectors` by message, -1 = no word; `worth` says how much each word counts.
    """
    a, b = words[left], words[right]
    one = np.where((a >= 0)[:, :, None], vectors[a], np.float32(0))
    other = np.where((b >= 0)[:, :, None], vectors[b], np.float32(0))
    cosine = np.matmul(one, other.transpose(0, 2, 1))
    left_worth, right_worth = worth[left], worth[right]
    return (_ratio((cosine.max(axis=2) * left_worth).sum(axis=1), left_worth.sum(axis=1)),
            _ratio((cosine.max(axis=1) * right_worth).sum(axis=1), right_worth.sum(axis=1)))  # fmt: skip


def _ratio(top: NDArray[np.floating], bottom: NDArray[np.floating]) -> F32:
    out: F32 = (top / np.maximum(bottom, 1e-6)).astype(np.float32)
    return out


_LOWEST_BIT = np.array([(m & -m).bit_length() - 1 if m else 0 for m in range(1 << 16)], dtype=np.uint8)


def leaves(x: F32, feature: I64, threshold: F32, keep: U16, start: I64) -> NDArray[np.uint8]:
    """The leaf that every column of `x` (evidence × pairs) reaches in every tree, shape (pairs, trees); see `trees`."""
    right = x[feature] > threshold[:, None]
    # 0 where a pair goes right, all ones where it goes left: by arithmetic in half the time of np.where
    stays = (right.view(np.uint8) - np.uint8(1)).astype(np.int8).astype(np.uint16)
    masks = stays | keep[:, None]
    reached: NDArray[np.uint8] = _LOWEST_BIT[np.bitwise_and.reduceat(masks, start, axis=0)].T
    return reached


def tree_scores(x: F32, feature: I64, threshold: F32, keep: U16, start: I64, leaf_value: F64) -> F64:
    """Leaf values summed over all trees, for every column of `x`."""
    reached = leaves(x, feature, threshold, keep, start)
    total: F64 = leaf_value[np.arange(len(start)), reached].sum(axis=1)
    return total
