"""What the inner loops must offer. `plain` and `compiled` are two modules of this shape."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from samequestion.ragged import Ragged
from samequestion.records import F32, F64, I64, U16


class Kernels(Protocol):
    """The inner loops that `plain` and `compiled` both have; `plain` says what each does."""

    def hits(self, a: Ragged, b: Ragged, left: I64, right: I64) -> tuple[I64, I64, I64]: ...

    def overlap(self, a: Ragged, worth: F32, left: I64, right: I64) -> tuple[F32, F32]: ...

    def largest(self, pair: I64, values: F32, pairs: int, count: int) -> F32: ...

    def longest_run(self, pair: I64, place: NDArray[np.integer], worth: F32, pairs: int) -> F32: ...

    def alike(self, vectors: F32, words: NDArray[np.int32], worth: F32, left: I64, right: I64) -> tuple[F32, F32]: ...

    def tree_scores(self, x: F32, feature: I64, threshold: F32, keep: U16, start: I64, leaf_value: F64) -> F64: ...
