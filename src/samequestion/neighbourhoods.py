"""Cutting the graph of likely pairs into pieces small enough to compare everything with everything.

A burst of thousands of messages about one event would make one huge piece. There, near-copies are first absorbed by
a leader (directly, never through each other), and what remains is cut at ever stronger links. The work stays
near-linear; the price is that a huge piece depends on the order of the message ids (never on arrival order).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from samequestion.records import F64, I64

ABSORB = 2.6
"""Log-odds from which a message of a huge piece is absorbed by a leader."""
_CUTS = (-1.0, 0.0, 1.0, 2.0, 3.0, 4.0)


def areas(count: int, left: I64, right: I64) -> I64:
    """The smallest position of every position's connected component."""
    from samequestion import compiled  # numba: only where whole batches are grouped

    return compiled.components(count, left, right)


def pieces_of(numbers: I64) -> list[I64]:
    """Positions with the same number, for every number that occurs more than once."""
    order = np.argsort(numbers, kind="stable")
    cuts = np.nonzero(np.diff(numbers[order]))[0] + 1
    return [piece for piece in np.split(order, cuts) if len(piece) > 1]


def absorb(members: I64, left: I64, right: I64, weights: F64, free: Collection[int]) -> dict[int, int]:
    """member → leader inside one piece. Only direct neighbours at `ABSORB` or more join a leader, and only those in
    `free` (positions that no decision of a person names)."""
    near: dict[int, list[int]] = {}
    strong = weights >= ABSORB
    for a, b in zip(left[strong].tolist(), right[strong].tolist(), strict=True):
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    leader: dict[int, int] = {}
    for member in members.tolist():
        if member not in leader:
            leader[member] = member
            for other in near.get(member, ()):
                if other in free:
                    leader.setdefault(other, member)
    return leader


def cut(members: I64, left: I64, right: I64, weights: F64, together: I64, limit: int) -> list[I64]:
    """Pieces of at most `limit` positions: connected at the weakest link that suffices, else simply sliced.

    `together` numbers the positions that people joined; those always stay in one piece.
    """
    members = np.sort(members)
    a, b = np.searchsorted(members, left), np.searchsorted(members, right)
    _, first, group = np.unique(together[members], return_index=True, return_inverse=True)
    joined, everyone = first[group], np.arange(len(members))
    piece = np.zeros(len(members), dtype=np.int64)
    for edge in _CUTS:
        large = np.bincount(piece)[piece] > limit
        if not large.any():
            break
        kept = large[a] & (piece[a] == piece[b]) & (weights > edge)
        ends = np.concatenate((a[kept], everyone[large])), np.concatenate((b[kept], joined[large]))
        piece = np.where(large, areas(len(members), *ends), piece)
    done: list[I64] = []
    for one in pieces_of(piece):
        done += [members[one]] if len(one) <= limit else _sliced(members[one], together, limit)
    return [one for one in done if len(one) > 1]


def _sliced(piece: I64, together: I64, limit: int) -> list[I64]:
    order = piece[np.argsort(together[piece], kind="stable")]
    out, low = [], 0
    while low < len(order):
        high = min(low + limit, len(order))
        while high < len(order) and together[order[high]] == together[order[high - 1]]:
            high += 1
        out.append(np.sort(order[low:high]))
        low = high
    return out
