"""When two clusters become one: strong enough on the whole, and not by a single bridge.

Web processes use `strength` and `belonging`; the loops over whole batches are in `compiled`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from samequestion.records import F64, I64
from samequestion.settings import Settings

_NEVER = -1e9


def strength(weights: NDArray[np.floating], settings: Settings) -> float:
    """How strongly two clusters belong together, given the log-odds of their cross pairs (at least one).

    A blend of mean and best, each clipped so that one extreme pair decides nothing. When fewer than
    `guard_share` of the pairs are at least plausible the clusters stay apart whatever the best pair says.
    """
    if float((weights > settings.plausible).mean()) < settings.guard_share:
        return _NEVER
    clipped = np.clip(weights, settings.clip_low, settings.clip_high)
    return float((1 - settings.best_share) * clipped.mean() + settings.best_share * clipped.max())


def belonging(chances: NDArray[np.floating]) -> float:
    """Probability that a message belongs to a group: the mean of its three best probabilities with members."""
    return float(np.sort(chances)[-3:].mean())


def agglomerate(
    weights: F64, settings: Settings, must: Sequence[tuple[int, int]] = (), cannot: Sequence[tuple[int, int]] = ()
) -> I64:
    """Join the two strongest clusters until no strength exceeds `settings.join_at`.

    `weights` is the symmetric matrix of log-odds. Returns for every row the smallest row of its cluster. `must`
    pairs start joined, `cannot` pairs never join. Ties go to the rows that come first.
    """
    above = weights[np.triu_indices(len(weights), 1)]
    return link_pieces([np.arange(len(weights))], above, settings, must, cannot)[0]


def link_pieces(
    pieces: Sequence[I64],
    weights: F64,
    settings: Settings,
    must: Sequence[tuple[int, int]] = (),
    cannot: Sequence[tuple[int, int]] = (),
) -> tuple[I64, F64]:
    """`agglomerate` for many disjoint pieces at once: (smallest position of the own cluster, probability of belonging
    there), piece after piece.

    A piece is the ascending positions of its members; `weights` hold the log-odds of its pairs, row by row above the
    diagonal. Decisions are pairs of positions; those that do not lie inside one piece are left out.
    """
    from samequestion import compiled  # numba: only where whole batches are grouped

    members = np.concatenate([np.empty(0, np.int64), *pieces])
    sizes = np.array([len(piece) for piece in pieces], dtype=np.int64)
    places = {int(p): k for k, p in enumerate(members)} if must or cannot else {}
    first, owner = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(pieces)), sizes)

    def inside(links: Sequence[tuple[int, int]]) -> I64:
        both = [(places[a], places[b]) for a, b in links if a in places and b in places]
        rows = [(owner[a], a - first[owner[a]], b - first[owner[a]]) for a, b in both if owner[a] == owner[b]]
        return np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)

    label, sure = compiled.link(sizes, weights, inside(must), inside(cannot), settings)
    return members[label + np.repeat(first, sizes)], sure
