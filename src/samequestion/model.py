"""What the engine has learned: settings, how common words are, and the weights of the evidence."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from samequestion.counts import empty_counts, slots
from samequestion.errors import ModelMismatch
from samequestion.parts import in_parts
from samequestion.records import F32, F64, I8, U32, Threshold
from samequestion.settings import Settings
from samequestion.trees import Trees

_IDS_TOGETHER = 1 << 18
"""Ids that are looked up together; bounds memory."""
BACKGROUND_WEIGHT = 0.25
"""How much one message of the shipped background counts against one of the district."""


@dataclass(frozen=True, eq=False)
class Model:
    """`background` are counts of generic words only (see docs/engine.md); `counts` those of the district itself.

    `trees` turn the evidence of a pair into log-odds. `sense_ids` and `generic_pairs` ascend.
    """

    settings: Settings
    trees: Trees
    background: U32
    counts: U32
    sense_ids: U32 = field(default_factory=lambda: np.empty(0, np.uint32))
    sense_vectors: I8 = field(default_factory=lambda: np.empty((0, 1), np.int8))
    generic_pairs: U32 = field(default_factory=lambda: np.empty(0, np.uint32))
    name: str = "default"
    thresholds: tuple[Threshold, ...] = ()
    """Precision by threshold, measured on held-out questions when the weights were learned; empty = not measured."""
    _log_docs: float = field(init=False, default=0.0, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_log_docs", float(np.log(self.documents + 2.0)))

    @property
    def documents(self) -> float:
        """Number of messages behind the frequencies, the background weighed in."""
        return float(self.counts[0]) + BACKGROUND_WEIGHT * float(self.background[0])

    def frequency(self, ids: U32) -> F64:
        """How many messages contain each id (an upper bound: slots are shared)."""
        own = self.counts[slots(ids, len(self.counts))].astype(np.float64)
        return own + BACKGROUND_WEIGHT * self.background[slots(ids, len(self.background))]

    def rarity(self, ids: U32, workers: int = 1) -> F32:
        """0 (in every message) … 1 (in one or none): idf divided by its largest value, so that it means the same
        in a small corpus and in a large one. `workers` threads look up many ids."""
        out = np.empty(len(ids), dtype=np.float32)

        def work(low: int, high: int) -> None:
            if len(self.background) == len(self.counts):
                out[low:high] = self._slot_rarity[slots(ids[low:high], len(self.counts))]
            else:
                out[low:high] = self._rarity_of(self.frequency(ids[low:high]))

        in_parts(work, len(ids), _IDS_TOGETHER, workers)
        return out

    def _rarity_of(self, frequency: F64) -> F32:
        idf = self._log_docs - np.log(frequency + 1.0)
        return np.clip(idf / self._log_docs, 0.0, 1.0).astype(np.float32)

    @cached_property
    def _slot_rarity(self) -> F32:
        """The rarity of every slot, worked out once instead of once per word of every message."""
        return self._rarity_of(self.counts + BACKGROUND_WEIGHT * self.background)

    def senses(self, meaning: NDArray[np.int32], row: NDArray[np.integer], rows: int) -> I8:
        """The direction in which the generic words of each row point together, rounded to one byte per axis.

        `meaning` are the words as `meaning()` gives them, `row` ascends and says which row each belongs to. Words
        without a meaning (all names, all rare words) are left out; nothing known gives zeros.
        """
        row, at = row[meaning >= 0], meaning[meaning >= 0]
        total = np.zeros((rows, self.sense_vectors.shape[1]), dtype=np.int64)
        first = np.nonzero(np.concatenate(([True], row[1:] != row[:-1])))[0] if len(row) else row
        if len(first):
            total[row[first]] = np.add.reduceat(self.sense_vectors[at], first, axis=0, dtype=np.int64)
        length = np.sqrt((total**2).sum(axis=1, keepdims=True))
        rounded: I8 = np.round(total / np.where(length > 0, length, 1) * 100).astype(np.int8)
        return rounded

    @cached_property
    def unit_vectors(self) -> F32:
        """The meanings of the generic words as vectors of length 1, in the order of `sense_ids`."""
        rows = self.sense_vectors.astype(np.float32)
        units: F32 = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return units

    def meaning(self, word_ids: U32) -> NDArray[np.int32]:
        """The row of `unit_vectors` of each word; -1 when the word is not generic."""
        return _places(self.sense_ids, word_ids)

    def is_generic(self, pair_ids: U32) -> NDArray[np.bool_]:
        """Which character pairs occur inside a generic word."""
        return _places(self.generic_pairs, pair_ids) >= 0

    def threshold(self, probability: float) -> Threshold | None:
        """What was measured at the largest listed threshold not above `probability`; None when nothing was measured
        that low. For the screen that sets `propose_at`."""
        known = [row for row in self.thresholds if row.at <= probability + 1e-9]
        return max(known, key=lambda row: row.at) if known else None

    def with_counts(self, counts: U32) -> Model:
        """The same weights on another district's frequencies."""
        return replace(self, counts=counts)

    def with_settings(self, settings: Settings) -> Model:
        """The same weights and frequencies under other settings."""
        return replace(self, settings=settings)

    def with_trees(self, trees: Trees, name: str) -> Model:
        """The same words and frequencies with other weights of the evidence."""
        return replace(self, trees=trees, name=name)

    def to_bytes(self, with_counts: bool = False) -> bytes:
        """Bytes of settings, weights and background (and the district's counts when asked)."""
        box = io.BytesIO()
        t = self.trees
        used = np.nonzero(self.background)[0].astype(np.uint32)
        arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {
            "settings": np.frombuffer(self.settings.to_json().encode(), dtype=np.uint8),
            "name": np.frombuffer(self.name.encode(), dtype=np.uint8),
            "feature": t.feature.astype(np.uint8), "threshold": t.threshold, "keep": t.keep,
            "start": t.start.astype(np.uint32), "leaf_value": t.leaf_value.astype(np.float32),
            "leaf_parts": t.leaf_parts.astype(np.float16), "bias": np.array([t.bias]),
            "sense_ids": self.sense_ids, "sense_vectors": self.sense_vectors,
            "generic_pairs": self.generic_pairs, "slots": used, "slot_counts": self.background[used], "size": np.array([len(self.background)]),
            "thresholds": np.array([(t.at, t.precision, t.recall, t.pairs) for t in self.thresholds]).reshape(-1, 4),
        }  # fmt: skip
        if with_counts:
            arrays["counts"] = self.counts
        np.savez_compressed(box, allow_pickle=False, **arrays)
        return box.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Inverse of `to_bytes`. Raises `ModelMismatch` when the bytes are not a model."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as box:
                settings = Settings.from_json(box["settings"].tobytes().decode())
                background = np.zeros(int(box["size"][0]), dtype=np.uint32)
                background[box["slots"]] = box["slot_counts"]
                trees = Trees(
                    box["feature"].astype(np.int64), box["threshold"], box["keep"], box["start"].astype(np.int64),
                    box["leaf_value"].astype(np.float64), box["leaf_parts"].astype(np.float64), float(box["bias"][0]),
                )  # fmt: skip
                counts = box["counts"] if "counts" in box else empty_counts(settings.df_bits)
                name = box["name"].tobytes().decode()
                rows = box["thresholds"].tolist() if "thresholds" in box else []
                measured = tuple(Threshold(at, right, found, int(pairs)) for at, right, found, pairs in rows)
                return cls(settings, trees, background, counts, box["sense_ids"], box["sense_vectors"],
                           box["generic_pairs"], name, measured)  # fmt: skip
        except (KeyError, ValueError, OSError, EOFError) as error:
            if isinstance(error, ModelMismatch):
                raise
            raise ModelMismatch("模型数据已损坏或版本不符") from error


def _places(ascending: U32, ids: U32) -> NDArray[np.int32]:
    """Where each id is among the ascending ones; -1 when it is not. `np.isin` would sort the many known ids for every
    few that are asked, which while somebody types costs more than all the rest."""
    if not len(ascending):
        return np.full(len(ids), -1, dtype=np.int32)
    at = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
    return np.where(ascending[at] == ids, at, -1).astype(np.int32)


@lru_cache(maxsize=1)
def load_default_model() -> Model:
    """The model that ships with the package; built by `python -m bench.engine_train`."""
    return Model.from_bytes(resources.files("samequestion").joinpath("default_model.npz").read_bytes())
