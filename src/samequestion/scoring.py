"""From evidence to a probability with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from samequestion.batch import Batch
from samequestion.explain import reasons, shared_words
from samequestion.features import features
from samequestion.model import Model
from samequestion.parts import Done, in_parts
from samequestion.records import F32, F64, I64, Comparison, Features, Message
from samequestion.similarity import COLUMNS, TOGETHER, Table, evidence


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


@dataclass(frozen=True, eq=False)
class Scores:
    """One message compared with many: `weights` are log-odds and `chances` probabilities, in the candidates' order."""

    query: Features
    model: Model
    weights: F64
    _columns: F32

    @property
    def chances(self) -> F64:
        """Probabilities, in the candidates' order."""
        return probability(self.weights)

    def plain(self) -> list[Comparison]:
        """Every comparison without reasons."""
        return [Comparison(*both) for both in zip(self.chances.tolist(), self.weights.tolist(), strict=True)]

    def why(self, candidates: Mapping[int, Features]) -> dict[int, Comparison]:
        """Comparisons with reasons and shared words, for some candidates by their position."""
        at = list(candidates)
        parts = self.model.trees.parts(self._columns[:, at].T) if at else ()
        found = {}
        for k, own in zip(at, parts, strict=True):
            words = shared_words(self.query, candidates[k], self.model)
            told = reasons(self.query, candidates[k], own, words, self.model)
            found[k] = Comparison(float(self.chances[k]), float(self.weights[k]), told, words)
        return found


def scores(query: Features, candidates: Sequence[Features] | Sequence[bytes], model: Model) -> Scores:
    """Compare one message with many; nothing is explained yet. Stored candidates are given as they are stored
    (`Features.to_bytes`), which spares unpacking each. Raises `ModelMismatch` for bytes of another format."""
    if not candidates:
        return Scores(query, model, np.empty(0), np.empty((len(COLUMNS), 0), np.float32))
    table = Table(_laid_out(query, candidates), model)
    left, right = np.zeros(len(candidates), dtype=np.int64), np.arange(1, len(candidates) + 1)
    columns = evidence(table, left, right)
    return Scores(query, model, model.trees.score_columns(columns, table.kernels), columns)


def _laid_out(query: Features, candidates: Sequence[Features] | Sequence[bytes]) -> Batch:
    """The message and its candidates end to end; read in one go when the candidates are given as they are stored."""
    if isinstance(candidates[0], bytes):
        return Batch.stored([query.to_bytes(), *cast("Sequence[bytes]", candidates)])
    return Batch.made([query, *cast("Sequence[Features]", candidates)])


def score(
    query: Features, candidates: Sequence[Features], model: Model, explain: int | None = None
) -> list[Comparison]:
    """Compare one message with many. The answer has the candidates' order.

    `explain` = how many of the best get reasons and shared words (None = all); the others carry only figures.
    """
    found = scores(query, candidates, model)
    chosen = np.argsort(-found.weights, kind="stable")[: len(candidates) if explain is None else explain].tolist()
    why = found.why({k: candidates[k] for k in chosen})
    return [why.get(k, one) for k, one in enumerate(found.plain())]


def weights_between(stored: Sequence[bytes], model: Model) -> F64:
    """Log-odds of every two stored messages, as a symmetric matrix (0 on its diagonal)."""
    left, right = np.triu_indices(len(stored), 1)
    between = np.zeros((len(stored), len(stored)))
    if len(left):
        between[left, right] = pair_weights(Table(Batch.stored(stored), model), left, right)
    return between + between.T


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
