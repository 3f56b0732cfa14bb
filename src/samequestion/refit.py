"""Learning from one district's own decisions without forgetting what was shipped: new weights for the kinds of evidence.

The trees stay as they are. What they say splits into a constant and one part for each kind of evidence (see `trees`); a refit
gives each kind a weight around 1 and moves the constant. That is a logistic regression with eleven numbers, drawn towards the
shipped ones by a penalty, so that a few dozen decisions move little and thousands move what they must. Reasons stay exact: a
part is multiplied by its kind's weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samequestion.model import Model
from samequestion.records import F64, Features
from samequestion.scoring import probability
from samequestion.similarity import EVIDENCE, Table, pair_features

HOLD = 12.0
"""How many decisions' worth of evidence speak for a shipped weight of 1 (penalty on each weight's distance)."""
HOLD_SHIFT = 6.0
"""The same for the constant."""
_STEPS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the trees say of some pairs: `constant` + the sum of `parts` (pairs × kinds) are the log-odds."""

    parts: F64
    constant: F64

    def log_odds(self, weights: Sequence[float] | F64 | None = None, shift: float = 0.0) -> F64:
        """As shipped, or under other weights."""
        scaled: F64 = self.parts if weights is None else self.parts * np.asarray(weights, dtype=np.float64)
        total: F64 = self.constant + shift + scaled.sum(axis=1)
        return total


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight for each kind of evidence (`EVIDENCE`, in order) and what is added to the constant."""

    values: tuple[float, ...]
    shift: float


def evidence(pairs: Sequence[tuple[Features, Features]], model: Model) -> Evidence:
    """Parts and constants of many pairs; a message may stand in many of them and is prepared once."""
    if not pairs:
        return Evidence(np.empty((0, len(EVIDENCE))), np.empty(0))
    distinct = {id(one): one for pair in pairs for one in pair}
    position = {name: at for at, name in enumerate(distinct)}
    table = Table(list(distinct.values()), model)
    ends = np.array([(position[id(a)], position[id(b)]) for a, b in pairs], dtype=np.int64)
    rows = pair_features(table, ends[:, 0], ends[:, 1])
    parts = model.trees.parts(rows)
    return Evidence(parts, model.trees.score(rows) - parts.sum(axis=1))


def refit(known: Evidence, same: F64, count: F64) -> Weights:
    """Weights that explain the decisions best while held near the shipped ones.

    `same` is 1 where people said "one question", else 0; `count` is how much each pair counts. Newton's method on a convex
    function: the result is unique and does not depend on the order of the pairs.
    """
    columns = np.column_stack((known.parts, np.ones(len(known.parts))))
    hold = np.array([HOLD] * known.parts.shape[1] + [HOLD_SHIFT])
    start = np.array([1.0] * known.parts.shape[1] + [0.0])
    at = start.copy()
    for _ in range(_STEPS):
        chance = probability(known.constant + columns @ at)
        slope = columns.T @ (count * (same - chance)) - hold * (at - start)
        curve = (columns * (count * chance * (1 - chance))[:, None]).T @ columns + np.diag(hold)
        step = np.linalg.solve(curve, slope)
        at = at + step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-9:
            break
    return Weights(tuple(round(float(v), 6) for v in at[:-1]), round(float(at[-1]), 6))


def reweighted(model: Model, weights: Weights, name: str) -> Model:
    """The model with these weights on its kinds of evidence, under another name."""
    return model.with_trees(model.trees.reweighted(np.asarray(weights.values), weights.shift), name)
