"""What the inner loops must offer. `plain` and `compiled` are two modules of this shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from samequestion.ragged import Ragged
from samequestion.records import F32, F64, I64, U8, U16

RARE = 0.6
"""Rarity above which a word or pair of characters is rare."""


@dataclass(frozen=True, slots=True, eq=False)
class TitleGrams:
    """The character pairs of all titles, each once per title: how rare it is, whether it is particular (in no generic
    word), at which place of its title it stands first. `in_order` are each title's pairs by place, as numbers within it."""

    ids: Ragged
    rarity: F32
    specific: NDArray[np.bool_]
    place: NDArray[np.integer]
    in_order: NDArray[np.integer]


class Common(NamedTuple):
    """What the words that both messages of a pair have are worth. Eight cases: 1 in the left title + 2 in the right title
    + 4 generic."""

    squares: F64
    """Rarities squared, summed by case: (cases, pairs)."""
    fourths: F64
    """Their fourth powers, summed by case."""
    most: F32
    """The largest rarity by case."""
    top: F32
    """The three largest rarities: (3, pairs)."""
    rare: F32
    """How many words are rare."""


class Kernels(Protocol):
    """The inner loops that `plain` and `compiled` both have; `plain` says what each does."""

    def hits(self, a: Ragged, b: Ragged, left: I64, right: I64) -> tuple[I64, I64, I64]: ...

    def overlap(self, a: Ragged, worth: F32, left: I64, right: I64) -> tuple[F32, F32]: ...

    def common(self, ids: Ragged, rarity: F32, kind: U8, left: I64, right: I64) -> Common: ...

    def found_in(self, grams: TitleGrams, text: Ragged, one: I64, other: I64) -> F32: ...

    def largest(self, pair: I64, values: F32, pairs: int, count: int) -> F32: ...

    def alike(self, vectors: F32, words: NDArray[np.int32], worth: F32, left: I64, right: I64) -> tuple[F32, F32]: ...

    def tree_scores(self, x: F32, feature: I64, threshold: F32, keep: U16, start: I64, leaf_value: F64) -> F64: ...
