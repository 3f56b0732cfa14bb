"""The engine as this process uses it: the weights and the threshold in force, and this district's word frequencies.

A change by a person or by the nightly job reaches every web and worker process within ``FRESH`` seconds.
"""

import threading
import time
from dataclasses import dataclass

import samequestion as engine
from tongti.questions.matching.heavy import HeavyKeys
from tongti.questions.models import EngineChoice, EngineWeights, Vocabulary

FRESH = 60.0
"""Seconds for which a process trusts what it has loaded."""


PROPOSE_AT = 0.3
"""Probability of belonging from which a case is proposed, until somebody sets another threshold. Low on purpose: the rule for
joining has judged already, and a person judges after it."""


@dataclass(frozen=True)
class InForce:
    """What is used right now; ``stamp`` changes with any part of it."""

    model: engine.Model
    propose_at: float
    case_keys: HeavyKeys
    question_keys: HeavyKeys
    stamp: tuple[str, int]


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
            stamp = _stamp()
            if self.now is None or stamp != self.now.stamp:
                self.now = _in_force(stamp)
            self.looked_at = time.monotonic()
            return self.now

    def forget(self) -> None:
        self.now, self.looked_at = None, 0.0


_loaded = _Loaded()


def _stamp() -> tuple[str, int]:
    newest = Vocabulary.objects.order_by("-made_at", "-pk").values_list("version", flat=True).first()
    choice = EngineChoice.objects.order_by("-serial").values_list("serial", flat=True).first()
    return newest or "", choice or 0


def _in_force(stamp: tuple[str, int]) -> InForce:
    version, serial = stamp
    choice = EngineChoice.objects.select_related("weights").filter(serial=serial).first()
    model = weighted(choice.weights if choice else None)
    words = Vocabulary.objects.filter(version=version).first() if version else None
    return InForce(
        model=_with_counts(model, bytes(words.counts)) if words else model,
        propose_at=choice.propose_at if choice else PROPOSE_AT,
        case_keys=HeavyKeys.from_bytes(bytes(words.case_keys) if words else b""),
        question_keys=HeavyKeys.from_bytes(bytes(words.question_keys) if words else b""),
        stamp=stamp,
    )


def weighted(weights: EngineWeights | None) -> engine.Model:
    """The shipped model under these weights; as it was shipped without any, or when they were fitted on another model (the
    product was upgraded since: the next night fits new ones)."""
    shipped = engine.load_default_model()
    if weights is None or weights.base != features_version():
        return shipped
    return engine.reweighted(shipped, engine.Weights(tuple(weights.weights), weights.shift), weights.name)


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


def propose_at() -> float:
    """Probability of belonging from which a case is proposed."""
    return in_force().propose_at


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
