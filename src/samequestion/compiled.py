"""The inner loops as machine code, for batches. Importing this loads numba: only `group` does, never a web process.

The first run on a machine compiles (some seconds) and keeps the result beside this file, or in the user's cache
folder where that is read-only. All loops release the interpreter lock, so threads share the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samequestion.kernels import RARE, Common, TitleGrams
from samequestion.parts import Done, in_parts
from samequestion.ragged import Ragged
from samequestion.records import F32, F64, I32, I64, U8
from samequestion.settings import Settings

if TYPE_CHECKING:
    from samequestion.blocking import Postings

_fast: Any = njit(cache=True, nogil=True, error_model="numpy")
Index = NDArray[np.integer]
_RARE = np.float32(RARE)


# --- pairs: the same functions as in `plain` ------------------------------------------------------------------------


def hits(a: Ragged, b: Ragged, left: Index, right: Index) -> tuple[I64, I64, I64]:
    """See `plain.hits`."""
    found: tuple[I64, I64, I64] = _hits(a.values, a.starts, b.values, b.starts, left, right)
    return found


@_fast
def _hits(a, a_starts, b, b_starts, left, right):  # type: ignore[no-untyped-def]
    most = 0
    for k in range(len(left)):
        most += min(a_starts[left[k] + 1] - a_starts[left[k]], b_starts[right[k] + 1] - b_starts[right[k]])
    pair, i, j = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    held, mask, found = _empty_table(a_starts, left), np.uint64(0), 0
    for k in range(len(left)):
        low = a_starts[left[k]]
        if k == 0 or left[k] != left[k - 1]:
            mask = _hold(held, a, low, a_starts[left[k] + 1])
        for y in range(b_starts[right[k]], b_starts[right[k] + 1]):
            x = _place_of(held, mask, b[y])
            if x >= 0:
                pair[found], i[found], j[found] = k, low + x, y
                found += 1
    return pair[:found], i[:found], j[:found]


# Pairs come sorted by their left message, some ten of each, so its ids are put into a hash table once: looking an id up
# takes a nanosecond or two, walking two sorted rows side by side several times as long.


@_fast
def _empty_table(starts, rows):  # type: ignore[no-untyped-def]
    """A table for the longest of the rows."""
    most = 0
    for row in rows:
        most = max(most, starts[row + 1] - starts[row])
    return np.empty(_room_for(most), dtype=np.uint64)


@_fast
def _room_for(ids):  # type: ignore[no-untyped-def]
    """Places of a table that stays three quarters empty; a power of two."""
    room = 64
    while room < 4 * ids:
        room *= 2
    return room


@_fast
def _hold(held, ids, low, high):  # type: ignore[no-untyped-def]
    """Fill the table with the ids of one row; returns the mask for looking them up."""
    room = _room_for(high - low)
    held[:room] = np.uint64(0)
    mask = np.uint64(room - 1)
    for at in range(low, high):
        key = np.uint64(ids[at])
        place = key & mask
        while held[place] != np.uint64(0):
            place = (place + np.uint64(1)) & mask
        held[place] = key | np.uint64(at - low + 1) << np.uint64(32)
    return mask


@_fast
def _place_of(held, mask, wanted):  # type: ignore[no-untyped-def]
    """Where in its row an id stands; -1 when it is not there."""
    key = np.uint64(wanted)
    place = key & mask
    while held[place] != np.uint64(0):
        if held[place] & np.uint64(0xFFFFFFFF) == key:
            return np.int64(held[place] >> np.uint64(32)) - 1
        place = (place + np.uint64(1)) & mask
    return -1


def overlap(a: Ragged, worth: F32, left: Index, right: Index) -> tuple[F32, F32]:
    """See `plain.overlap`."""
    count, total = np.empty(len(left), np.float32), np.empty(len(left), np.float32)
    _overlap(a.values, a.starts, worth, left, right, count, total)
    return count, total


@_fast
def _overlap(a, starts, worth, left, right, count, total):  # type: ignore[no-untyped-def]
    held, mask = _empty_table(starts, left), np.uint64(0)
    for k in range(len(left)):
        if k == 0 or left[k] != left[k - 1]:
            mask = _hold(held, a, starts[left[k]], starts[left[k] + 1])
        shared, squares = 0, 0.0
        for y in range(starts[right[k]], starts[right[k] + 1]):
            key = np.uint64(a[y])
            place = key & mask
            while (held[place] != np.uint64(0)) & (held[place] & np.uint64(0xFFFFFFFF) != key):
                place = (place + np.uint64(1)) & mask
            found = held[place] != np.uint64(0)
            shared += found
            squares += found * (float(worth[y]) * float(worth[y]))
        count[k], total[k] = shared, squares


def common(ids: Ragged, rarity: F32, kind: U8, left: Index, right: Index) -> Common:
    """See `plain.common`."""
    pairs = len(left)
    found = Common(
        squares=np.zeros((8, pairs)),
        fourths=np.zeros((8, pairs)),
        most=np.zeros((8, pairs), np.float32),
        top=np.zeros((3, pairs), np.float32),
        rare=np.zeros(pairs, np.float32),
    )
    _common(ids.values, ids.starts, rarity, kind, left, right, *found)
    return found


@_fast
def _common(ids, starts, rarity, kind, left, right, squares, fourths, most, top, many):  # type: ignore[no-untyped-def]
    held, mask = _empty_table(starts, left), np.uint64(0)
    for k in range(len(left)):
        low = starts[left[k]]
        if k == 0 or left[k] != left[k - 1]:
            mask = _hold(held, ids, low, starts[left[k] + 1])
        for y in range(starts[right[k]], starts[right[k] + 1]):
            x = _place_of(held, mask, ids[y])
            if x < 0:
                continue
            case = (kind[low + x] & 1) | (kind[y] & 1) << 1 | (kind[y] & 2) << 1
            rare = rarity[y]
            square = rare * rare
            squares[case, k] += square
            fourths[case, k] += square * square
            most[case, k] = max(most[case, k], rare)
            many[k] += rare > _RARE
            for place in range(len(top)):
                if rare > top[place, k]:
                    rare, top[place, k] = top[place, k], rare


def found_in(grams: TitleGrams, text: Ragged, one: Index, other: Index) -> F32:
    """See `plain.found_in`."""
    out = np.empty((6, len(one)), dtype=np.float32)
    titles_come_in_runs = np.count_nonzero(np.diff(one)) < np.count_nonzero(np.diff(other))
    _found_in(grams.ids.values, grams.ids.starts, grams.rarity, grams.specific, grams.place, grams.in_order,
              text.values, text.starts, one, other, titles_come_in_runs, out)  # fmt: skip
    return out


@_fast
def _found_in(  # type: ignore[no-untyped-def]
    title, starts, rarity, specific, place, in_order, text, text_starts, one, other, hold_titles, out
):
    titles, texts = _empty_table(starts, one), _empty_table(text_starts, other)
    found, mask = np.zeros(len(titles), dtype=np.bool_), np.uint64(0)
    for k in range(len(one)):
        low, high = starts[one[k]], starts[one[k] + 1]
        text_low, text_high = text_starts[other[k]], text_starts[other[k] + 1]
        if hold_titles:
            if k == 0 or one[k] != one[k - 1]:
                mask = _hold(titles, title, low, high)
            found[: high - low + 1] = False
            for y in range(text_low, text_high):
                found[_place_of(titles, mask, text[y]) + 1] = True  # place 0 takes what is not in the title
        else:
            if k == 0 or other[k] != other[k - 1]:
                mask = _hold(texts, text, text_low, text_high)
            for x in range(low, high):
                found[x - low + 1] = _place_of(texts, mask, title[x]) >= 0
        _weigh_found(k, low, high, found, rarity, specific, place, in_order, out)


@_fast
def _weigh_found(k, low, high, found, rarity, specific, place, in_order, out):  # type: ignore[no-untyped-def]
    """Without branches: which pairs are found cannot be foretold, and a wrong guess costs more than the sums."""
    whole, rare, own, run, own_run, last = 0.0, 0.0, 0.0, 0.0, 0.0, -2
    rarest, longest, own_longest = np.float32(0), 0.0, 0.0
    for at in range(low, high):
        x = low + in_order[at]
        joined, square = np.float64(place[x] == last + 1), np.float64(rarity[x] * rarity[x]) * found[x - low + 1]
        own_square = square * specific[x]
        whole, own, rare = whole + square, own + own_square, rare + square * (rarity[x] > _RARE)
        run, own_run = (
            found[x - low + 1] * (joined * run + square),
            (own_square > 0.0) * (joined * own_run + own_square),
        )
        rarest = max(rarest, rarity[x] * np.float32(found[x - low + 1]))
        longest, own_longest, last = max(longest, run), max(own_longest, own_run), place[x]
    out[0, k], out[1, k], out[2, k], out[3, k], out[4, k], out[5, k] = whole, rare, own, rarest, longest, own_longest


def largest(pair: I64, values: F32, pairs: int, count: int) -> F32:
    """See `plain.largest`."""
    out = np.zeros((count, pairs), dtype=np.float32)
    _largest(pair, values, out)
    return out


@_fast
def _largest(pair, values, out):  # type: ignore[no-untyped-def]
    for k in range(len(pair)):
        value, column = values[k], pair[k]
        for place in range(len(out)):
            if value > out[place, column]:
                value, out[place, column] = out[place, column], value


def alike(vectors: F32, words: NDArray[np.int32], worth: F32, left: Index, right: Index) -> tuple[F32, F32]:
    """See `plain.alike`."""
    one, other = np.empty(len(left), np.float32), np.empty(len(left), np.float32)
    _alike(vectors, words, worth, left, right, one, other)
    return one, other


@_fast
def _alike(vectors, words, worth, left, right, one, other):  # type: ignore[no-untyped-def]
    width, axes = words.shape[1], vectors.shape[1]
    best = np.empty(width, dtype=np.float32)
    for k in range(len(left)):
        a, b = words[left[k]], words[right[k]]
        # A place without a word counts as a word that is like nothing, as long as there is such a place.
        floor_a = np.float32(0.0 if a[width - 1] < 0 else -1e9)
        floor_b = np.float32(0.0 if b[width - 1] < 0 else -1e9)
        best[:] = floor_a
        met, asked, met_back, asked_back = 0.0, 0.0, 0.0, 0.0
        for p in range(width):
            if a[p] < 0:
                break
            most = floor_b
            for q in range(width):
                if b[q] < 0:
                    break
                dot = np.float32(0.0)
                for axis in range(axes):
                    dot += vectors[a[p], axis] * vectors[b[q], axis]
                most, best[q] = max(most, dot), max(best[q], dot)
            met += most * worth[left[k], p]
            asked += worth[left[k], p]
        for q in range(width):
            if b[q] >= 0:
                met_back += best[q] * worth[right[k], q]
                asked_back += worth[right[k], q]
        one[k], other[k] = met / max(asked, 1e-6), met_back / max(asked_back, 1e-6)


# --- trees ----------------------------------------------------------------------------------------------------------

_ABREAST = 64
"""Pairs that walk through the trees side by side, so that the processor compares many at once."""


def tree_scores(x: F32, feature: I64, threshold: F32, keep: NDArray[np.uint16], start: I64, leaf_value: F64) -> F64:
    """Leaf values summed over all trees, for every column of `x` (evidence × pairs); see `trees`."""
    out = np.zeros(x.shape[1])
    _tree_scores(x, feature, threshold, keep, np.append(start, len(feature)), leaf_value, out)
    return out


@_fast
def _tree_scores(x, feature, threshold, keep, start, leaf_value, out):  # type: ignore[no-untyped-def]
    block = np.empty((x.shape[0], _ABREAST), dtype=np.float32)
    masks = np.empty(_ABREAST, dtype=np.int32)
    for low in range(0, x.shape[1], _ABREAST):
        size = min(_ABREAST, x.shape[1] - low)
        for row in range(x.shape[0]):
            for k in range(size):
                block[row, k] = x[row, low + k]
        for tree in range(len(start) - 1):
            for k in range(_ABREAST):
                masks[k] = np.int32(0xFFFF)
            for node in range(start[tree], start[tree + 1]):
                row, limit, kept = feature[node], threshold[node], np.int32(keep[node])
                # Written so that the compiler turns it into one instruction for many pairs: no slices, no calls.
                for k in range(_ABREAST):
                    mask = masks[k]
                    masks[k] = mask & kept if block[row, k] > limit else mask
            for k in range(size):
                out[low + k] += leaf_value[tree, _lowest_bit(masks[k])]


@_fast
def _lowest_bit(mask):  # type: ignore[no-untyped-def]
    """Place of the lowest bit that is set, of sixteen."""
    low = mask & -mask
    place = 8 * ((low & 0xFF00) != 0) + 4 * ((low & 0xF0F0) != 0)
    return place + 2 * ((low & 0xCCCC) != 0) + ((low & 0xAAAA) != 0)


# --- candidates -----------------------------------------------------------------------------------------------------


def nearest(
    postings: Postings, messages: int, count: int, workers: int = 1, done: Done | None = None
) -> NDArray[np.int32]:
    """For every message the `count` others whose shared keys are worth most, -1 where there are fewer.

    Worth counts in steps of 1/1000 up to 2000; equals go to the smaller number.
    """
    out = np.full((messages, count), -1, dtype=np.int32)
    p = postings

    def work(low: int, high: int) -> None:
        _nearest(low, high, p.row, p.worth, p.starts, p.entries, p.own, p.key, out)

    in_parts(work, messages, max(_LEAST, messages // (8 * workers)), workers, done)
    return out


def by_row(row: Index, starts: I64) -> I32:
    """The positions of each row's entries, row after row, each ascending; `starts` tell where every row's begin."""
    out = np.empty(len(row), dtype=np.int32)
    _by_row(row, starts[:-1].copy(), out)
    return out


@_fast
def _by_row(row, free, out):  # type: ignore[no-untyped-def]
    for at in range(len(row)):
        out[free[row[at]]] = at
        free[row[at]] += 1


_LEAST = 2000
"""Messages that one thread takes at a time at least; each part clears a scratch array as long as the batch."""


@_fast
def _nearest(low, high, row, worth, starts, entries, own, key, out):  # type: ignore[no-untyped-def]
    messages, count = out.shape
    shared = np.zeros(messages, dtype=np.float32)
    touched = np.empty(messages, dtype=np.int32)
    best = np.empty(count, dtype=np.int64)
    for message in range(low, high):
        seen = 0
        for at in range(own[message], own[message + 1]):
            entry = entries[at]
            mine = worth[entry]
            for k in range(starts[key[entry]], starts[key[entry] + 1]):
                other = row[k]
                if shared[other] == 0.0:
                    touched[seen] = other
                    seen += 1
                shared[other] += mine * worth[k]
        kept = 0
        for at in range(seen):
            other = touched[at]
            value = shared[other]
            shared[other] = 0.0
            if other == message or not value > 0.0:
                continue
            step = 2000000 - np.int64(min(value * np.float32(1000.0), np.float32(2000000.0)))
            rank = step << 32 | np.int64(other)
            if kept == count and rank >= best[count - 1]:
                continue
            place = kept if kept < count else count - 1
            while place > 0 and best[place - 1] > rank:
                best[place] = best[place - 1]
                place -= 1
            best[place] = rank
            kept = min(kept + 1, count)
        for at in range(kept):
            out[message, at] = best[at] & 0xFFFFFFFF


# --- pieces of the graph --------------------------------------------------------------------------------------------


def components(count: int, left: Index, right: Index) -> I64:
    """The smallest position of every position's connected component."""
    parent = np.arange(count)
    _components(parent, left, right)
    return parent


@_fast
def _components(parent, left, right):  # type: ignore[no-untyped-def]
    for k in range(len(left)):
        a, b = left[k], right[k]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        else:
            parent[a] = b
    for a in range(len(parent)):
        parent[a] = parent[parent[a]]


# --- linkage --------------------------------------------------------------------------------------------------------


def link(sizes: I64, weights: F64, must: I64, cannot: I64, settings: Settings) -> tuple[I64, F64]:
    """Average-and-best linkage of many pieces; see `linkage`.

    `weights` are the log-odds of all pairs of every piece, row by row above the diagonal, piece after piece. `must`
    and `cannot` are rows of (piece, member, member), sorted by piece. Returns, piece after piece, the smallest member
    of each member's cluster and the probability that the member belongs there.
    """
    s = settings
    label, sure = np.empty(int(sizes.sum()), np.int64), np.empty(int(sizes.sum()))
    rules = np.array([s.join_at, s.best_share, s.clip_low, s.clip_high, s.plausible, s.guard_share])
    _link(sizes, weights, must, cannot, rules, label, sure)
    return label, sure


_NEVER = -1e9


@_fast
def _link(sizes, weights, must, cannot, rules, label, sure):  # type: ignore[no-untyped-def]
    at, low, first_must, first_cannot = 0, 0, 0, 0
    for piece in range(len(sizes)):
        n = sizes[piece]
        odds = np.zeros((n, n))
        for i in range(n):
            for j in range(i + 1, n):
                odds[i, j] = odds[j, i] = weights[at]
                at += 1
        last_must, last_cannot = first_must, first_cannot
        while last_must < len(must) and must[last_must, 0] == piece:
            last_must += 1
        while last_cannot < len(cannot) and cannot[last_cannot, 0] == piece:
            last_cannot += 1
        own = label[low : low + n]
        _agglomerate(odds, must[first_must:last_must, 1:], cannot[first_cannot:last_cannot, 1:], rules, own)
        _belonging(odds, own, sure[low : low + n])
        low, first_must, first_cannot = low + n, last_must, last_cannot


@_fast
def _agglomerate(odds, must, cannot, rules, label):  # type: ignore[no-untyped-def]
    n = len(odds)
    total, plausible = np.empty((n, n)), np.empty((n, n))
    for i in range(n):
        label[i] = i
        for j in range(n):
            total[i, j] = min(max(odds[i, j], rules[2]), rules[3])
            plausible[i, j] = 1.0 if odds[i, j] > rules[4] else 0.0
    best, barred = total.copy(), np.zeros((n, n), dtype=np.bool_)
    size, alive = np.ones(n), np.ones(n, dtype=np.bool_)
    for k in range(len(cannot)):
        barred[cannot[k, 0], cannot[k, 1]] = barred[cannot[k, 1], cannot[k, 0]] = True
    for k in range(len(must)):
        a, b = label[must[k, 0]], label[must[k, 1]]
        if a != b:
            _merge(min(a, b), max(a, b), total, best, plausible, barred, size, alive, label)
    # `strong` holds how strongly two live clusters belong together, `top` each row's strongest partner.
    strong, top = np.full((n, n), _NEVER), np.zeros(n, dtype=np.int64)
    for a in range(n):
        for b in range(n):
            strong[a, b] = _strength(a, b, total, best, plausible, barred, size, alive, rules)
        top[a] = np.argmax(strong[a])
    a = _strongest(strong, top)
    while n and strong[a, top[a]] > rules[0]:
        a, b = min(a, top[a]), max(a, top[a])
        _merge(a, b, total, best, plausible, barred, size, alive, label)
        for k in range(n):
            strong[b, k] = strong[k, b] = _NEVER
            strong[a, k] = strong[k, a] = _strength(a, k, total, best, plausible, barred, size, alive, rules)
        _renew(strong, top, a, b, alive)
        a = _strongest(strong, top)


@_fast
def _strongest(strong, top):  # type: ignore[no-untyped-def]
    """The first of the rows with the strongest partner."""
    a = 0
    for row in range(1, len(top)):
        if strong[row, top[row]] > strong[a, top[a]]:
            a = row
    return a


@_fast
def _renew(strong, top, a, b, alive):  # type: ignore[no-untyped-def]
    """Strongest partners after b became part of a: looked for afresh only where the old one is gone or changed."""
    for row in range(len(top)):
        if row in (a, b) or top[row] in (a, b):
            top[row] = np.argmax(strong[row])
        elif alive[row]:
            now, before = strong[row, a], strong[row, top[row]]
            if now > before or (now == before and a < top[row]):
                top[row] = a


@_fast
def _strength(a, b, total, best, plausible, barred, size, alive, rules):  # type: ignore[no-untyped-def]
    pairs = size[a] * size[b]
    if a == b or not alive[a] or not alive[b] or barred[a, b] or plausible[a, b] < rules[5] * pairs:
        return _NEVER
    return (1 - rules[1]) * (total[a, b] / pairs) + rules[1] * best[a, b]


@_fast
def _merge(a, b, total, best, plausible, barred, size, alive, label):  # type: ignore[no-untyped-def]
    """Cluster b becomes part of the earlier cluster a."""
    n = len(total)
    for k in range(n):
        total[a, k] += total[b, k]
        plausible[a, k] += plausible[b, k]
        best[a, k] = max(best[a, k], best[b, k])
        barred[a, k] |= barred[b, k]
    for k in range(n):
        total[k, a], plausible[k, a], best[k, a], barred[k, a] = total[a, k], plausible[a, k], best[a, k], barred[a, k]
        if label[k] == b:
            label[k] = a
    size[a] += size[b]
    alive[b] = False


@_fast
def _belonging(odds, label, sure):  # type: ignore[no-untyped-def]
    """Mean probability with the other members of the own cluster; alone: 1 less the best rival."""
    n = len(odds)
    for i in range(n):
        total, others, rival = 0.0, 0, 0.0
        for j in range(n):
            if i == j:
                continue
            chance = 1.0 / (1.0 + np.exp(-odds[i, j]))
            rival = max(rival, chance)
            if label[i] == label[j]:
                total += chance
                others += 1
        sure[i] = total / others if others else 1.0 - rival
