"""Learning: general words from any texts, and the weights of the evidence from labelled questions.

Used by `bench/engine_train.py` for the model that ships and by a district for its own people's decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import lightgbm
import numpy as np
import rjieba
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from samequestion.chars import codes, grams
from samequestion.counts import empty_counts, slots
from samequestion.features import text_id
from samequestion.lexicon import STOP_WORDS
from samequestion.normalize import canonical, clauses, clean
from samequestion.records import F32, F64, I8, I64, U32
from samequestion.similarity import EVIDENCE, GROUP_OF, Table, pair_features
from samequestion.trees import Trees, from_lightgbm

_NAME_TAGS = frozenset(["nr", "ns", "nt", "nz", "nrt", "nrfg", "eng", "m", "x", "mq", "t"])
_PARAMETERS = {
    "objective": "binary", "num_leaves": 12, "learning_rate": 0.05, "min_data_in_leaf": 20, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 127, "use_missing": False,
    "seed": 1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
_ROUNDS = 130


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """General words learned from texts: counts, meanings and the character pairs inside them. No names."""

    background: U32
    ids: U32
    vectors: I8
    pairs: U32
    chosen: tuple[str, ...]


def learn_words(texts: Sequence[str], bags: Sequence[str], bits: int, axes: int = 48, least: int = 20) -> Words:
    """Which words are general, how common they are, and which mean alike (latent semantic analysis).

    `texts` are raw messages, `bags` messages already cut into words and parted by spaces. A word is general when at
    least `least` of them use it and the tagger does not take it for a name, number or foreign word.
    """
    tagged = [rjieba.tag(canonical(clean(text))) for text in texts]
    as_name = Counter(word for tokens in tagged for word, tag in tokens if tag in _NAME_TAGS)
    total = Counter(word for tokens in tagged for word, _ in tokens)
    documents = [{word for word, _ in tokens} for tokens in tagged] + [set(clean(bag).split()) for bag in bags]
    used = Counter(word for words in documents for word in words)
    chosen = sorted(
        word for word, count in used.items()
        if least <= count < 0.2 * len(documents) and len(word) > 1 and word not in STOP_WORDS
        and as_name[word] < 0.3 * max(total[word], 1) and not any(letter.isascii() for letter in word)
    )  # fmt: skip
    ids = np.array([text_id(word) for word in chosen], dtype=np.uint32)
    order = np.argsort(ids)
    pairs = np.unique(grams(codes(chosen), 2))
    vectors = _meanings(documents, chosen, used, axes)
    return Words(_background(texts, documents, ids, chosen, pairs, bits), ids[order], vectors[order], pairs, tuple(chosen))


def _background(texts: Sequence[str], documents: Sequence[set[str]], ids: U32, chosen: list[str], pairs: U32, bits: int) -> U32:
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
    return np.clip(np.round(scaled), -127, 127).astype(np.int8)


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


def _members(question: I64) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for at, number in enumerate(question.tolist()):
        if number >= 0:
            found.setdefault(number, []).append(at)
    return list(found.values())


def train(data: Examples, chosen: NDArray[np.bool_] | None = None) -> Trees:
    """Trees from the examples (or the chosen ones)."""
    rows = np.ones(len(data.same), dtype=bool) if chosen is None else chosen
    dataset = lightgbm.Dataset(data.evidence[rows], data.same[rows], weight=data.weight[rows], params={"verbose": -1})
    booster = lightgbm.train(dict(_PARAMETERS), dataset, _ROUNDS)
    return from_lightgbm(booster.model_to_string(), GROUP_OF, len(EVIDENCE))


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
