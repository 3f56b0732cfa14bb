"""Frequencies that one event cannot swell: many messages about one question count as one question."""

from __future__ import annotations

import numpy as np

from samequestion.counts import weighted_counts
from samequestion.layout import Layout
from samequestion.model import Model
from samequestion.parts import in_parts
from samequestion.records import F32, F64, I64
from samequestion.similarity import TOGETHER, boosted, boosted_mass

ECHO = 0.2
"""Word cosine from which two candidates are taken as echoes of one event, for counting only."""


def _word_cosine(layout: Layout, model: Model, left: I64, right: I64, workers: int) -> F32:
    """Cosine of the rarity-weighted words of each pair: the column `words_cosine` alone."""
    from samequestion import compiled  # numba: only where whole batches are grouped

    ids, rarity = layout.batch.words, model.rarity(layout.batch.words.values, workers)
    worth, norm = boosted(rarity, layout.word_kind), boosted_mass(ids, rarity, layout.word_kind, workers)
    out = np.empty(len(left), dtype=np.float32)

    def work(low: int, high: int) -> None:
        a, b = left[low:high], right[low:high]
        pair, i, j = compiled.hits(ids, ids, a, b)
        dot = np.bincount(pair, weights=worth[i] * worth[j], minlength=len(a)).astype(np.float32)
        out[low:high] = dot / np.maximum(np.sqrt(norm[a] * norm[b]), 1e-6)

    in_parts(work, len(left), TOGETHER, workers)
    return out


def echo_weights(layout: Layout, model: Model, left: I64, right: I64, workers: int = 1) -> F64:
    """1 / (1 + number of echoes) for every message; k messages about one event weigh about 1 together."""
    near = _word_cosine(layout, model, left, right, workers) > ECHO
    echoes = np.bincount(left[near], minlength=len(layout)) + np.bincount(right[near], minlength=len(layout))
    return np.asarray(1.0 / (1.0 + echoes))


def settle_frequencies(layout: Layout, model: Model, left: I64, right: I64, workers: int = 1) -> Model:
    """The model with these messages counted by event instead of one by one.

    Without this a name grows "common" just because its question is large, and large questions fall apart.
    """
    weights = echo_weights(layout, model, left, right, workers)
    return model.with_counts(weighted_counts(np.zeros_like(model.counts), layout.batch, weights, workers))
