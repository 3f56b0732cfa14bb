"""From pairwise evidence to questions: average linkage inside neighbourhoods, so that chains do not pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from samequestion.blocking import candidate_pairs
from samequestion.counts import df_update
from samequestion.echoes import settle_frequencies
from samequestion.errors import ConflictingConstraints
from samequestion.features import features
from samequestion.linkage import agglomerate
from samequestion.model import Model, load_default_model
from samequestion.neighbourhoods import ABSORB, absorb, areas, cut, pieces_of
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
    labels = reunite(table, labels, used.settings, cannot)
    say("完成", 1.0)
    return _as_grouping(ordered, remembered, labels, sure, used)


REUNITE_FROM = 20
"""Groups of this size are compared with each other once more, by a few members each."""
_SPOKESMEN = 4


def reunite(table: Table, labels: I64, settings: Settings, cannot: Sequence[tuple[int, int]] = ()) -> I64:
    """Join large groups that are one question: the slices of a burst whose keys were too common to meet.

    Each large group sends a few members, evenly spaced; those are clustered by the usual rule.
    """
    members = {int(piece[0]): piece for piece in pieces_of(labels) if len(piece) >= REUNITE_FROM}
    if len(members) < 2:
        return labels
    sent = {name: piece[np.linspace(0, len(piece) - 1, _SPOKESMEN).astype(np.int64)] for name, piece in members.items()}
    speakers = np.concatenate(list(sent.values()))
    home = np.repeat(np.arange(len(sent)), _SPOKESMEN)
    first = {int(labels[piece[0]]): k * _SPOKESMEN for k, piece in enumerate(members.values())}
    must = [(k, k + 1) for k in range(len(home) - 1) if home[k] == home[k + 1]]
    barred = [
        (first[int(labels[a])], first[int(labels[b])])
        for a, b in cannot
        if {int(labels[a]), int(labels[b])} <= first.keys()
    ]
    small = Table([table.features[k] for k in speakers.tolist()], table.model)
    left, right = candidate_pairs(small, table.model)
    found, _ = cluster(len(home), left, right, pair_weights(small, left, right), lambda a, b: pair_weights(small, a, b),
                       settings, must, barred)  # fmt: skip
    out = labels.copy()
    for k, piece in enumerate(members.values()):
        out[piece] = labels[speakers[found[k * _SPOKESMEN]]]
    return out


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
    ends = _ends(must)
    a, b = np.concatenate((left[close], ends[:, 0])), np.concatenate((right[close], ends[:, 1]))
    together = areas(count, ends[:, 0], ends[:, 1])
    decided = {x for pair in (*must, *cannot) for x in pair}
    strong = left[close], right[close], weights[close]
    leader, pieces = np.arange(count), list[I64]()
    for piece in pieces_of(areas(count, a, b)):
        if len(piece) <= settings.dense_limit:
            pieces.append(piece)
        else:
            pieces += _thinned(piece, strong, leader, decided, together, settings)
    labels, sure = np.arange(count), np.ones(count)
    for piece, matrix in zip(pieces, _all_pairs(pieces, scorer), strict=True):
        inside = {int(p): k for k, p in enumerate(piece)}
        own_must = [(inside[x], inside[y]) for x, y in must if x in inside and y in inside]
        own_cannot = [(inside[x], inside[y]) for x, y in cannot if x in inside and y in inside]
        found = agglomerate(matrix, settings, own_must, own_cannot)
        labels[piece] = piece[found]
        sure[piece] = _belonging(probability(matrix), found)
    absorbed = leader != np.arange(count)
    sure[absorbed] = probability(np.array([ABSORB]))[0]
    return labels[leader], sure


def _thinned(
    piece: I64, strong: tuple[I64, I64, F64], leader: I64, decided: set[int], together: I64, settings: Settings
) -> list[I64]:
    """Pieces of a huge neighbourhood after near-copies were absorbed; notes the leaders in `leader`."""
    left, right, weights = strong
    inside = np.isin(left, piece)
    left, right, weights = left[inside], right[inside], weights[inside]
    for member, its in absorb(piece, left, right, weights, set(piece.tolist()) - decided).items():
        leader[member] = its
    a, b = leader[left], leader[right]
    between = a != b
    heads = np.unique(leader[piece])
    return cut(heads, a[between], b[between], weights[between], together, settings.dense_limit)


def _ends(links: Sequence[tuple[int, int]]) -> I64:
    return np.array(list(links), dtype=np.int64).reshape(-1, 2)


def _check(count: int, must: Sequence[tuple[int, int]], cannot: Sequence[tuple[int, int]]) -> None:
    ends = _ends(must)
    joined = areas(count, ends[:, 0], ends[:, 1])
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
    sure: F64 = np.where(others > 0, (chance * same).sum(axis=1) / np.maximum(others, 1), 1.0 - chance.max(axis=1))
    return sure
