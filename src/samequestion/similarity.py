"""The evidence of a pair as numbers: one row of `COLUMNS` per pair, the same whichever message comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samequestion import plain
from samequestion.batch import TOPIC_WORDS, Batch, topic_flags
from samequestion.chars import grams_at
from samequestion.kernels import RARE, Kernels, TitleGrams
from samequestion.layout import GENERIC, Layout
from samequestion.lexicon import ESTATE, FIRM, PUBLIC, ROAD, SCHOOL, TRANSIT, VILLAGE
from samequestion.model import Model
from samequestion.parts import in_parts
from samequestion.ragged import Ragged
from samequestion.records import F32, I64, IN_TITLE, U8, Features

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


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """One kind of id over all messages, with one rarity and one flag per stored id."""

    ids: Ragged
    rarity: F32
    flags: U8


class Table:
    """Features of many messages laid side by side under one model's frequencies, ready to be compared in bulk.

    `kernels` are the inner loops: `plain` (numpy) or `compiled` (machine code, for batches, by `workers` threads).
    """

    def __init__(
        self, features: Sequence[Features] | Batch | Layout, model: Model, kernels: Kernels = plain, workers: int = 1
    ) -> None:
        self.layout = features if isinstance(features, Layout) else Layout.of(features, model, workers)
        self.batch = batch = self.layout.batch
        self.features: Sequence[Features] = () if isinstance(features, Batch | Layout) else features
        self.model, self.kernels, self.workers = model, kernels, workers
        self.words = _Field(batch.words, model.rarity(batch.words.values, workers), self.layout.word_kind)
        self.names = _Field(batch.names, model.rarity(batch.names.values, workers), batch.name_flags)
        self.text_rarity = model.rarity(batch.text.values, workers)
        self.char_rarity = model.rarity(self.layout.chars.ids.values, workers)
        self.triple_rarity = self._triple_rarity()
        pairs = self.layout.pairs
        pair_rarity = model.rarity(pairs.ids.values, workers)
        self.grams = TitleGrams(pairs.ids, pair_rarity, self.layout.specific, pairs.place, self.layout.in_order)
        self.meaning_weights = self._meaning_weights()
        self.topic_share = self._topic_share()
        self.mass = self._masses()

    def __len__(self) -> int:
        return len(self.batch)

    def _triple_rarity(self) -> F32:
        """A triple of characters is as rare as its two pairs on average."""
        title, triples = self.batch.title, self.layout.triples
        at = np.repeat(title.starts[:-1], triples.ids.sizes) + triples.place
        one, other = (self.model.rarity(grams_at(title.values, at + k, 2), self.workers) for k in (0, 1))
        return (one + other) / np.float32(2)

    def _meaning_weights(self) -> F32:
        """How rare the words of `Layout.meanings` are; 0 where there is none."""
        known = self.layout.meanings >= 0
        at = self.batch.words.starts[:-1, None] + self.layout.meant
        weights = np.zeros(known.shape, dtype=np.float32)
        weights[known] = self.words.rarity[at[known]]
        return weights

    def _masses(self) -> dict[str, F32]:
        """What each message has of every kind, once for all its pairs: squared rarities summed (unless said otherwise)."""
        words, names, pairs, layout = self.words, self.names, self.grams, self.layout
        title_word, generic = (words.flags & IN_TITLE) > 0, (words.flags & GENERIC) > 0
        in_title, years = _number_kinds(self.batch.numbers.values)
        return {
            "words": self._mass(words.ids, words.rarity),
            "words_boosted": boosted_mass(words.ids, words.rarity, words.flags, self.workers),
            "title_words": self._mass(words.ids, words.rarity, title_word),
            "problem": self._mass(words.ids, words.rarity, generic),
            "problem_title": self._mass(words.ids, words.rarity, generic & title_word),
            "title_chars": self._mass(layout.chars.ids, self.char_rarity),
            "title_pairs": self._mass(pairs.ids, pairs.rarity),
            "title_triples": self._mass(layout.triples.ids, self.triple_rarity),
            "title_rare": self._mass(pairs.ids, pairs.rarity, pairs.rarity > RARE),
            "object": self._mass(pairs.ids, pairs.rarity, pairs.specific),
            "text": self._mass(self.batch.text, self.text_rarity),
            "title_names": self._mass(names.ids, names.rarity, (names.flags & IN_TITLE) > 0),
            # These three are counts: districts and counties, numbered things of the title, years of the title.
            "areas": self.batch.areas.sums((self.batch.areas.values & 3) > 0),
            "title_numbers": self.batch.numbers.sums(in_title & ~years),
            "years": self.batch.numbers.sums(in_title & years),
        }

    def _mass(self, ids: Ragged, rarity: F32, kept: NDArray[np.bool_] | None = None) -> F32:
        """The squared rarities of each message's ids summed; only of those that are `kept`."""

        def squares(at: slice) -> F32:
            return rarity[at] ** 2 if kept is None else rarity[at] ** 2 * kept[at]

        return summed(ids, squares, self.workers)

    def _topic_share(self) -> F32:
        """How telling the topics of a bit set are together, by its bytes and their values: (bytes, 256). A topic counts
        1 less its share of the messages (1 while there are few messages)."""
        share = np.ones((8 * TOPIC_WORDS, 8))
        if len(self) > 500:
            speak = sum(
                topic_flags(self.batch.topics[low : low + TOGETHER]).sum(axis=0, dtype=np.int64)
                for low in range(0, len(self), TOGETHER)
            )
            share -= np.asarray(speak).reshape(share.shape) / len(self)
        return (share @ topic_flags(np.arange(256, dtype=np.uint8)).reshape(256, 8).T).astype(np.float32)


_ROWS_TOGETHER = 1 << 14
"""Messages that are summed together; bounds memory."""


def summed(ids: Ragged, worth: Callable[[slice], NDArray[np.generic]], workers: int = 1) -> F32:
    """worth(positions) summed for every message."""
    if len(ids) <= _ROWS_TOGETHER:
        return ids.sums(worth(slice(None)))
    out = np.empty(len(ids), dtype=np.float32)

    def work(low: int, high: int) -> None:
        out[low:high] = ids.part(low, high).sums(worth(slice(ids.starts[low], ids.starts[high])))

    in_parts(work, len(ids), _ROWS_TOGETHER, workers)
    return out


def boosted(rarity: F32, flags: U8) -> F32:
    """Squared rarities, twice as much for words of the title."""
    return rarity**2 * (1 + (flags & np.uint8(IN_TITLE))).astype(np.float32)


def boosted_mass(ids: Ragged, rarity: F32, flags: U8, workers: int = 1) -> F32:
    """The squares of `boosted` summed for every message."""
    return summed(ids, lambda at: boosted(rarity[at], flags[at]).astype(np.float64) ** 2, workers)


TOGETHER = 8192
"""Pairs that are looked at together: many for each call into numpy, few enough for a processor's cache."""


def pair_features(table: Table, left: I64, right: I64) -> F32:
    """Evidence of the pairs (left[k], right[k]), shape (pairs, len(COLUMNS)). Symmetric in left and right."""
    out = np.empty((len(left), len(COLUMNS)), dtype=np.float32)
    for low in range(0, len(left), TOGETHER):
        part = slice(low, low + TOGETHER)
        out[part] = evidence(table, left[part], right[part]).T
    return out


def evidence(table: Table, left: I64, right: I64) -> F32:
    """`pair_features` of one handful of pairs, column by column: shape (len(COLUMNS), pairs)."""
    rows = _Rows(table, left, right)
    rows.fill()
    return rows.out


def _ratio(top: F32, bottom: F32) -> F32:
    return (top / np.maximum(bottom, 1e-6)).astype(np.float32)


_CASES = np.arange(8)
_LEFT, _RIGHT, _GENERIC = _CASES & 1, _CASES >> 1 & 1, _CASES >> 2
_EITHER, _OWN = _LEFT | _RIGHT, 1 - _GENERIC
"""The cases of `Common` in which a shared word stands in the left title, in the right one, is generic; in either title, is
particular (1 or 0)."""


class _Rows:
    """Fills one handful of pairs; each method fills the columns of one kind of evidence."""

    def __init__(self, table: Table, left: I64, right: I64) -> None:
        self.table, self.left, self.right, self.n = table, left, right, len(left)
        self.kernels = table.kernels
        self.out = np.zeros((len(COLUMNS), self.n), dtype=np.float32)

    def put(self, name: str, values: NDArray[np.generic]) -> None:
        self.out[_AT[name]] = values

    def put_both(self, name: str, one: F32, other: F32) -> None:
        """The smaller and the larger of two one-sided figures, so that order does not matter."""
        self.put(name + "_low", np.minimum(one, other))
        self.put(name + "_high", np.maximum(one, other))

    def total(self, pair: I64, values: NDArray[np.generic] | None) -> F32:
        """Sum of one number per hit, by pair; how many hits there are when no numbers are given."""
        return np.bincount(pair, weights=values, minlength=self.n).astype(np.float32)

    def fill(self) -> None:
        self.words()
        self.title_grams()
        self.title_inside()
        self.problem()
        self.text_grams()
        self.sense()
        self.names()
        self.topics()
        self.small_sets()
        self.meta()

    def words(self) -> None:
        t, mass = self.table.words, self.table.mass
        self.common = common = self.kernels.common(t.ids, t.rarity, t.flags, self.left, self.right)
        boosted = (1 + _LEFT) * (1 + _RIGHT) @ common.fourths
        self.put("words_cosine", self.cosine(boosted, mass["words_boosted"]))
        self.put("title_words_cosine", self.cosine(_LEFT * _RIGHT @ common.squares, mass["title_words"]))
        shared = common.squares.sum(axis=0).astype(np.float32)
        self.put("words_shared_rarity", shared)
        self.put("words_shared_very_rare", common.rare)
        for name, column in zip(("word_rarest", "word_second", "word_third"), common.top, strict=True):
            self.put(name, column)
        self.put("title_word_in_text_rarest", common.most[_EITHER > 0].max(axis=0))
        self.put_both("words_inside", *self.shares(shared, shared, mass["words"]))

    def cosine(self, products: NDArray[np.floating], squares: F32) -> F32:
        """Products of shared ids summed, over the lengths of the two messages; `squares` are lengths squared."""
        return _ratio(products.astype(np.float32), np.sqrt(squares[self.left] * squares[self.right]))

    def shares(self, one: F32, other: F32, mass: F32) -> tuple[F32, F32]:
        """What part of either message's mass was found."""
        return _ratio(one, mass[self.left]), _ratio(other, mass[self.right])

    def title_grams(self) -> None:
        t, mass = self.table, self.table.mass
        for name, runs, rarity in (
            ("chars", t.layout.chars, t.char_rarity),
            ("triples", t.layout.triples, t.triple_rarity),
        ):
            _, dot = self.kernels.overlap(runs.ids, rarity, self.left, self.right)
            self.put(f"title_{name}_cosine", self.cosine(dot, mass[f"title_{name}"]))
        shared, _, own, rarest, run, _ = self.kernels.found_in(t.grams, t.grams.ids, self.left, self.right)
        self.put("title_pairs_cosine", self.cosine(shared, mass["title_pairs"]))
        self.put("title_shared_rarity", shared)
        self.put("title_rarest_shared", rarest)
        self.put("title_run", run)
        self.put("object_title_cosine", self.cosine(own, mass["object"]))

    def title_inside(self) -> None:
        """How much of each title is found anywhere in the other message: all of it, and what is particular in it
        (names, places)."""
        grams, text, mass = self.table.grams, self.table.batch.text, self.table.mass
        a = self.kernels.found_in(grams, text, self.left, self.right)
        b = self.kernels.found_in(grams, text, self.right, self.left)
        whole, rare, own = ([values[side] for side in (self.left, self.right)]
                            for values in (mass["title_pairs"], mass["title_rare"], mass["object"]))  # fmt: skip
        self.put_both("title_inside", _ratio(a[0], whole[0]), _ratio(b[0], whole[1]))
        self.put_both("title_missing", whole[0] - a[0], whole[1] - b[0])
        self.put_both("title_rare_missing", rare[0] - a[1], rare[1] - b[1])
        self.put("title_run_in_text", np.maximum(a[4], b[4]))
        self.put_both("object_inside", _ratio(a[2], own[0]), _ratio(b[2], own[1]))
        self.put_both("object_missing", own[0] - a[2], own[1] - b[2])
        self.put_both("object_shared", a[2], b[2])
        self.put("object_run", np.maximum(a[5], b[5]))

    def problem(self) -> None:
        """The generic title words: the same ones, the same in the other's text, or words of like meaning."""
        mass, common = self.table.mass, self.common
        self.put("object_words_shared", _OWN @ common.squares)
        self.put("object_word_best", common.most[_OWN > 0].max(axis=0))
        self.put("object_words_title", _OWN * _EITHER @ common.squares)
        self.put("problem_title_cosine", self.cosine(_GENERIC * _LEFT * _RIGHT @ common.squares, mass["problem_title"]))
        self.put("problem_cosine", self.cosine(_GENERIC @ common.squares, mass["problem"]))
        found = [(_GENERIC * side @ common.squares).astype(np.float32) for side in (_LEFT, _RIGHT)]
        self.put_both("problem_inside", *self.shares(found[0], found[1], mass["problem_title"]))
        vectors, words, weights = self.table.model.unit_vectors, self.table.layout.meanings, self.table.meaning_weights
        self.put_both("problem_alike", *self.kernels.alike(vectors, words, weights, self.left, self.right))

    def text_grams(self) -> None:
        t, mass = self.table, self.table.mass
        shared, dot = self.kernels.overlap(t.batch.text, t.text_rarity, self.left, self.right)
        self.put("pairs_cosine", _ratio(dot, np.sqrt(mass["text"][self.left] * mass["text"][self.right])))
        size = t.batch.text.sizes.astype(np.float32)
        one, other = size[self.left], size[self.right]
        self.put("pairs_jaccard", _ratio(shared, one + other - shared))
        self.put("pairs_inside", _ratio(shared, np.minimum(one, other)))
        copied = self.total(self.kernels.hits(t.batch.sketch, t.batch.sketch, self.left, self.right)[0], None)
        kept = t.batch.sketch.sizes.astype(np.float32)
        self.put("copy_share", _ratio(copied, np.minimum(kept[self.left], kept[self.right])))

    def sense(self) -> None:
        t = self.table
        titles = [t.batch.title_sense[side].astype(np.float32) for side in (self.left, self.right)]
        texts = [t.batch.text_sense[side].astype(np.float32) for side in (self.left, self.right)]
        title = [t.layout.title_length[side] for side in (self.left, self.right)]
        text = [t.layout.text_length[side] for side in (self.left, self.right)]
        self.put("sense_title", _dots(titles[0], titles[1]) / (title[0] * title[1]))
        self.put("sense_text", _dots(texts[0], texts[1]) / (text[0] * text[1]))
        self.put_both("sense_cross", _dots(titles[0], texts[1]) / (title[0] * text[1]),
                      _dots(texts[0], titles[1]) / (text[0] * title[1]))  # fmt: skip

    def names(self) -> None:
        t, mass, kinds = self.table.names, self.table.mass, self.table.batch.name_kinds
        pair, i, j = self.kernels.hits(t.ids, t.ids, self.left, self.right)
        title_i, title_j = (t.flags[i] & IN_TITLE) > 0, (t.flags[j] & IN_TITLE) > 0
        rare = t.rarity[i]
        square = rare**2
        self.put("names_shared_rarity", self.total(pair, square))
        self.put("names_rarest_shared", self.kernels.largest(pair, rare, self.n, 1)[0])
        self.put("title_names_shared_rarity", self.total(pair, square * (title_i & title_j)))
        self.put("title_names_any_rarity", self.total(pair, square * (title_i | title_j)))
        a, b = self.total(pair, square * title_i), self.total(pair, square * title_j)
        self.put_both("names_missing", mass["title_names"][self.left] - a, mass["title_names"][self.right] - b)
        named = self.table.layout.named
        named_left, named_right = named[self.left], named[self.right]
        for name, kind in _KINDS:
            hit = self.total(pair, (kinds[i] == kind) & (rare > 0.3)) > 0
            clash = (named_left & named_right & (1 << kind)) > 0
            self.put(f"{name}_agree", np.where(hit, 1, np.where(clash, -1, 0)))

    def topics(self) -> None:
        t = self.table.batch
        a, b = t.title_topics[self.left], t.title_topics[self.right]
        whole_a, whole_b = t.topics[self.left], t.topics[self.right]
        shared, either = _count(a & b), _count(a | b)
        self.put("topics_title_shared", shared)
        self.put("topics_title_jaccard", np.where(either > 0, shared / np.maximum(either, 1), -0.1))
        self.put("topics_jaccard", _count(whole_a & whole_b) / np.maximum(_count(whole_a | whole_b), 1))
        spoken = (whole_a & whole_b).view(np.uint8).reshape(self.n, -1)
        self.put("topics_shared_rarity", self.table.topic_share[np.arange(spoken.shape[1]), spoken].sum(axis=1))
        inside, asked = _count(a & whole_b) + _count(b & whole_a), _count(a) + _count(b)
        self.put("topics_title_in_text", np.where(asked > 0, inside / np.maximum(asked, 1), -0.1))

    def small_sets(self) -> None:
        t = self.table.batch
        pair, at, _ = self.kernels.hits(t.areas, t.areas, self.left, self.right)
        same = self.total(pair, (t.areas.values[at] & 3) > 0) > 0
        placed = self.table.mass["areas"] > 0
        self.put("areas_agree", np.where(same, 1, np.where(placed[self.left] & placed[self.right], -1, 0)))
        one, other = t.place[self.left], t.place[self.right]
        self.put("place_agree", np.where((one > 0) & (other > 0), np.where(one == other, 1, -1), 0))
        self.numbered()

    def numbered(self) -> None:
        """Phases, buildings, lines and years: agreement +1, contradiction -1 (both name one, none in common)."""
        t, mass = self.table.batch.numbers, self.table.mass
        pair, i, _ = self.kernels.hits(t, t, self.left, self.right)
        title, years = _number_kinds(t.values[i])
        for name, kind in (("title_numbers", title & ~years), ("years", title & years)):
            mine = mass[name] > 0
            clash = mine[self.left] & mine[self.right]
            self.put(f"{name}_agree", np.where(self.total(pair, kind) > 0, 1, np.where(clash, -1, 0)))
        self.put("numbers_shared", self.total(pair, ~years))

    def meta(self) -> None:
        t = self.table.batch
        one, other = t.minute[self.left], t.minute[self.right]
        gap = np.log1p(np.abs(one - other) / 1440.0)
        self.put("days_apart", np.where((one > 0) & (other > 0), gap, -1.0))
        self.put("same_asker", (t.asker[self.left] == t.asker[self.right]) & (t.asker[self.left] > 0))
        (title, body), (other_title, other_body) = (np.log1p(t.lengths[side].astype(np.float32)).T
                                                    for side in (self.left, self.right))  # fmt: skip
        self.put("title_length_low", np.minimum(title, other_title))
        self.put_both("body_length", body, other_body)


def _count(bits: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """How many bits are set in every row."""
    counted: NDArray[np.uint8] = np.bitwise_count(np.ascontiguousarray(bits.T)).sum(axis=0, dtype=np.uint8)
    return counted


def _dots(one: F32, other: F32) -> F32:
    """Row by row."""
    products: F32 = np.einsum("ij,ij->i", one, other)
    return products


def _number_kinds(ids: NDArray[np.unsignedinteger]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(stands in the title, is a year) of numbered things; see `features` for how their ids are made."""
    return (ids >> 24) == IN_TITLE, ((ids >> 16) & 0xFF) == 5
