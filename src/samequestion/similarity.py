"""The evidence of a pair as numbers: one row of `COLUMNS` per pair, the same whichever message comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from samequestion.chars import codes, mixed_grams
from samequestion.lexicon import ESTATE, FIRM, PUBLIC, ROAD, SCHOOL, TRANSIT, VILLAGE
from samequestion.model import Model
from samequestion.records import F32, I8, I64, IN_TITLE, U8, U32, Features

NAMES, TITLE, TEXT, TOPIC, AREA, NUMBERS, COPY, TIME, ASKER, LENGTH = range(10)
EVIDENCE = ("对象", "标题", "正文", "问题", "区域", "编号", "抄送", "时间", "同一人", "篇幅")

COLUMNS: tuple[tuple[str, int], ...] = (
    ("title_words_cosine", TITLE), ("title_chars_cosine", TITLE), ("title_pairs_cosine", TITLE),
    ("title_triples_cosine", TITLE), ("title_shared_rarity", TITLE), ("title_rarest_shared", TITLE),
    ("title_run", TITLE), ("title_run_in_text", TITLE),
    ("title_inside_low", TITLE), ("title_inside_high", TITLE),
    ("title_missing_low", TITLE), ("title_missing_high", TITLE),
    ("title_rare_missing_low", TITLE), ("title_rare_missing_high", TITLE),
    ("sense_title", TOPIC), ("sense_text", TOPIC), ("sense_cross_low", TOPIC), ("sense_cross_high", TOPIC),
    ("object_inside_low", NAMES), ("object_inside_high", NAMES), ("object_missing_low", NAMES),
    ("object_missing_high", NAMES), ("object_shared_low", NAMES), ("object_shared_high", NAMES),
    ("object_run", NAMES), ("object_title_cosine", NAMES), ("object_words_shared", NAMES), ("object_word_best", NAMES),
    ("object_words_title", NAMES),
    ("problem_title_cosine", TOPIC), ("problem_inside_low", TOPIC), ("problem_inside_high", TOPIC),
    ("problem_cosine", TOPIC), ("problem_alike_low", TOPIC), ("problem_alike_high", TOPIC),
    ("words_cosine", TEXT), ("words_shared_rarity", TEXT), ("word_rarest", TEXT), ("word_second", TEXT),
    ("word_third", TEXT), ("words_shared_very_rare", TEXT), ("words_inside_low", TEXT), ("words_inside_high", TEXT),
    ("title_word_in_text_rarest", TEXT), ("pairs_cosine", TEXT), ("pairs_jaccard", TEXT), ("pairs_inside", TEXT),
    ("copy_share", COPY),
    ("names_shared_rarity", NAMES), ("names_rarest_shared", NAMES), ("title_names_shared_rarity", NAMES),
    ("title_names_any_rarity", NAMES), ("names_missing_low", NAMES), ("names_missing_high", NAMES),
    ("estate_agree", NAMES), ("road_agree", NAMES), ("school_agree", NAMES), ("firm_agree", NAMES),
    ("village_agree", NAMES), ("transit_agree", NAMES), ("public_agree", NAMES),
    ("topics_title_jaccard", TOPIC), ("topics_title_shared", TOPIC), ("topics_jaccard", TOPIC),
    ("topics_title_in_text", TOPIC), ("topics_shared_rarity", TOPIC),
    ("areas_agree", AREA), ("place_agree", AREA),
    ("title_numbers_agree", NUMBERS), ("numbers_shared", NUMBERS), ("years_agree", NUMBERS),
    ("days_apart", TIME), ("same_asker", ASKER),
    ("title_length_low", LENGTH), ("body_length_low", LENGTH), ("body_length_high", LENGTH),
)  # fmt: skip
"""(name, evidence group) of every column, in order."""

GROUP_OF: I64 = np.array([group for _, group in COLUMNS], dtype=np.int64)
_AT = {name: i for i, (name, _) in enumerate(COLUMNS)}
_KINDS = (("estate", ESTATE), ("road", ROAD), ("school", SCHOOL), ("firm", FIRM), ("village", VILLAGE),
          ("transit", TRANSIT), ("public", PUBLIC))  # fmt: skip

_Matrix: TypeAlias = sparse.csr_matrix


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """One kind of id over all messages: a sparse 0/1 pattern plus one value and one flag (or position) per stored id."""

    pattern: _Matrix
    ids: U32
    rarity: F32
    flags: NDArray[np.integer]

    def found(self, left: I64, right: I64, other: _Matrix | None = None) -> tuple[I64, I64]:
        """(pair, position in the left message) of every id that both have.

        With `other` the right side is looked up there (same columns).
        """
        a, b = self.pattern[left], _ones((self.pattern if other is None else other)[right])
        return _hits(a.multiply(b).tocsr())

    def hits(self, left: I64, right: I64) -> tuple[I64, I64, I64]:
        """(pair, position in the left message, position in the right) of every id that both have."""
        a, b = self.pattern[left], self.pattern[right]
        pair, at_left = _hits(a.multiply(_ones(b)).tocsr())
        return pair, at_left, _hits(_ones(a).multiply(b).tocsr())[1]


def _ones(matrix: _Matrix) -> _Matrix:
    """The same pattern with 1 everywhere; shares the index arrays."""
    return sparse.csr_matrix((np.ones(len(matrix.data)), matrix.indices, matrix.indptr), shape=matrix.shape)


def _hits(product: _Matrix) -> tuple[I64, I64]:
    pair = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    return pair, product.data.astype(np.int64) - 1


def _pattern(columns: NDArray[np.int64], sizes: I64, width: int) -> _Matrix:
    """CSR whose data are the running positions + 1, so that a product tells where a hit came from."""
    indptr = np.concatenate(([0], np.cumsum(sizes)))
    data = np.arange(1, len(columns) + 1, dtype=np.float64)
    return sparse.csr_matrix((data, columns, indptr), shape=(len(sizes), max(width, 1)))


def _field(arrays: Sequence[U32], flags: Sequence[U8] | None, model: Model) -> _Field:
    ids = np.concatenate([np.empty(0, np.uint32), *arrays])
    sizes = np.array([len(a) for a in arrays], dtype=np.int64)
    vocabulary, columns = np.unique(ids, return_inverse=True)
    rarity = model.rarity(vocabulary)[columns] if len(ids) else np.empty(0, np.float32)
    flag = np.zeros(len(ids), np.uint8) if flags is None else np.concatenate([np.empty(0, np.uint8), *flags])
    return _Field(_pattern(columns.astype(np.int64), sizes, len(vocabulary)), ids, rarity, flag)


def _title_fields(titles: Sequence[str], model: Model) -> tuple[_Field, _Field, _Field]:
    """Single characters, pairs and triples of all titles. A triple is as rare as its two pairs on average."""
    text = codes([title.replace(" ", "\0") for title in titles])
    row = np.repeat(np.arange(len(titles)), [len(title) + 1 for title in titles])[: len(text)]
    pair_rarity = np.zeros(len(text) + 1, dtype=np.float32)
    fields = []
    for size in (1, 2, 3):
        ids, whole = mixed_grams(text, size)
        at = np.nonzero(whole)[0]
        rarity = model.rarity(ids) if size < 3 else np.asarray((pair_rarity[at] + pair_rarity[at + 1]) / 2, np.float32)
        if size == 2:
            pair_rarity[at] = rarity
        _, first = np.unique(row[at].astype(np.uint64) << np.uint64(32) | ids, return_index=True)
        sizes = np.bincount(row[at[first]], minlength=len(titles))
        vocabulary, columns = np.unique(ids[first], return_inverse=True)
        pattern = _pattern(columns.astype(np.int64), sizes, len(vocabulary))
        fields.append(_Field(pattern, ids[first], rarity[first], at[first]))
    return fields[0], fields[1], fields[2]


def _within(inner: _Field, outer: _Field) -> _Field:
    """The inner field on the outer field's columns, so that `hits` can look its ids up there."""
    vocabulary = np.unique(outer.ids)
    if not len(vocabulary):
        return inner
    at = np.minimum(np.searchsorted(vocabulary, inner.ids), len(vocabulary) - 1)
    known = vocabulary[at] == inner.ids
    row = np.repeat(np.arange(inner.pattern.shape[0]), np.diff(inner.pattern.indptr))
    pattern = _pattern(at[known], np.bincount(row[known], minlength=inner.pattern.shape[0]), len(vocabulary))
    pattern.data = np.nonzero(known)[0] + 1.0
    return _Field(pattern, inner.ids, inner.rarity, inner.flags)


def _row_sums(values: NDArray[np.floating], pattern: _Matrix) -> F32:
    """Sum of one value per stored id, by message."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    out: F32 = (sums[pattern.indptr[1:]] - sums[pattern.indptr[:-1]]).astype(np.float32)
    return out


MEANINGS = 10
"""Generic title words whose meanings are compared one by one."""


class Table:
    """Features of many messages laid side by side, ready to be compared in bulk."""

    def __init__(self, features: Sequence[Features], model: Model) -> None:
        self.features = features
        self.model = model
        self.words = _field([f.word_ids for f in features], [f.word_flags for f in features], model)
        self.chars, self.pairs, self.triples = _title_fields([f.title for f in features], model)
        self.specific = ~model.is_generic(self.pairs.ids)
        self.generic_word, self.word_vectors = model.vectors(self.words.ids)
        self.title_meanings = self._meanings()
        self.names = _field([f.name_ids for f in features], [f.name_flags for f in features], model)
        self.name_kinds = np.concatenate([f.name_kinds for f in features]) if features else np.empty(0, np.uint8)
        self.text = _field([f.text_pairs for f in features], None, model)
        self.title_in_text = _within(self.pairs, self.text)
        self.title_sense = _stack([f.title_sense for f in features])
        self.text_sense = _stack([f.text_sense for f in features])
        self.numbers = _field([f.numbers for f in features], None, model)
        self.areas = _field([f.areas for f in features], None, model)
        self.sketch = _field([f.sketch for f in features], None, model)
        self.title_topics = self._bits([f.title_topics for f in features])
        self.topics = self._bits([f.topics for f in features])
        self.minute = np.array([f.minute for f in features], dtype=np.int64)
        self.asker = np.array([f.asker for f in features], dtype=np.uint64)
        self.place = np.array([f.place for f in features], dtype=np.int64)
        self.lengths = np.array([(f.title_length, f.body_length) for f in features], dtype=np.float32).reshape(-1, 2)

    def __len__(self) -> int:
        return len(self.features)

    def _meanings(self) -> tuple[F32, F32]:
        """Vectors of the generic title words, (messages, MEANINGS, axes), zero-padded, and their weights."""
        chosen = self.generic_word & ((self.words.flags & IN_TITLE) > 0)
        row = np.repeat(np.arange(len(self)), np.diff(self.words.pattern.indptr))[chosen]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        kept = place < MEANINGS
        vectors = np.zeros((len(self), MEANINGS, self.word_vectors.shape[1]), dtype=np.float32)
        weights = np.zeros((len(self), MEANINGS), dtype=np.float32)
        inside = chosen[self.generic_word]
        vectors[row[kept], place[kept]] = self.word_vectors[inside][kept]
        weights[row[kept], place[kept]] = self.words.rarity[chosen][kept]
        return vectors, weights

    @staticmethod
    def _bits(rows: Sequence[U8]) -> NDArray[np.bool_]:
        out = np.zeros((len(rows), 128), dtype=bool)
        for at, row in enumerate(rows):
            out[at, row] = True
        return out


def _stack(rows: Sequence[I8]) -> F32:
    """Sense vectors as rows of length 1 (or 0 when nothing is known)."""
    made = np.stack(rows).astype(np.float32) if rows else np.empty((0, 1), np.float32)
    out: F32 = (made / np.maximum(np.sqrt((made**2).sum(axis=1, keepdims=True)), 1e-6)).astype(np.float32)
    return out


_CHUNK = 8192


def pair_features(table: Table, left: I64, right: I64) -> F32:
    """Evidence of the pairs (left[k], right[k]), shape (pairs, len(COLUMNS)). Symmetric in left and right."""
    out = np.zeros((len(left), len(COLUMNS)), dtype=np.float32)
    for low in range(0, len(left), _CHUNK):
        part = slice(low, low + _CHUNK)
        _Rows(table, left[part], right[part], out[part]).fill()
    return out


def word_overlap(table: Table, left: I64, right: I64) -> F32:
    """Cosine of the rarity-weighted words of each pair (the column `words_cosine` alone)."""
    out = np.zeros((len(left), len(COLUMNS)), dtype=np.float32)
    for low in range(0, len(left), _CHUNK):
        part = slice(low, low + _CHUNK)
        _Rows(table, left[part], right[part], out[part]).words()
    column: F32 = out[:, _AT["words_cosine"]].copy()
    return column


def _ratio(top: F32, bottom: F32) -> F32:
    return (top / np.maximum(bottom, 1e-6)).astype(np.float32)


class _Rows:
    """Fills one chunk of rows; each method fills the columns of one kind of evidence."""

    def __init__(self, table: Table, left: I64, right: I64, out: F32) -> None:
        self.table, self.left, self.right, self.out, self.n = table, left, right, out, len(left)

    def put(self, name: str, values: NDArray[np.generic]) -> None:
        self.out[:, _AT[name]] = values

    def put_both(self, name: str, one: F32, other: F32) -> None:
        """The smaller and the larger of two one-sided figures, so that order does not matter."""
        self.put(name + "_low", np.minimum(one, other))
        self.put(name + "_high", np.maximum(one, other))

    def total(self, pair: I64, values: NDArray[np.generic]) -> F32:
        return np.bincount(pair, weights=values, minlength=self.n).astype(np.float32)

    def largest(self, pair: I64, values: F32, count: int) -> list[F32]:
        """The `count` largest values of every pair (0 where there are fewer)."""
        order = np.lexsort((-values, pair))
        p, v = pair[order], values[order]
        rank = np.arange(len(p)) - np.searchsorted(p, p)
        out = []
        for k in range(count):
            column = np.zeros(self.n, dtype=np.float32)
            column[p[rank == k]] = v[rank == k]
            out.append(column)
        return out

    def fill(self) -> None:
        self.words()
        self.title_grams()
        self.title_inside()
        self.object()
        self.problem()
        self.text_grams()
        self.sense()
        self.names()
        self.topics()
        self.small_sets()
        self.meta()

    def words(self) -> None:
        t = self.table.words
        self.shared_words = pair, i, j = t.hits(self.left, self.right)
        square = t.rarity**2
        title = (t.flags & IN_TITLE) > 0
        boost = square * np.where(title, 2.0, 1.0).astype(np.float32)
        norm, title_norm = _row_sums(boost * boost, t.pattern), _row_sums(square * title, t.pattern)
        rare = t.rarity[i]
        both = title[i] & title[j]
        dot = self.total(pair, boost[i] * boost[j])
        self.put("words_cosine", _ratio(dot, np.sqrt(norm[self.left] * norm[self.right])))
        title_dot = self.total(pair[both], square[i[both]])
        self.put("title_words_cosine", _ratio(title_dot, np.sqrt(title_norm[self.left] * title_norm[self.right])))
        shared = self.total(pair, square[i])
        self.put("words_shared_rarity", shared)
        self.put("words_shared_very_rare", self.total(pair, rare > 0.6))
        for name, column in zip(("word_rarest", "word_second", "word_third"), self.largest(pair, rare, 3), strict=True):
            self.put(name, column)
        either = title[i] | title[j]
        self.put("title_word_in_text_rarest", self.largest(pair[either], rare[either], 1)[0])
        mass = _row_sums(square, t.pattern)
        self.put_both("words_inside", _ratio(shared, mass[self.left]), _ratio(shared, mass[self.right]))

    def title_grams(self) -> None:
        t = self.table
        for name, field in (("chars", t.chars), ("pairs", t.pairs), ("triples", t.triples)):
            square = field.rarity**2
            pair, i = field.found(self.left, self.right)
            norm = _row_sums(square, field.pattern)
            shared = self.total(pair, square[i])
            self.put(f"title_{name}_cosine", _ratio(shared, np.sqrt(norm[self.left] * norm[self.right])))
            if name == "pairs":
                self.put("title_shared_rarity", shared)
                self.put("title_rarest_shared", self.largest(pair, field.rarity[i], 1)[0])
                self.put("title_run", self.longest_run(pair, i))

    def longest_run(self, pair: I64, i: I64) -> F32:
        """Rarity of the rarest unbroken stretch of the left title among the given hits (positions in it)."""
        place, rarity = self.table.pairs.flags[i], self.table.pairs.rarity[i] ** 2
        order = np.lexsort((place, pair))
        p, at = pair[order], place[order]
        fresh = np.ones(len(p), dtype=bool)
        fresh[1:] = (p[1:] != p[:-1]) | (at[1:] != at[:-1] + 1)
        run = np.cumsum(fresh) - 1
        sums = np.bincount(run, weights=rarity[order]) if len(run) else np.empty(0)
        return self.largest(p[fresh], sums.astype(np.float32), 1)[0]

    def title_inside(self) -> None:
        """How much of each title is found anywhere in the other message."""
        t = self.table.pairs
        square = t.rarity**2
        rare = np.where(t.rarity > 0.6, square, 0)
        mass, rare_mass = _row_sums(square, t.pattern), _row_sums(rare, t.pattern)
        sides = []
        for one, other in ((self.left, self.right), (self.right, self.left)):
            pair, i = self.table.title_in_text.found(one, other, self.table.text.pattern)
            found, rare_found = self.total(pair, square[i]), self.total(pair, rare[i])
            sides.append((_ratio(found, mass[one]), mass[one] - found, rare_mass[one] - rare_found,
                          self.longest_run(pair, i)))  # fmt: skip
        (a, a_missing, a_rare, a_run), (b, b_missing, b_rare, b_run) = sides
        self.put_both("title_inside", a, b)
        self.put_both("title_missing", a_missing, b_missing)
        self.put_both("title_rare_missing", a_rare, b_rare)
        self.put("title_run_in_text", np.maximum(a_run, b_run))

    def object(self) -> None:
        """What is particular in the titles (names, places), found in the other message or missing there."""
        t = self.table.pairs
        square = t.rarity**2 * self.table.specific
        mass = _row_sums(square, t.pattern)
        sides, runs = [], []
        for one, other in ((self.left, self.right), (self.right, self.left)):
            pair, i = self.table.title_in_text.found(one, other, self.table.text.pattern)
            own = self.table.specific[i]
            found = self.total(pair[own], square[i[own]])
            sides.append((_ratio(found, mass[one]), mass[one] - found, found))
            runs.append(self.longest_run(pair[own], i[own]))
        (a, a_missing, a_found), (b, b_missing, b_found) = sides
        self.put_both("object_inside", a, b)
        self.put_both("object_missing", a_missing, b_missing)
        self.put_both("object_shared", a_found, b_found)
        self.put("object_run", np.maximum(*runs))
        pair, i = t.found(self.left, self.right)
        self.put(
            "object_title_cosine", _ratio(self.total(pair, square[i]), np.sqrt(mass[self.left] * mass[self.right]))
        )

    def problem(self) -> None:
        """The generic title words: the same ones, the same in the other's text, or words of like meaning."""
        t, vectors, weights = self.table.words, *self.table.title_meanings
        pair, i, j = self.shared_words
        generic, title = self.table.generic_word, (t.flags & IN_TITLE) > 0
        rare = np.where(generic, 0, t.rarity**2)[i]
        self.put("object_words_shared", self.total(pair, rare))
        self.put("object_word_best", self.largest(pair, np.where(generic[i], 0, t.rarity[i]).astype(np.float32), 1)[0])
        self.put("object_words_title", self.total(pair, rare * (title[i] | title[j])))
        square = t.rarity**2 * generic
        mass, whole = _row_sums(square * title, t.pattern), _row_sums(square, t.pattern)
        both = title[i] & title[j]
        shared = self.total(pair[both], square[i[both]])
        self.put("problem_title_cosine", _ratio(shared, np.sqrt(mass[self.left] * mass[self.right])))
        self.put("problem_cosine", _ratio(self.total(pair, square[i]), np.sqrt(whole[self.left] * whole[self.right])))
        self.put_both("problem_inside", _ratio(self.total(pair[title[i]], square[i[title[i]]]), mass[self.left]),
                      _ratio(self.total(pair[title[j]], square[j[title[j]]]), mass[self.right]))  # fmt: skip
        alike = np.einsum("pik,pjk->pij", vectors[self.left], vectors[self.right], optimize=True)
        a, b = weights[self.left], weights[self.right]
        self.put_both("problem_alike", _ratio((alike.max(axis=2) * a).sum(axis=1), a.sum(axis=1)),
                      _ratio((alike.max(axis=1) * b).sum(axis=1), b.sum(axis=1)))  # fmt: skip

    def text_grams(self) -> None:
        t = self.table.text
        size, norm = np.diff(t.pattern.indptr).astype(np.float32), _row_sums(t.rarity**2, t.pattern)
        weighed = t.pattern.copy()
        weighed.data = t.rarity[t.pattern.data.astype(np.int64) - 1].astype(np.float64) + 1e-9
        product = weighed[self.left].multiply(weighed[self.right]).tocsr()
        dot = np.asarray(product.sum(axis=1)).ravel().astype(np.float32)
        shared = np.diff(product.indptr).astype(np.float32)
        self.put("pairs_cosine", _ratio(dot, np.sqrt(norm[self.left] * norm[self.right])))
        low, total = np.minimum(size[self.left], size[self.right]), size[self.left] + size[self.right]
        self.put("pairs_jaccard", _ratio(shared, total - shared))
        self.put("pairs_inside", _ratio(shared, low))
        pair, _ = self.table.sketch.found(self.left, self.right)
        kept = np.diff(self.table.sketch.pattern.indptr).astype(np.float32)
        self.put("copy_share", _ratio(self.total(pair, np.ones(len(pair))),
                                      np.minimum(kept[self.left], kept[self.right])))  # fmt: skip

    def sense(self) -> None:
        title, text = self.table.title_sense, self.table.text_sense
        self.put("sense_title", (title[self.left] * title[self.right]).sum(axis=1))
        self.put("sense_text", (text[self.left] * text[self.right]).sum(axis=1))
        self.put_both("sense_cross", (title[self.left] * text[self.right]).sum(axis=1),
                      (text[self.left] * title[self.right]).sum(axis=1))  # fmt: skip

    def names(self) -> None:
        t, kinds = self.table.names, self.table.name_kinds
        pair, i, j = t.hits(self.left, self.right)
        title = (t.flags & IN_TITLE) > 0
        rare = t.rarity[i]
        self.put("names_shared_rarity", self.total(pair, rare**2))
        self.put("names_rarest_shared", self.largest(pair, rare, 1)[0])
        both, either = title[i] & title[j], title[i] | title[j]
        self.put("title_names_shared_rarity", self.total(pair[both], rare[both] ** 2))
        self.put("title_names_any_rarity", self.total(pair[either], rare[either] ** 2))
        square = t.rarity**2 * title
        mass = _row_sums(square, t.pattern)
        a, b = self.total(pair, square[i]), self.total(pair, square[j])
        self.put_both("names_missing", mass[self.left] - a, mass[self.right] - b)
        for name, kind in _KINDS:
            mine = _row_sums((kinds == kind) & title, t.pattern) > 0
            hit = self.total(pair, (kinds[i] == kind) & (rare > 0.3)) > 0
            clash = mine[self.left] & mine[self.right]
            self.put(f"{name}_agree", np.where(hit, 1, np.where(clash, -1, 0)))

    def topics(self) -> None:
        t = self.table
        a, b = t.title_topics[self.left], t.title_topics[self.right]
        whole_a, whole_b = t.topics[self.left], t.topics[self.right]
        share = 1.0 - t.topics.mean(axis=0) if len(t.topics) > 500 else np.ones(t.topics.shape[1])
        shared, either = (a & b).sum(axis=1), (a | b).sum(axis=1)
        self.put("topics_title_shared", shared)
        self.put("topics_title_jaccard", np.where(either > 0, shared / np.maximum(either, 1), -0.1))
        shared, either = (whole_a & whole_b).sum(axis=1), (whole_a | whole_b).sum(axis=1)
        self.put("topics_jaccard", shared / np.maximum(either, 1))
        self.put("topics_shared_rarity", ((whole_a & whole_b) * share).sum(axis=1))
        inside = (a & whole_b).sum(axis=1) + (b & whole_a).sum(axis=1)
        asked = a.sum(axis=1) + b.sum(axis=1)
        self.put("topics_title_in_text", np.where(asked > 0, inside / np.maximum(asked, 1), -0.1))

    def small_sets(self) -> None:
        t = self.table
        pair, at = t.areas.found(self.left, self.right)
        level_a = [_row_sums((t.areas.ids & 3) == k, t.areas.pattern) > 0 for k in (1, 2)]
        same = self.total(pair, (t.areas.ids[at] & 3) > 0) > 0
        low_a, low_b = (level_a[0] | level_a[1])[self.left], (level_a[0] | level_a[1])[self.right]
        self.put("areas_agree", np.where(same, 1, np.where(low_a & low_b, -1, 0)))
        known = (t.place[self.left] > 0) & (t.place[self.right] > 0)
        self.put("place_agree", np.where(known, np.where(t.place[self.left] == t.place[self.right], 1, -1), 0))
        self.numbered()

    def numbered(self) -> None:
        """Phases, buildings, lines and years: agreement +1, contradiction -1 (both name one, none in common)."""
        t = self.table.numbers
        pair, i = t.found(self.left, self.right)
        title, unit = (t.ids >> 24) == IN_TITLE, (t.ids >> 16) & 0xFF
        years = unit == 5
        for name, kind in (("title_numbers_agree", title & ~years), ("years_agree", title & years)):
            mine = _row_sums(kind, t.pattern) > 0
            hit = self.total(pair, kind[i]) > 0
            self.put(name, np.where(hit, 1, np.where(mine[self.left] & mine[self.right], -1, 0)))
        self.put("numbers_shared", self.total(pair, ~years[i]))

    def meta(self) -> None:
        t = self.table
        gap = np.abs(t.minute[self.left] - t.minute[self.right]) / 1440.0
        known = (t.minute[self.left] > 0) & (t.minute[self.right] > 0)
        self.put("days_apart", np.where(known, np.log1p(gap), -1.0))
        asker = (t.asker[self.left] == t.asker[self.right]) & (t.asker[self.left] > 0)
        self.put("same_asker", asker)
        log = np.log1p(t.lengths)
        self.put("title_length_low", np.minimum(log[self.left, 0], log[self.right, 0]))
        self.put("body_length_low", np.minimum(log[self.left, 1], log[self.right, 1]))
        self.put("body_length_high", np.maximum(log[self.left, 1], log[self.right, 1]))
