"""The engine as this process uses it: the weights and the threshold in force, and this district's word frequencies.

A change by a person or by the nightly job reaches every web and worker process within ``FRESH`` seconds.
"""

import threading
import time
from dataclasses import dataclass

import samequestion as engine
from tongti.questions.matching.heavy import HeavyKeys
from tongti.questions.models import Vocabulary

FRESH = 60.0
"""Seconds for which a process trusts what it has loaded."""


@dataclass(frozen=True)
class InForce:
    """What is used right now; ``vocabulary`` is the version of the word frequencies in ``model``."""

    model: engine.Model
    vocabulary: str
    case_keys: HeavyKeys
    question_keys: HeavyKeys


class _Loaded:
    """Shared by the threads of one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.now: InForce | None = None
        self.looked_at = 0.0

    def get(self) -> InForce:
        if self.now is not None and time.monotonic() - self.looked_at < FRESH:
            return self.now
        with self.lock:
            newest = Vocabulary.objects.order_by("-made_at", "-pk").values_list("version", flat=True).first() or ""
            if self.now is None or newest != self.now.vocabulary:
                self.now = _in_force(newest)
            self.looked_at = time.monotonic()
            return self.now

    def forget(self) -> None:
        self.now, self.looked_at = None, 0.0


_loaded = _Loaded()


def _in_force(version: str) -> InForce:
    shipped = engine.load_default_model()
    row = Vocabulary.objects.filter(version=version).first() if version else None
    if row is None:
        return InForce(shipped, version, HeavyKeys.from_bytes(b""), HeavyKeys.from_bytes(b""))
    return InForce(
        _with_counts(shipped, bytes(row.counts)),
        version,
        HeavyKeys.from_bytes(bytes(row.case_keys)),
        HeavyKeys.from_bytes(bytes(row.question_keys)),
    )


def _with_counts(model: engine.Model, data: bytes) -> engine.Model:
    try:
        counts = engine.counts_from_bytes(data)
    except engine.ModelMismatch:
        return model
    return model.with_counts(counts) if len(counts) == 1 << model.settings.df_bits else model


def in_force() -> InForce:
    """What this process works with, looked up at most once a minute."""
    return _loaded.get()


def model() -> engine.Model:
    """The engine's model with the newest word frequencies."""
    return in_force().model


def forget_model() -> None:
    """Load afresh at the next use; after frequencies were counted again, and between tests."""
    _loaded.forget()


def settings_version() -> str:
    """What a stored suggestion says it was made with: the engine's settings and the weights."""
    return f"{model().settings.version}/{model().name}"


def features_version() -> str:
    """What stored features say they were made with. Weights do not enter into them, so a switch leaves them as they are."""
    shipped = engine.load_default_model()
    return f"{shipped.settings.version}/{shipped.name}"
