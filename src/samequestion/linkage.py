"""When two clusters become one: strong enough on the whole, and not by a single bridge."""

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


class _Clusters:
    """Sums over the cross pairs of all live clusters; a merge touches one row and one column."""

    def __init__(self, weights: F64, settings: Settings) -> None:
        self.settings, n = settings, len(weights)
        self.total = np.clip(weights, settings.clip_low, settings.clip_high)
        self.best = self.total.copy()
        self.plausible = (weights > settings.plausible).astype(np.float64)
        self.barred = np.zeros((n, n), dtype=bool)
        self.size, self.alive, self.label = np.ones(n), np.ones(n, dtype=bool), np.arange(n)
        self.link = np.full((n, n), _NEVER)
        for row in range(n):
            self.refresh(row)

    def refresh(self, a: int) -> None:
        """Recompute the strengths of cluster a with all others."""
        s, pairs = self.settings, self.size[a] * self.size
        mean = self.total[a] / np.maximum(pairs, 1)
        row = (1 - s.best_share) * mean + s.best_share * self.best[a]
        free = self.alive & ~self.barred[a] & (self.plausible[a] >= s.guard_share * pairs)
        row = np.where(free & self.alive[a], row, _NEVER)
        row[a] = _NEVER
        self.link[a], self.link[:, a] = row, row

    def join(self, one: int, other: int) -> None:
        """The later cluster becomes part of the earlier one."""
        a, b = min(one, other), max(one, other)
        for sums in (self.total, self.plausible):
            sums[a] += sums[b]
            sums[:, a] = sums[a]
        self.best[a] = np.maximum(self.best[a], self.best[b])
        self.best[:, a] = self.best[a]
        self.barred[a] |= self.barred[b]
        self.barred[:, a] = self.barred[a]
        self.size[a] += self.size[b]
        self.alive[b] = False
        self.label[self.label == b] = a
        self.refresh(b)
        self.refresh(a)


def agglomerate(
    weights: F64, settings: Settings, must: Sequence[tuple[int, int]] = (), cannot: Sequence[tuple[int, int]] = ()
) -> I64:
    """Join the two strongest clusters until no strength exceeds `settings.join_at`.

    `weights` is the symmetric matrix of log-odds. Returns for every row the smallest row of its cluster. `must`
    pairs start joined, `cannot` pairs never join. Ties go to the rows that come first.
    """
    clusters, n = _Clusters(weights, settings), len(weights)
    for a, b in cannot:
        clusters.barred[a, b] = clusters.barred[b, a] = True
        clusters.refresh(a)
    for a, b in must:
        one, other = int(clusters.label[a]), int(clusters.label[b])
        if one != other:
            clusters.join(one, other)
    while n:
        best = int(np.argmax(clusters.link))
        if clusters.link.flat[best] <= settings.join_at:
            break
        clusters.join(best // n, best % n)
    return clusters.label
