"""From evidence to a probability with reasons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samequestion.explain import reasons, shared_words
from samequestion.features import features
from samequestion.model import Model
from samequestion.parts import Done, in_parts
from samequestion.records import F64, I64, Comparison, Features, Message
from samequestion.similarity import TOGETHER, Table, evidence


def probability(weight: F64) -> F64:
    """Log-odds → probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-weight)))


def pair_weights(table: Table, left: I64, right: I64, done: Done | None = None) -> F64:
    """Log-odds that (left[k], right[k]) are the same question. `done` hears the share that is finished."""
    out, trees = np.empty(len(left)), table.model.trees

    def work(low: int, high: int) -> None:
        out[low:high] = trees.score_columns(evidence(table, left[low:high], right[low:high]), table.kernels)

    in_parts(work, len(left), TOGETHER, table.workers, done)
    return out


def score(
    query: Features, candidates: Sequence[Features], model: Model, explain: int | None = None
) -> list[Comparison]:
    """Compare one message with many. The answer has the candidates' order.

    `explain` = how many of the best get reasons and shared words (None = all); the others carry only figures.
    """
    if not candidates:
        return []
    table = Table([query, *candidates], model)
    left, right = np.zeros(len(candidates), dtype=np.int64), np.arange(1, len(candidates) + 1)
    columns = evidence(table, left, right)
    weights = model.trees.score_columns(columns, table.kernels)
    chances = probability(weights)
    chosen = np.argsort(-weights, kind="stable")[: len(candidates) if explain is None else explain]
    parts = dict(zip(chosen.tolist(), model.trees.parts(columns[:, chosen].T), strict=True))
    words = {k: shared_words(query, candidates[k], model) for k in parts}
    return [
        Comparison(
            float(chances[k]), float(weights[k]),
            reasons(query, other, parts[k], words[k], model) if k in parts else (), words.get(k, ()),
        )
        for k, other in enumerate(candidates)
    ]  # fmt: skip


def score_pairs(pairs: Sequence[tuple[Features, Features]], model: Model) -> list[Comparison]:
    """Compare many pairs at once, each with its reasons. The answer has the pairs' order; a message may stand in many
    pairs and is prepared once."""
    if not pairs:
        return []
    distinct = {id(one): one for pair in pairs for one in pair}
    position = {name: at for at, name in enumerate(distinct)}
    table = Table(list(distinct.values()), model)
    ends = np.array([(position[id(a)], position[id(b)]) for a, b in pairs], dtype=np.int64)
    columns = evidence(table, ends[:, 0], ends[:, 1])
    weights = model.trees.score_columns(columns, table.kernels)
    chances, parts = probability(weights), model.trees.parts(columns.T)
    words = [shared_words(a, b, model) for a, b in pairs]
    return [
        Comparison(float(chances[k]), float(weights[k]), reasons(a, b, parts[k], words[k], model), words[k])
        for k, (a, b) in enumerate(pairs)
    ]


def compare(a: Message | Features, b: Message | Features, model: Model) -> Comparison:
    """Are these two the same question? Symmetric: compare(a, b) and compare(b, a) give the same figures."""
    one = features(a, model) if isinstance(a, Message) else a
    other = features(b, model) if isinstance(b, Message) else b
    return score(one, [other], model)[0]
