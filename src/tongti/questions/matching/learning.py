"""What people's decisions teach: evidence behind each decision, new weights from it, and an honest comparison with the old.

A decision is a case and a question together with what a person said. It is judged by the case's three likeliest pairs with
members of the question, as a proposal is. Confirmed cases also teach what is *not* one question: each is set against a case
that shares keys with it and that people put into another question, so that a refit on proposals alone does not make everything
look alike.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import samequestion as engine
from tongti.questions.matching.likeness import CASES, Remembered, features_of, nearest
from tongti.questions.matching.loaded import in_force
from tongti.questions.models import EngineWeights, Membership

F64 = NDArray[np.float64]

PAIRS = 3
"""Pairs with members that stand for one decision, the likeliest."""
MEMBERS = 12
"""Members of a question that a decided case is compared with."""
FOLDS = 5
BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
BEYOND_NOISE = 2.0
"""Standard errors by which the mean gain must differ from nothing."""
KINDS = engine.EVIDENCE
"""Names of the kinds of evidence, in the order of the weights."""


@dataclass(frozen=True)
class Decision:
    """A person's word on a case and a question. ``members`` are cases that were in the question beside it; ``implied`` says
    that she did not look at this pair: the case was confirmed elsewhere."""

    case_id: int
    question_id: int
    same: bool
    members: tuple[int, ...]
    implied: bool = False


@dataclass(frozen=True, eq=False)
class Lesson:
    """Decisions with the evidence of their pairs: ``owner[k]`` is the decision of pair k."""

    decisions: tuple[Decision, ...]
    evidence: engine.Evidence
    owner: NDArray[np.int64]

    def chances(self, weights: engine.Weights | None) -> F64:
        """Probability of each decision's "one question" under these weights (None: as shipped)."""
        odds = self.evidence.log_odds(weights.values, weights.shift) if weights else self.evidence.log_odds()
        pairs = 1 / (1 + np.exp(-odds))
        total = np.bincount(self.owner, weights=pairs, minlength=len(self.decisions))
        return total / np.bincount(self.owner, minlength=len(self.decisions))

    def fitted(self, chosen: NDArray[np.bool_]) -> engine.Weights:
        """Weights from the chosen decisions only; each decision counts once, an implied one half."""
        rows = chosen[self.owner]
        same = np.array([float(one.same) for one in self.decisions])[self.owner]
        worth = np.array([0.5 if one.implied else 1.0 for one in self.decisions])
        count = (worth / np.bincount(self.owner, minlength=len(self.decisions)))[self.owner]
        return engine.refit(
            engine.Evidence(self.evidence.parts[rows], self.evidence.constant[rows]), same[rows], count[rows]
        )


def weights_of(row: EngineWeights | None) -> engine.Weights | None:
    """The numbers of a stored fit; None for the shipped model."""
    return engine.Weights(tuple(row.weights), row.shift) if row is not None else None


def implied(decisions: Sequence[Decision], limit: int) -> list[Decision]:
    """For up to ``limit`` confirmed cases, the nearest case that people put into another question."""
    confirmed = [one for one in decisions if one.same][:limit]
    known = features_of(one.case_id for one in confirmed)
    found = []
    for one in confirmed:
        if one.case_id not in known:
            continue
        near = [pk for pk, _ in nearest(CASES, known[one.case_id], without=[one.case_id, *one.members], limit=20)]
        rows = Membership.objects.filter(case_id__in=near, state="active").exclude(question_id=one.question_id)
        other = rows.order_by("-case_id").values_list("case_id", "question_id").first()
        if other is not None:
            found.append(Decision(one.case_id, other[1], False, (other[0],), implied=True))
    return found


def lesson(decisions: Sequence[Decision]) -> Lesson:
    """Evidence of the decisions whose cases' features are stored; the likeliest pairs as shipped stand for each."""
    known = features_of({pk for one in decisions for pk in (one.case_id, *one.members)})
    base = engine.load_default_model().with_counts(in_force().model.counts)
    kept: list[Decision] = []
    pairs: list[tuple[Remembered, Remembered]] = []
    owner: list[int] = []
    for one in decisions:
        own = [(known[one.case_id], known[pk]) for pk in one.members if pk in known] if one.case_id in known else []
        if own:
            owner += [len(kept)] * len(own)
            kept.append(one)
            pairs += own
    found = engine.evidence(pairs, base)
    best = _likeliest(found.log_odds(), np.array(owner, dtype=np.int64))
    return Lesson(
        tuple(kept), engine.Evidence(found.parts[best], found.constant[best]), np.array(owner, dtype=np.int64)[best]
    )


def _likeliest(odds: F64, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.lexsort((-odds, owner))
    rank = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    return np.sort(order[rank < PAIRS])


# --- comparing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Verdict:
    """Old and new on decisions that the new one was not fitted on. ``gain`` is the mean fall of the log loss."""

    new: engine.Weights
    gain: float
    noise: float
    old_figures: dict[str, object]
    new_figures: dict[str, object]

    @property
    def better(self) -> bool:
        """Whether the gain is beyond chance."""
        return self.gain > BEYOND_NOISE * self.noise and self.gain > 0


def compare(learned: Lesson, old: engine.Weights | None, threshold: float) -> Verdict:
    """Fit on four fifths of the questions, ask about the last fifth, five times; then fit on everything."""
    same = np.array([float(one.same) for one in learned.decisions])
    questions = np.array([one.question_id for one in learned.decisions])
    before, after = learned.chances(old), np.empty(len(same))
    fold = _folds(questions)
    for part in range(FOLDS):
        held = fold == part
        if held.any():
            after[held] = learned.chances(learned.fitted(~held))[held]
    difference = _loss(before, same) - _loss(after, same)
    return Verdict(
        new=learned.fitted(np.ones(len(same), dtype=bool)),
        gain=float(difference.mean()),
        noise=_standard_error(difference, questions),
        old_figures=figures(before, same, threshold),
        new_figures=figures(after, same, threshold),
    )


def _folds(questions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole questions together; the same question falls into the same fold every night."""
    mixed = (questions.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
    return (mixed % np.uint64(FOLDS)).astype(np.int64)


def _loss(chance: F64, same: F64) -> F64:
    sure = np.clip(chance, 0.001, 0.999)
    out: F64 = -(same * np.log(sure) + (1 - same) * np.log(1 - sure))
    return out


def _standard_error(difference: F64, questions: NDArray[np.int64]) -> float:
    """Of the mean, when decisions on one question go together."""
    _, place = np.unique(questions, return_inverse=True)
    sums = np.bincount(place, weights=difference - difference.mean())
    return float(np.sqrt((sums**2).sum()) / len(difference))


def figures(chance: F64, same: F64, threshold: float) -> dict[str, object]:
    """Log loss, precision and share at the threshold, and the reliability table: rows of (from, to, said, true, how many)."""
    proposed = chance >= threshold
    rows = []
    for low, high in itertools.pairwise(BINS):
        inside = (chance >= low) & (chance < high if high < 1 else chance <= high)
        if inside.any():
            rows.append(
                [
                    low,
                    high,
                    round(float(chance[inside].mean()), 3),
                    round(float(same[inside].mean()), 3),
                    int(inside.sum()),
                ]
            )
    return {
        "log_loss": round(float(_loss(chance, same).mean()), 4),
        "precision": round(float(same[proposed].mean()), 4) if proposed.any() else None,
        "kept": round(float((same * proposed).sum() / max(same.sum(), 1)), 4),
        "reliability": rows,
    }
