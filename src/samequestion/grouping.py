"""From pairwise evidence to questions: average linkage inside neighbourhoods, so that chains do not pass."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from samequestion.batch import Batch
from samequestion.blocking import candidate_pairs
from samequestion.counts import counts_with
from samequestion.echoes import settle_frequencies
from samequestion.errors import ConflictingConstraints
from samequestion.features import features
from samequestion.layout import Layout
from samequestion.linkage import link_pieces
from samequestion.model import Model, load_default_model
from samequestion.neighbourhoods import ABSORB, absorb, areas, cut, pieces_of
from samequestion.parts import Done, give_back, processors
from samequestion.reading import read_all
from samequestion.records import F64, I64, U64, Comparison, Features, Group, Message
from samequestion.scoring import compare, pair_weights, probability
from samequestion.settings import Settings
from samequestion.similarity import Table
from samequestion.titles import propose_title
from samequestion.work import Work, key_of

Progress = Callable[[str, float], None]
"""Called with the name of the step and the share of it that is done (0 … 1)."""

Scorer = Callable[[I64, I64], F64]
"""Log-odds for pairs of positions."""

Links = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The questions found. Every message is in exactly one group; `group_of` finds it."""

    groups: tuple[Group, ...]
    group_of: dict[str, str]
    settings_version: str
    _messages: dict[str, Message]
    _model: Model

    def why(self, one: str, other: str) -> Comparison:
        """Probability and reasons for any two messages of the batch."""
        return compare(self._messages[one], self._messages[other], self._model)


def fit(messages: Iterable[Message], model: Model | None = None) -> Model:
    """The model with word frequencies learned from these messages (on top of the shipped background).

    Evidence weights are not touched; see `training` for those.
    """
    base = model or load_default_model()
    return fit_table([features(m, base) for m in messages], base)[0].model


def batch_table(features: Sequence[Features] | Batch | Layout, model: Model, workers: int = 1) -> Table:
    """A table whose inner loops are machine code."""
    from samequestion import compiled  # numba: only where whole batches are grouped

    return Table(features, model, compiled, workers)


def fit_table(
    remembered: Sequence[Features] | Batch, base: Model, workers: int = 1, done: Done | None = None
) -> tuple[Table, I64, I64]:
    """The messages under frequencies of their own (each event counted once), and the pairs worth comparing."""
    layout = Layout.of(remembered, base, workers)
    counted = base.with_counts(counts_with(base.counts, layout.batch, workers=workers))
    left, right = candidate_pairs(layout, counted, workers, done)
    table = batch_table(layout, settle_frequencies(layout, counted, left, right, workers), workers)
    table.features = () if isinstance(remembered, Batch) else remembered
    return table, left, right


def group(
    messages: Sequence[Message],
    model: Model | None = None,
    must_link: Links = (),
    cannot_link: Links = (),
    progress: Progress | None = None,
    remembered: Mapping[str, Features] | None = None,
    work: Path | None = None,
    workers: int | None = None,
    processes: int = 1,
) -> Grouping:
    """Group messages into questions. The result does not depend on their order.

    Without a `model` the default one is fitted on the messages first. `must_link` and `cannot_link` are pairs of ids
    that people decided; both always hold. `remembered` are features made before with the same model, by id.

    `work` is a folder for finished steps: a run that was stopped goes on there when it is called again with the same
    messages and model; it is gone when the run is done. `workers` are threads (all processors unless told),
    `processes` are helper processes that read texts when there are many; a script that asks for more than one must
    start from `if __name__ == "__main__"`. Raises `ConflictingConstraints` when decisions contradict each other.
    """
    say, workers = progress or (lambda step, share: None), workers or processors()
    ordered = sorted(messages, key=lambda m: m.id)
    base = model or load_default_model()
    kept = Work(work, key_of(ordered, base, model is None)) if work else None
    batch = read_all(ordered, base, remembered or {}, kept, processes, partial(say, "读取"))
    give_back()
    table, left, right = _candidates(batch, base, model is None, workers, kept, partial(say, "找候选"))
    give_back()
    weights = _weights(table, left, right, kept, partial(say, "比较"))
    give_back()
    say("合并", 0.0)
    position = {m.id: at for at, m in enumerate(ordered)}
    must = [(position[a], position[b]) for a, b in must_link if a in position and b in position]
    cannot = [(position[a], position[b]) for a, b in cannot_link if a in position and b in position]
    settings = table.model.settings
    score = _remembering(left, right, weights, len(ordered), lambda i, j: pair_weights(table, i, j))
    labels, sure = cluster(len(ordered), left, right, weights, score, settings, must, cannot)
    labels = reunite(table, labels, settings, cannot)
    found = _as_grouping(ordered, batch, labels, sure, table.model, partial(say, "题名"))
    if kept:
        kept.drop()
    say("完成", 1.0)
    return found


def _candidates(
    batch: Batch, base: Model, fitting: bool, workers: int, kept: Work | None, done: Done
) -> tuple[Table, I64, I64]:
    """The messages under the frequencies to be used, and the pairs worth comparing."""
    before = kept.load("candidates") if kept else None
    if before is not None:
        model = base.with_counts(before["counts"].astype(np.uint32)) if fitting else base
        return batch_table(batch, model, workers), before["left"].astype(np.int64), before["right"].astype(np.int64)
    if fitting:
        table, left, right = fit_table(batch, base, workers, done)
    else:
        table = batch_table(batch, base, workers)
        left, right = candidate_pairs(table.layout, base, workers, done)
    if kept:
        narrow = {"left": left.astype(np.int32), "right": right.astype(np.int32)}
        kept.keep("candidates", {"counts": table.model.counts, **narrow})
    return table, left, right


_PAIRS_KEPT = 2_000_000
"""Pairs of one kept step."""


def _weights(table: Table, left: I64, right: I64, kept: Work | None, done: Done) -> F64:
    """Log-odds of the candidate pairs; with a work folder, step by step."""
    if kept is None:
        return pair_weights(table, left, right, done)
    out = np.empty(len(left))
    for low in range(0, len(left), _PAIRS_KEPT):
        name, part = f"weights-{low:010d}", slice(low, low + _PAIRS_KEPT)
        before = kept.load(name)
        if before is None:
            before = {"weights": pair_weights(table, left[part], right[part])}
            kept.keep(name, before)
        out[part] = before["weights"]
        done(min(1.0, (low + _PAIRS_KEPT) / len(left)))
    return out


def _remembering(left: I64, right: I64, weights: F64, count: int, scorer: Scorer) -> Scorer:
    """The scorer, asked only for pairs (one < other) that are not among the candidates; those ascend."""
    known = left * count + right

    def score(one: I64, other: I64) -> F64:
        wanted = one * count + other
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        out, missing = weights[at], known[at] != wanted
        out[missing] = scorer(one[missing], other[missing])
        return out

    return score if len(known) else scorer


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
    small = batch_table(table.batch.take(speakers), table.model, table.workers)
    left, right = candidate_pairs(small.layout, table.model, table.workers)
    found, _ = cluster(len(home), left, right, pair_weights(small, left, right), lambda a, b: pair_weights(small, a, b),
                       settings, must, barred)  # fmt: skip
    out = labels.copy()
    for k, piece in enumerate(members.values()):
        out[piece] = labels[speakers[found[k * _SPOKESMEN]]]
    return out


def _as_grouping(ordered: list[Message], batch: Batch, labels: I64, sure: F64, model: Model, done: Done) -> Grouping:
    order = np.argsort(labels, kind="stable")
    bounds = [0, *(np.nonzero(np.diff(labels[order]))[0] + 1).tolist(), len(order)] if len(order) else [0]
    # Of each group the earliest message; one without a time comes last.
    first = np.lexsort((np.where(batch.minute != 0, batch.minute, _NO_TIME), labels))
    askers, members, chances = _askers(labels, batch.asker), order.tolist(), sure[order].tolist()
    groups = []
    for number, (low, high) in enumerate(itertools.pairwise(bounds)):
        own = [ordered[at] for at in members[low:high]]
        groups.append(
            Group(
                id=ordered[first[low]].id,
                members=tuple(m.id for m in own),
                title=propose_title(own),
                probability=sum(chances[low:high]) / len(own),
                member_probability=tuple(chances[low:high]),
                askers=askers[number],
            )
        )
        if number % 5000 == 0:
            done(number / len(bounds))
    groups.sort(key=lambda g: (-len(g.members), g.id))
    return Grouping(
        tuple(groups), {i: g.id for g in groups for i in g.members}, model.settings.version,
        {m.id: m for m in ordered}, model,
    )  # fmt: skip


_NO_TIME = 1 << 40
"""Later than any minute."""


def _askers(labels: I64, asker: U64) -> list[int]:
    """How many people ask in every group; each message without a name counts as one."""
    order = np.lexsort((asker, labels))
    label, who = labels[order], asker[order]
    other_group = np.concatenate(([True], label[1:] != label[:-1])) if len(order) else np.empty(0, bool)
    another = other_group | (who == 0)
    another[1:] |= who[1:] != who[:-1]
    counted: list[int] = np.bincount(np.cumsum(other_group) - 1, weights=another).astype(int).tolist()
    return counted


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
    near = left[close], right[close], weights[close]
    ends = _ends(must)
    together = areas(count, ends[:, 0], ends[:, 1])
    home = areas(count, np.concatenate((near[0], ends[:, 0])), np.concatenate((near[1], ends[:, 1])))
    leader, pieces = np.arange(count), list[I64]()
    decided = {x for pair in (*must, *cannot) for x in pair}
    dense = np.bincount(home, minlength=count)[home[near[0]]] > settings.dense_limit
    inside = _by_home(home, (near[0][dense], near[1][dense], near[2][dense]))
    for piece in pieces_of(home):
        if len(piece) <= settings.dense_limit:
            pieces.append(piece)
        else:
            pieces += _thinned(piece, inside(int(home[piece[0]])), leader, decided, together, settings)
    labels, sure = np.arange(count), np.ones(count)
    for some in _shares(pieces):
        members = np.concatenate(some)
        labels[members], sure[members] = link_pieces(some, scorer(*_all_pairs(some)), settings, must, cannot)
    absorbed = leader != np.arange(count)
    sure[absorbed] = probability(np.array([ABSORB]))[0]
    return labels[leader], sure


Edges = tuple[I64, I64, F64]
"""Pairs of positions and their log-odds."""


def _by_home(home: I64, edges: Edges) -> Callable[[int], Edges]:
    """A look-up: the edges inside one component."""
    order = np.argsort(home[edges[0]], kind="stable")
    sorted_home = home[edges[0]][order]

    def inside(component: int) -> Edges:
        low, high = np.searchsorted(sorted_home, (component, component + 1))
        own = order[low:high]
        return edges[0][own], edges[1][own], edges[2][own]

    return inside


def _thinned(piece: I64, inside: Edges, leader: I64, decided: set[int], together: I64, settings: Settings) -> list[I64]:
    """Pieces of a huge neighbourhood after near-copies were absorbed; notes the leaders in `leader`."""
    left, right, weights = inside
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


_PAIRS_TOGETHER = 1_000_000
"""Pairs inside pieces that are scored and linked at a time; bounds memory."""


def _shares(pieces: list[I64]) -> Iterator[list[I64]]:
    """The pieces in lists of about `_PAIRS_TOGETHER` pairs."""
    some, pairs = list[I64](), 0
    for piece in pieces:
        some.append(piece)
        pairs += len(piece) * (len(piece) - 1) // 2
        if pairs >= _PAIRS_TOGETHER:
            yield some
            some, pairs = [], 0
    if some:
        yield some


def _all_pairs(pieces: list[I64]) -> tuple[I64, I64]:
    """All pairs inside each piece, row by row above the diagonal, piece after piece."""
    corners = {size: np.triu_indices(size, 1) for size in {len(piece) for piece in pieces}}
    left = np.concatenate([piece[corners[len(piece)][0]] for piece in pieces])
    right = np.concatenate([piece[corners[len(piece)][1]] for piece in pieces])
    return left, right
