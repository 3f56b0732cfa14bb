"""Frequencies that one event cannot swell: many messages about one question count as one question."""

from __future__ import annotations

import numpy as np

from samequestion.counts import weighted_counts
from samequestion.model import Model
from samequestion.records import F64, I64
from samequestion.similarity import Table, word_overlap

ECHO = 0.2
"""Word cosine from which two candidates are taken as echoes of one event, for counting only."""


def echo_weights(table: Table, left: I64, right: I64) -> F64:
    """1 / (1 + number of echoes) for every message; k messages about one event weigh about 1 together."""
    near = word_overlap(table, left, right) > ECHO
    echoes = np.bincount(left[near], minlength=len(table)) + np.bincount(right[near], minlength=len(table))
    return np.asarray(1.0 / (1.0 + echoes))


def settle_frequencies(table: Table, model: Model, left: I64, right: I64) -> Model:
    """The model with the messages of the table counted by event instead of one by one.

    Without this a name grows "common" just because its question is large, and large questions fall apart.
    """
    weights = echo_weights(table, left, right)
    return model.with_counts(weighted_counts(np.zeros_like(model.counts), table.batch, weights))
