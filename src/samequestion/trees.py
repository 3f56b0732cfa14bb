"""Boosted decision trees in plain numpy: fast to evaluate, exact to explain, nothing to import at run time.

Trees are trained elsewhere (see `training`) and read from LightGBM's text form. Each tree has at most 16 leaves, so
the leaves still reachable fit a 16-bit mask: every node whose condition fails strikes out its left leaves, and the
lowest remaining bit is the leaf (QuickScorer, Lucchese et al., SIGIR 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from samequestion import plain
from samequestion.kernels import Kernels
from samequestion.records import F32, F64, I64, U16

MAX_LEAVES = 16
_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class Trees:
    """`feature`, `threshold`, `keep` describe all inner nodes of all trees, tree after tree from `start`.

    A pair goes left when x[feature] <= threshold; otherwise the leaves outside `keep` are struck out.
    `leaf_value` is (trees, 16), `leaf_parts` (trees, 16, evidence groups), both in log-odds.
    """

    feature: I64
    threshold: F64
    keep: U16
    start: I64
    leaf_value: F64
    leaf_parts: F64
    bias: float

    @cached_property
    def narrow(self) -> F32:
        """The thresholds as 32-bit numbers, rounded down: for a 32-bit x, x > narrow exactly when x > threshold."""
        near = self.threshold.astype(np.float32)
        return np.where(near > self.threshold, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)

    def score(self, x: F32) -> F64:
        """Log-odds of every row."""
        total = np.empty(len(x))
        for low in range(0, len(x), _CHUNK):
            total[low : low + _CHUNK] = self.score_columns(x[low : low + _CHUNK].T, plain)
        return total

    def score_columns(self, x: F32, kernels: Kernels) -> F64:
        """Log-odds of every pair; `x` is evidence × pairs."""
        leaves = kernels.tree_scores(x, self.feature, self.narrow, self.keep, self.start, self.leaf_value)
        return leaves + self.bias

    def parts(self, x: F32) -> F64:
        """Contribution of every evidence group, shape (rows, groups); a row sums to its score less a constant."""
        leaves = plain.leaves(x.T, self.feature, self.narrow, self.keep, self.start)
        total: F64 = self.leaf_parts[np.arange(len(self.start)), leaves].sum(axis=1)
        return total

    def reweighted(self, weights: F64, shift: float) -> Trees:
        """Every kind of evidence multiplied by its weight, `shift` added to the constant; reasons stay exact."""
        parts = self.leaf_parts * weights
        values = self.leaf_value - self.leaf_parts.sum(axis=2) + parts.sum(axis=2)
        return replace(self, leaf_value=values, leaf_parts=parts, bias=self.bias + shift)


def from_lightgbm(text: str, group_of: I64, groups: int) -> Trees:
    """Read LightGBM's model text. `group_of` gives each column's evidence group.

    A leaf's value is split among groups along its path (Saabas 2014): each node hands the change of the expected
    value to the group of the column it asked.
    """
    feature: list[int] = []
    threshold: list[float] = []
    keep: list[int] = []
    start: list[int] = []
    values: list[F64] = []
    parts: list[F64] = []
    bias = 0.0
    for block in text.split("\nTree=")[1:]:
        tree = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        value, part = np.zeros(MAX_LEAVES), np.zeros((MAX_LEAVES, groups))
        leaf_value = np.array(tree["leaf_value"].split(), dtype=float)
        if int(tree["num_leaves"]) == 1:
            bias += float(leaf_value[0])
            continue
        node = _Nodes(tree, leaf_value, group_of)
        start.append(len(feature))
        node.walk(0, np.zeros(groups))
        for number in node.in_order:
            feature.append(node.feature[number])
            threshold.append(node.threshold[number])
            keep.append(0xFFFF & ~node.left_mask[number])
        for position, (leaf, share) in enumerate(node.leaves):
            value[position] = leaf_value[leaf]
            part[position] = share
        values.append(value)
        parts.append(part)
    return Trees(
        np.array(feature, dtype=np.int64), np.array(threshold), np.array(keep, dtype=np.uint16),
        np.array(start, dtype=np.int64), np.array(values), np.array(parts), bias,
    )  # fmt: skip


def average(forests: Sequence[Trees]) -> Trees:
    """One forest whose score is the mean of the given forests' scores."""
    shifts = np.cumsum([0, *(len(f.feature) for f in forests[:-1])])
    share = 1.0 / len(forests)
    return Trees(
        np.concatenate([f.feature for f in forests]),
        np.concatenate([f.threshold for f in forests]),
        np.concatenate([f.keep for f in forests]),
        np.concatenate([f.start + shift for f, shift in zip(forests, shifts, strict=True)]),
        np.concatenate([f.leaf_value for f in forests]) * share,
        np.concatenate([f.leaf_parts for f in forests]) * share,
        sum(f.bias for f in forests) * share,
    )


class _Nodes:
    """One tree while it is being read: numbers its leaves from left to right."""

    def __init__(self, tree: dict[str, str], leaf_value: F64, group_of: I64) -> None:
        self.feature = [int(v) for v in tree["split_feature"].split()]
        self.threshold = [float(v) for v in tree["threshold"].split()]
        self.left = [int(v) for v in tree["left_child"].split()]
        self.right = [int(v) for v in tree["right_child"].split()]
        self.inner = [float(v) for v in tree["internal_value"].split()]
        self.leaf_value, self.group_of = leaf_value, group_of
        self.leaves: list[tuple[int, F64]] = []
        self.left_mask: dict[int, int] = {}
        self.in_order: list[int] = []

    def value(self, child: int) -> float:
        return self.inner[child] if child >= 0 else float(self.leaf_value[~child])

    def walk(self, number: int, share: F64) -> None:
        if number < 0:
            self.leaves.append((~number, share))
            return
        self.in_order.append(number)
        group = self.group_of[self.feature[number]]
        first = len(self.leaves)
        for side in (self.left[number], self.right[number]):
            moved = share.copy()
            moved[group] += self.value(side) - self.inner[number]
            self.walk(side, moved)
            if side == self.left[number]:
                self.left_mask[number] = sum(1 << i for i in range(first, len(self.leaves)))
