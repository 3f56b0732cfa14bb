"""From pairwise evidence to questions: average linkage inside neighbourhoods, so that chains do not pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from samequestion.blocking import candidate_pairs
from samequestion.counts import df_update
from samequestion.errors import ConflictingConstraints
from samequestion.echoes import settle_frequencies
from samequestion.features import features
from samequestion.linkage import agglomerate
from samequestion.model import Model, load_default_model
from samequestion.records import F64, I64, Comparison, Features, Group, Message
from samequestion.scoring import compare, pair_weights, probability
from samequestion.settings import Settings
from samequestion.similarity import Table
from samequestion.titles import propose_title

Progress = Callable[[str, float], None]
"""Called with the name of the step and the share of it that is done (0 … 1)."""

Scorer = Callable[[I64, I64], F64]
"""Log-odds for pairs of positions."""

_SELF = 0.0
"""What stands on the diagonal of a matrix of log-odds; never used."""

Links = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The questions found. Every message is in exactly one group; `group_of` finds it."""

    groups: tuple[Group, ...]
    group_of: dict[str, str]
    settings_version: str
    _features: dict[str, Features]
    _model: Model

    def why(self, one: str, other: str) -> Comparison:
        """Probability and reasons for any two messages of the batch."""
        return compare(self._features[one], self._features[other], self._model)


def fit(messages: Iterable[Message], model: Model | None = None) -> Model:
    """The model with word frequencies learned from these messages (on top of the shipped background).

    Evidence weights are not touched; see `training` for those.
    """
    base = model or load_default_model()
    return fit_table([features(m, base) for m in messages], base)[0].model


def _candidates(remembered: Sequence[Features], model: Model) -> tuple[Table, I64, I64]:
    table = Table(remembered, model)
    return table, *candidate_pairs(table, model)


def fit_table(remembered: Sequence[Features], base: Model) -> tuple[Table, I64, I64]:
    """The messages under frequencies of their own (each event counted once), and the pairs worth comparing."""
    counted = base.with_counts(df_update(base.counts, remembered))
    first, left, right = _candidates(remembered, counted)
    return Table(remembered, settle_frequencies(remembered, first, counted, left, right)), left, right


def group(
    messages: Sequence[Message],
    model: Model | None = None,
    must_link: Links = (),
    cannot_link: Links = (),
    progress: Progress | None = None,
) -> Grouping:
    """Group messages into questions. The result does not depend on their order.

    Without a `model` the default one is fitted on the messages first. `must_link` and `cannot_link` are pairs of ids
    that people decided; both always hold. Raises `ConflictingConstraints` when they contradict each other.
    """
    say = progress or (lambda step, share: None)
    ordered = sorted(messages, key=lambda m: m.id)
    base = model or load_default_model()
    remembered = []
    for at, message in enumerate(ordered):
        remembered.append(features(message, base))
        if at % 500 == 0:
            say("读取", at / len(ordered))
    say("找候选", 0.0)
    table, left, right = _candidates(remembered, base) if model else fit_table(remembered, base)
    used = table.model
    say("比较", 0.0)
    weights = pair_weights(table, left, right)
    say("合并", 0.0)
    position = {m.id: at for at, m in enumerate(ordered)}
    must = [(position[a], position[b]) for a, b in must_link if a in position and b in position]
    cannot = [(position[a], position[b]) for a, b in cannot_link if a in position and b in position]
    labels, sure = cluster(
        len(ordered), left, right, weights, lambda i, j: pair_weights(table, i, j), used.settings, must, cannot
    )
    say("完成", 1.0)
    return _as_grouping(ordered, remembered, labels, sure, used)


def _as_grouping(ordered: list[Message], remembered: list[Features], labels: I64, sure: F64, model: Model) -> Grouping:
    members: dict[int, list[int]] = {}
    for at, label in enumerate(labels.tolist()):
        members.setdefault(label, []).append(at)
    groups = [_make_group([ordered[i] for i in at], [remembered[i] for i in at], sure[at]) for at in members.values()]
    groups.sort(key=lambda g: (-len(g.members), g.id))
    return Grouping(
        tuple(groups), {i: g.id for g in groups for i in g.members}, model.settings.version,
        {m.id: f for m, f in zip(ordered, remembered, strict=True)}, model,
    )  # fmt: skip


def _make_group(messages: list[Message], remembered: list[Features], sure: F64) -> Group:
    first = min(range(len(messages)), key=lambda i: (remembered[i].minute or 1 << 40, messages[i].id))
    named = {f.asker for f in remembered if f.asker}
    return Group(
        id=messages[first].id,
        members=tuple(m.id for m in messages),
        title=propose_title(messages),
        probability=float(np.mean(sure)),
        member_probability=tuple(float(p) for p in sure),
        askers=len(named) + sum(not f.asker for f in remembered),
    )


def cluster(
    count: int,
    left: I64,
    right: I64,
    weights: F64,
    scorer: Scorer,
    settings: Settings,
    must: Sequence[tuple[int, int]] = (),
    cannot: Sequence[tuple[int, int]] = (),
) -> tuple[I64, F64]:
    """(label of every position, probability that it belongs there).

    `left`, `right`, `weights` are the candidate pairs; further pairs are asked from `scorer` inside neighbourhoods.
    """
    _check(count, must, cannot)
    close = weights > settings.neighbourhood
    ends = np.array(list(must), dtype=np.int64).reshape(-1, 2)
    a, b = np.concatenate((left[close], ends[:, 0])), np.concatenate((right[close], ends[:, 1]))
    graph = sparse.coo_matrix((np.ones(len(a)), (a, b)), shape=(count, count))
    _, area = connected_components(graph, directed=False)
    order = np.argsort(area, kind="stable")
    pieces = [p for p in np.split(order, np.nonzero(np.diff(area[order]))[0] + 1) if len(p) > 1]
    labels, sure = np.arange(count), np.ones(count)
    for piece, matrix in zip(pieces, _all_pairs(pieces, scorer), strict=True):
        inside = {int(p): k for k, p in enumerate(piece)}
        own_must = [(inside[x], inside[y]) for x, y in must if x in inside and y in inside]
        own_cannot = [(inside[x], inside[y]) for x, y in cannot if x in inside and y in inside]
        found = agglomerate(matrix, settings, own_must, own_cannot)
        labels[piece] = piece[found]
        sure[piece] = _belonging(probability(matrix), found)
    return labels, sure


def _check(count: int, must: Sequence[tuple[int, int]], cannot: Sequence[tuple[int, int]]) -> None:
    ends = np.array(list(must), dtype=np.int64).reshape(-1, 2)
    graph = sparse.coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, joined = connected_components(graph, directed=False)
    for a, b in cannot:
        if joined[a] == joined[b]:
            raise ConflictingConstraints("“必须同题”与“不得同题”的决定互相矛盾")


def _all_pairs(pieces: list[I64], scorer: Scorer) -> Iterable[F64]:
    """The full matrix of log-odds of every piece, asked for in one go."""
    if not pieces:
        return []
    corners = [np.triu_indices(len(p), 1) for p in pieces]
    left = np.concatenate([p[i] for p, (i, _) in zip(pieces, corners, strict=True)])
    right = np.concatenate([p[j] for p, (_, j) in zip(pieces, corners, strict=True)])
    weights = scorer(left, right)
    out, at = [], 0
    for p, (i, j) in zip(pieces, corners, strict=True):
        matrix = np.full((len(p), len(p)), _SELF)
        matrix[i, j] = matrix[j, i] = weights[at : at + len(i)]
        out.append(matrix)
        at += len(i)
    return out


def _belonging(chance: F64, label: I64) -> F64:
    """Mean probability with the other members of the own cluster; alone: 1 less the best rival."""
    chance = chance.copy()
    np.fill_diagonal(chance, 0.0)
    same = label[:, None] == label[None, :]
    np.fill_diagonal(same, False)
    others = same.sum(axis=1)
    return np.where(others > 0, (chance * same).sum(axis=1) / np.maximum(others, 1), 1.0 - chance.max(axis=1))
