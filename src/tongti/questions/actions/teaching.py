"""People's decisions teach: the nightly refit, switching to its weights and back, and the threshold for proposals.

The engine suggests with what the newest EngineChoice says. Every change is a new row there and on the trail; nothing is lost,
and every proposal keeps the name of the weights that made it.
"""

from django.db import IntegrityError, transaction

from tongti.questions import matching
from tongti.questions.actions.moving import M, checked_reason, officer_id_of
from tongti.questions.matching import learning
from tongti.questions.matching.learning import Decision, Lesson
from tongti.questions.models import EngineChoice, EngineWeights, Membership
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

NEWEST = 5000
"""Decisions that are learned from; older ones have taught already."""
IMPLIED = 1000
LEAST_SAME, LEAST_NOT, LEAST_QUESTIONS = 100, 30, 20
"""Decisions of each sort, and questions behind them, below which eleven numbers would be fitted to chance."""
KEPT = 30
"""Fits that were never used are kept this many nights."""
LOWEST, HIGHEST = 0.05, 0.99


def decisions() -> list[Decision]:
    """The newest decisions of people on what the engine proposed or missed, each with cases that were in the question."""
    rows = (
        Membership.objects.filter(decided_by__isnull=False, state__in=[M.ACTIVE, M.REFUSED, M.LEFT])
        .order_by("-decided_at", "-pk")
        .values_list("case_id", "question_id", "state")[:NEWEST]
    )
    samples: dict[int, list[int]] = {}
    found = []
    for case_id, question_id, state in rows:
        if question_id not in samples:
            active = Membership.objects.filter(question_id=question_id, state=M.ACTIVE)
            samples[question_id] = list(active.order_by("pk").values_list("case_id", flat=True)[: learning.MEMBERS + 1])
        members = tuple(pk for pk in samples[question_id] if pk != case_id)[: learning.MEMBERS]
        if members:
            found.append(Decision(case_id, question_id, state == M.ACTIVE, members))
    return found


def enough(known: list[Decision]) -> bool:
    """Whether there is enough of both sorts to learn from."""
    same = sum(one.same for one in known)
    questions = len({one.question_id for one in known})
    return same >= LEAST_SAME and len(known) - same >= LEAST_NOT and questions >= LEAST_QUESTIONS


def learn() -> EngineWeights | None:
    """Fit weights to this district's decisions, compare them with those in force on decisions that they were not fitted on,
    and switch when they are better beyond chance. None when there is too little to learn from or nothing new.

    Called by the nightly job; safe to run twice.
    """
    known = decisions()
    newest = EngineWeights.objects.order_by("-made_at", "-pk").first()
    base = matching.features_version()
    if not enough(known) or (newest and newest.decisions == len(known) and newest.base == base and _same_as(newest)):
        return None
    taught = learning.lesson([*known, *learning.implied(known, IMPLIED)])
    current = _current()
    weights = current.weights if current and current.weights and current.weights.base == base else None
    verdict = learning.compare(taught, learning.weights_of(weights), matching.propose_at())
    row = _kept(known, taught, verdict, base, weights)
    if verdict.better:
        _choose(
            kind=EngineChoice.Kind.WEIGHTS, weights=row, by=SYSTEM,
            reason=f"夜间学习：{row.decisions} 个决定，留出的决定上更好",
        )  # fmt: skip
    return row


def _same_as(newest: EngineWeights) -> bool:
    """Whether nobody has decided anything since the newest fit."""
    return not Membership.objects.filter(decided_by__isnull=False, decided_at__gt=newest.made_at).exists()


@transaction.atomic
def _kept(
    known: list[Decision], taught: Lesson, verdict: learning.Verdict, base: str, old: EngineWeights | None
) -> EngineWeights:
    same = sum(one.same for one in known)
    number = (EngineWeights.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    row = EngineWeights.objects.create(
        name=f"district-{number}",
        base=base,
        weights=list(verdict.new.values),
        shift=verdict.new.shift,
        decisions=len(known),
        confirmed=same,
        refused=len(known) - same,
        figures={
            "compared_with": old.name if old else "",
            "implied": len(taught.decisions) - len(known),
            "questions": len({one.question_id for one in taught.decisions}),
            "gain": round(verdict.gain, 5),
            "noise": round(verdict.noise, 5),
            "old": verdict.old_figures,
            "new": verdict.new_figures,
        },
        better=verdict.better,
        made_at=clock.now(),
    )
    trail.record(
        "engine.learned", row, by=SYSTEM, facts={"decisions": len(known), "better": verdict.better}, first=True
    )
    used = EngineChoice.objects.exclude(weights=None).values("weights")
    stale = EngineWeights.objects.exclude(pk__in=used).order_by("-pk").values_list("pk", flat=True)[KEPT:]
    EngineWeights.objects.filter(pk__in=list(stale)).delete()
    return row


def switch(*, weights: EngineWeights | None, reason: str, by: Viewer) -> EngineChoice:
    """A person chooses the weights: a night's fit, or None for the shipped model. Raises BadInput, NotAllowed, Raced."""
    by.require(May.TUNE)
    current = _current()
    if weights is not None and weights.base != matching.features_version():
        raise BadInput("weights", "这份权重是在旧版引擎上学的，不能用了，请等下一次夜间学习。")
    if (current.weights_id if current else None) == (weights.pk if weights else None):
        raise BadInput("weights", "现在用的就是它。")
    return _choose(kind=EngineChoice.Kind.WEIGHTS, weights=weights, by=by, reason=checked_reason(reason))


def set_threshold(*, propose_at: float, reason: str, by: Viewer) -> EngineChoice:
    """From which probability a case is proposed by itself. Proposals that were made stay. Raises BadInput, NotAllowed, Raced."""
    by.require(May.TUNE)
    if not LOWEST <= propose_at <= HIGHEST:
        raise BadInput("propose_at", f"门槛请填 {LOWEST:.0%} 到 {HIGHEST:.0%} 之间。")
    current = _current()
    if abs(propose_at - (current.propose_at if current else matching.PROPOSE_AT)) < 0.0005:
        raise BadInput("propose_at", "门槛没有变。")
    return _choose(
        kind=EngineChoice.Kind.THRESHOLD, weights=current.weights if current else None, propose_at=round(propose_at, 3),
        by=by, reason=checked_reason(reason),
    )  # fmt: skip


def _current() -> EngineChoice | None:
    return EngineChoice.objects.select_related("weights").order_by("-serial").first()


@transaction.atomic
def _choose(
    *, kind: str, weights: EngineWeights | None, by: Actor, reason: str, propose_at: float | None = None
) -> EngineChoice:
    """The next row of the history; of two at the same moment one wins. Raises Raced."""
    before = _current()
    threshold = propose_at or (before.propose_at if before else matching.PROPOSE_AT)
    try:
        with transaction.atomic():
            row = EngineChoice.objects.create(
                serial=before.serial + 1 if before else 1,
                kind=kind,
                weights=weights,
                propose_at=threshold,
                reason=reason,
                by_id=officer_id_of(by),
                at=clock.now(),
            )
    except IntegrityError as clash:
        raise Raced from clash
    facts = {"weights": weights.name if weights else "", "propose_at": threshold, "serial": row.serial}
    trail.record(_VERBS[kind], row, by=by, facts=facts, first=True)
    transaction.on_commit(matching.forget_model)
    return row


_VERBS: dict[str, str] = {
    EngineChoice.Kind.WEIGHTS: "engine.weights_chosen",
    EngineChoice.Kind.THRESHOLD: "engine.threshold_set",
}
