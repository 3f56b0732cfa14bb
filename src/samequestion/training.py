"""Learning: general words from any texts, and the weights of the evidence from labelled questions.

Used by `bench/engine_train.py` for the model that ships and by a district for its own people's decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import lightgbm
import numpy as np
import rjieba
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from samequestion.chars import codes, grams
from samequestion.counts import empty_counts, slots
from samequestion.features import features, text_id
from samequestion.lexicon import STOP_WORDS
from samequestion.model import Model
from samequestion.normalize import canonical, clauses, clean
from samequestion.records import F32, F64, I8, I64, IN_TITLE, U32, Features, Message, Threshold
from samequestion.scoring import probability
from samequestion.similarity import EVIDENCE, GROUP_OF, Table, pair_features
from samequestion.trees import Trees, average, from_lightgbm

_NAME_TAGS = frozenset(["nr", "ns", "nt", "nz", "nrt", "nrfg", "eng", "m", "x", "mq", "t"])
_PARAMETERS = {
    "objective": "binary", "num_leaves": 12, "learning_rate": 0.05, "min_data_in_leaf": 20, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 127, "use_missing": False,
    "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
_AFTER_PLACES = frozenset(["街道", "镇", "乡", "村", "路", "大道", "社区", "县", "街", "街道办", "办事处"])
_ROUNDS = 130
_SEEDS = (1, 2)
"""Forests of different luck are averaged: steadier than one of twice the size."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """General words learned from texts: counts, meanings and the character pairs inside them. No names."""

    background: U32
    ids: U32
    vectors: I8
    pairs: U32
    chosen: tuple[str, ...]


def learn_words(texts: Sequence[str], bags: Sequence[str], bits: int, axes: int = 48, least: int = 8) -> Words:
    """Which words are general, how common they are, and which mean alike (latent semantic analysis).

    `texts` are raw messages, `bags` messages already cut into words and parted by spaces. A word is general when at
    least `least` documents use it, the dictionary has it, the tagger does not take it for a name, number or foreign
    word, and it does not tend to stand before "town", "village" or "road" (a place name made of ordinary letters).
    """
    tagged = [rjieba.tag(canonical(clean(text))) for text in texts]
    as_name = Counter(word for tokens in tagged for word, tag in tokens if tag in _NAME_TAGS)
    total = Counter(word for tokens in tagged for word, _ in tokens)
    placed = Counter(word for tokens in tagged for (word, _), (after, _) in pairwise(tokens) if after in _AFTER_PLACES)
    documents = [{word for word, _ in tokens} for tokens in tagged] + [set(clean(bag).split()) for bag in bags]
    used = Counter(word for words in documents for word in words)
    chosen = sorted(
        word for word, count in used.items()
        if least <= count < 0.2 * len(documents) and len(word) > 1 and word not in STOP_WORDS
        and as_name[word] < 0.3 * max(total[word], 1) and not any(letter.isascii() for letter in word)
        and rjieba.has_word(word) and placed[word] <= 0.12 * total[word] and not (len(word) == 3 and word[-1] in "镇乡")
    )  # fmt: skip
    ids = np.array([text_id(word) for word in chosen], dtype=np.uint32)
    order = np.argsort(ids)
    pairs = np.unique(grams(codes(chosen), 2))
    vectors = _meanings(documents, chosen, used, axes)
    return Words(
        _background(texts, documents, ids, chosen, pairs, bits), ids[order], vectors[order], pairs, tuple(chosen)
    )


def _background(
    texts: Sequence[str], documents: Sequence[set[str]], ids: U32, chosen: list[str], pairs: U32, bits: int
) -> U32:
    """How many of the raw texts use each general word and each character pair inside general words."""
    table = empty_counts(bits)
    known = dict(zip(chosen, ids.tolist(), strict=True))
    for text, words in zip(texts, documents[: len(texts)], strict=True):
        own = np.array([known[word] for word in words if word in known], dtype=np.uint32)
        inside = np.intersect1d(grams(codes(clauses(canonical(clean(text)))), 2), pairs)
        table[np.unique(slots(np.concatenate((own, inside)), len(table)))] += 1
    table[0] = len(texts)
    return table


def _meanings(documents: Sequence[set[str]], chosen: list[str], used: Counter[str], axes: int) -> I8:
    """One row of bytes per chosen word; words that appear in like messages point in like directions."""
    column = {word: at for at, word in enumerate(chosen)}
    idf = np.log(len(documents) / np.array([used[word] for word in chosen]))
    cells = [(row, column[word]) for row, words in enumerate(documents) for word in sorted(words) if word in column]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    matrix = sparse.csr_matrix((idf[columns], (rows, columns)), shape=(len(documents), len(chosen)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    _, sizes, axis = svds(sparse.diags(1 / np.maximum(lengths, 1e-9)) @ matrix, k=axes + 1, random_state=0)
    order = np.argsort(-sizes)[1:]  # the first axis only says how common a word is
    raw = (axis[order] * np.sqrt(sizes[order])[:, None]).T * idf[:, None]
    raw *= np.where(raw[np.argmax(np.abs(raw), axis=0), np.arange(axes)] < 0, -1, 1)
    scaled = raw / np.percentile(np.abs(raw), 99.9) * 127
    rounded: I8 = np.clip(np.round(scaled), -127, 127).astype(np.int8)
    return rounded


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Labelled pairs: positions in the table, evidence, 1 = same question, and how much each pair counts."""

    left: I64
    right: I64
    evidence: F32
    same: F64
    weight: F64


def examples(table: Table, left: I64, right: I64, question: I64) -> Examples:
    """Candidate pairs with a labelled end plus every pair inside a question.

    `question` is the question number of every message, -1 = not labelled. All members of a labelled question are
    labelled, so a pair with one labelled end is certainly not one question. Pairs of large questions count less.
    """
    inside = [pair for rows in _members(question) for pair in combinations(rows, 2)]
    more = np.array(inside, dtype=np.int64).reshape(-1, 2)
    code = np.unique(np.concatenate((left * len(table) + right, more[:, 0] * len(table) + more[:, 1])))
    a, b = code // len(table), code % len(table)
    labelled = (question[a] >= 0) | (question[b] >= 0)
    a, b = a[labelled], b[labelled]
    same = ((question[a] == question[b]) & (question[a] >= 0)).astype(np.float64)
    size = np.bincount(question[question >= 0], minlength=1)[np.maximum(question, 0)]
    both = (question[a] >= 0) & (question[b] >= 0)
    weight = np.where(same > 0, np.minimum(1.0, 4.0 / size[a]), 1.0) * np.where(both, 1.0, 0.7)
    return Examples(a, b, pair_features(table, a, b), same, weight)


def with_short_forms(data: Examples, real: Examples, short: Table, share: float = 0.4) -> Examples:
    """The examples plus the real pairs as they look in `short` (the same messages cut off early), at a lower weight.

    Teaches the trees what little text says, as the live panel sees it, and steadies the rest.
    """
    evidence = pair_features(short, real.left, real.right)
    return Examples(
        np.concatenate((data.left, real.left)), np.concatenate((data.right, real.right)),
        np.concatenate((data.evidence, evidence)), np.concatenate((data.same, real.same)),
        np.concatenate((data.weight, share * real.weight)),
    )  # fmt: skip


CALIBRATION = 0.6
"""Log-odds added to what the trees say: the made-up near misses and the down-weighted large questions make them too
cautious by this much (read off the held-out reliability table of bench/engine.py)."""
OTHER_NAME_WEIGHT = 0.5
"""How much a made-up near miss counts against a real pair."""


def with_other_names(data: Examples, messages: Sequence[Message], table: Table, seed: int = 0) -> Examples:
    """The examples plus made-up near misses: a pair of one question with the shared name of its object replaced, in
    one of the two, by another name of the same kind. The same complaint about another estate is another question.
    """
    random = np.random.default_rng(seed)
    pool = _title_names(table)
    rows: list[int] = []
    made: list[Features] = []
    for row in np.nonzero(data.same > 0)[0].tolist():
        a, b = int(data.left[row]), int(data.right[row])
        name = _shared_name(table.features[a], table.features[b])
        if name is None or random.random() > 2 * data.weight[row]:
            continue
        other = pool[name[1]][int(random.integers(len(pool[name[1]])))]
        new = features(_renamed(messages[b], name[0], other), table.model)
        if other not in clean(messages[a].title + messages[a].body) and _is_gone(name[0], new, table.model):
            rows.append(row)
            made.append(new)
    both = Table([*table.features, *made], table.model)
    evidence = pair_features(both, data.left[rows], len(table) + np.arange(len(rows)))
    return Examples(
        np.concatenate((data.left, data.left[rows])), np.concatenate((data.right, data.right[rows])),
        np.concatenate((data.evidence, evidence)), np.concatenate((data.same, np.zeros(len(rows)))),
        np.concatenate((data.weight, OTHER_NAME_WEIGHT * data.weight[rows])),
    )  # fmt: skip


def _title_names(table: Table) -> dict[int, list[str]]:
    """Names that stand in titles, by kind."""
    pool: dict[int, set[str]] = {}
    for one in table.features:
        for name, kind, flag in zip(one.names, one.name_kinds.tolist(), one.name_flags.tolist(), strict=True):
            if flag & IN_TITLE:
                pool.setdefault(kind, set()).add(name)
    return {kind: sorted(names) for kind, names in pool.items()}


def _shared_name(a: Features, b: Features) -> tuple[str, int] | None:
    """The longest name in both titles, with its kind."""
    mine = {n: k for n, k, f in zip(a.names, a.name_kinds.tolist(), a.name_flags.tolist(), strict=True) if f & IN_TITLE}
    other = {n for n, f in zip(b.names, b.name_flags.tolist(), strict=True) if f & IN_TITLE}
    shared = sorted(other & mine.keys(), key=lambda n: (-len(n), n))
    return (shared[0], mine[shared[0]]) if shared and len(shared[0]) > 2 else None


def _is_gone(name: str, message: Features, model: Model) -> bool:
    """Whether nothing particular of a name is left in a message (the name may have been cut wrongly)."""
    own = grams(codes([name]), 2)
    particular = own[~model.is_generic(own)]
    return len(particular) > 0 and not np.isin(particular, message.text_pairs).any()


def _renamed(message: Message, old: str, new: str) -> Message:
    """The message with a name exchanged, also where it stands without its last two letters."""
    title, body = clean(message.title).replace(old, new), clean(message.body).replace(old, new)
    short = old[:-2]
    if len(short) > 2:
        title, body = title.replace(short, new[:-2] or new), body.replace(short, new[:-2] or new)
    return replace(message, id=f"{message.id}*", title=title, body=body)


def _members(question: I64) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for at, number in enumerate(question.tolist()):
        if number >= 0:
            found.setdefault(number, []).append(at)
    return list(found.values())


def train(data: Examples, chosen: NDArray[np.bool_] | None = None) -> Trees:
    """Trees from the examples (or the chosen ones)."""
    rows = np.ones(len(data.same), dtype=bool) if chosen is None else chosen
    dataset = lightgbm.Dataset(
        data.evidence[rows], data.same[rows], weight=data.weight[rows], params={"verbose": -1}, free_raw_data=False
    )
    texts = [lightgbm.train({**_PARAMETERS, "seed": seed}, dataset, _ROUNDS).model_to_string() for seed in _SEEDS]
    forest = average([from_lightgbm(text, GROUP_OF, len(EVIDENCE)) for text in texts])
    return replace(forest, bias=forest.bias + CALIBRATION)


def folds(question: I64, count: int = 5, seed: int = 0) -> I64:
    """A fold for every labelled message, whole questions together and sizes spread evenly; -1 = not labelled."""
    numbers, sizes = np.unique(question[question >= 0], return_counts=True)
    random = np.random.default_rng(seed)
    order = np.lexsort((random.random(len(numbers)), -sizes))
    fold = np.zeros(int(question.max(initial=0)) + 1, dtype=np.int64)
    for low in range(0, len(order), count):
        part = order[low : low + count]
        fold[numbers[part]] = random.permutation(count)[: len(part)]
    return np.where(question >= 0, fold[np.maximum(question, 0)], -1)


class HeldOut:
    """Scores every pair with trees that saw neither of the two questions: one set of trees per pair of folds."""

    def __init__(self, table: Table, data: Examples, fold: I64, count: int = 5) -> None:
        self.table, self.fold, self.count = table, fold, count
        self.trees: dict[tuple[int, int], Trees] = {}
        one, other = fold[data.left], fold[data.right]
        for a, b in combinations(range(count), 2):
            self.trees[a, b] = train(data, ~np.isin(one, (a, b)) & ~np.isin(other, (a, b)))

    def __call__(self, left: I64, right: I64) -> F64:
        """Log-odds; a pair inside one fold (or with an unlabelled end) is scored by any trees without that fold."""
        a, b = self.fold[left], self.fold[right]
        a, b = np.where(a < 0, np.maximum(b, 0), a), np.where(b < 0, np.maximum(a, 0), b)
        b = np.where(a == b, (a + 1) % self.count, b)
        low, high = np.minimum(a, b), np.maximum(a, b)
        evidence = pair_features(self.table, left, right)
        out = np.zeros(len(left))
        for (x, y), trees in self.trees.items():
            rows = np.nonzero((low == x) & (high == y))[0]
            if len(rows):
                out[rows] = trees.score(evidence[rows])
        return out


LISTED = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Probabilities for which a model says how precise proposing from there on was."""


def thresholds(weights: F64, same: NDArray[np.bool_]) -> tuple[Threshold, ...]:
    """Precision and recall of proposing from each of `LISTED` on, given held-out log-odds of pairs and the truth.

    A threshold that nothing reaches is left out.
    """
    chance = probability(weights)
    rows = []
    for at in LISTED:
        proposed = chance >= at
        hits, count = int((proposed & same).sum()), int(proposed.sum())
        if hits:
            rows.append(Threshold(at, round(hits / count, 4), round(hits / int(same.sum()), 4), count))
    return tuple(rows)
