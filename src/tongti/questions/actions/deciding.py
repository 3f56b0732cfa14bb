"""A person decides what the engine proposed; an asker counts herself in; a candidate becomes a question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from tongti.cases import actions as case_actions
from tongti.cases.models import Case
from tongti.questions.actions.counting import askers, lock, settle
from tongti.questions.actions.moving import (
    Q_,
    M,
    Move,
    apply,
    checked_reason,
    checked_title,
    drop_emptied,
    new_question,
)
from tongti.questions.errors import NothingChosen, QuestionOver, WrongState
from tongti.questions.models import Membership, Question, Rearrangement
from tongti.shared import clock, later
from tongti.shared.actor import Actor, Asker
from tongti.shared.errors import BadInput, NotVisible, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Category, Region


@dataclass(frozen=True)
class Decided:
    """What a decision on several proposals came to; ``passed`` were decided by somebody else a moment before."""

    done: int
    passed: int
    rearrangements: tuple[Rearrangement, ...] = ()


@transaction.atomic
def set_up(
    *,
    question: Question,
    title: str,
    category_id: int | None,
    place_id: int | None,
    by: Viewer,
    membership_ids: Collection[int] | None = None,
) -> Question:
    """立题: a candidate becomes a question, 待派单. The chosen proposals (None: all that are open) are confirmed with it and
    the rest stay proposed. Raises WrongState, BadInput, NothingChosen and what join raises."""
    by.require(May.JOIN)
    title = checked_title(title)
    _check_catalogue(category_id, place_id)
    proposed = question.memberships.filter(state=M.PROPOSED)
    if membership_ids is not None:
        proposed = proposed.filter(pk__in=membership_ids)
    moves = [Move(pk, None, question.pk) for pk in proposed.order_by("case_id").values_list("case_id", flat=True)]

    def still_candidate(rows: dict[int, Question]) -> None:
        now = rows[question.pk]
        if now.state != Q_.CANDIDATE:
            raise WrongState(number=now.number, state=now.get_state_display(), step="立题")
        if not moves and not now.case_count:
            raise NothingChosen

    apply(
        Rearrangement.Kind.SET_UP,
        moves,
        owner=question.pk,
        reason="",
        by=by,
        became={question.pk: Q_.SET_UP},
        check=still_candidate,
    )
    Question.objects.filter(pk=question.pk).update(
        title=title, category_id=category_id, place_id=place_id, set_up_at=clock.now(), set_up_by_id=by.officer_id
    )
    question.refresh_from_db()
    return question


@transaction.atomic
def make(
    *, title: str, case_ids: Collection[int], by: Viewer, category_id: int | None = None, place_id: int | None = None
) -> Question:
    """立题 by hand, from cases that the engine did not put together. Raises what join raises."""
    by.require(May.JOIN)
    title = checked_title(title)
    _check_catalogue(category_id, place_id)
    chosen = sorted(set(case_ids))
    if not chosen or Case.objects.filter(pk__in=chosen).count() != len(chosen):
        raise NothingChosen
    question = new_question(title=title, state=Q_.SET_UP, category_id=category_id, place_id=place_id, by=by)
    moves = [Move(pk, None, question.pk) for pk in chosen]
    apply(Rearrangement.Kind.SPLIT, moves, owner=question.pk, reason="人工立题", by=by, made={question.pk})
    question.refresh_from_db()
    return question


@transaction.atomic
def open_for(*, case: Case, title: str, by: Actor) -> Question:
    """立题 of a single new case that comes as a question already: a level below lifted it to us. Called by lifting; from here on it
    is dispatched, joined and answered like any other. Raises BadInput and what join raises."""
    title = checked_title(title)
    question = new_question(title=title, state=Q_.SET_UP, category_id=case.category_id, place_id=case.place_id, by=by)
    moves = [Move(case.pk, None, question.pk)]
    apply(Rearrangement.Kind.SPLIT, moves, owner=question.pk, reason="下级提请", by=by, made={question.pk})
    question.refresh_from_db()
    return question


@transaction.atomic
def decide(*, membership_ids: Collection[int], confirm: bool, by: Viewer, note: str = "") -> Decided:
    """并入 or 不是同题 for proposals. Those that somebody decided before are passed over; when none is left, raises Raced.

    A refusal is remembered for ever. Raises NothingChosen, BatonOpen, QuestionOver.
    """
    by.require(May.JOIN)
    note = checked_reason(note, optional=True)
    if not membership_ids:
        raise NothingChosen
    asked = Membership.objects.filter(pk__in=membership_ids)
    questions = lock(asked.values_list("question_id", flat=True))
    rows = list(asked.filter(state=M.PROPOSED).order_by("question_id", "case_id"))
    if not rows:
        raise Raced
    steps = []
    for pk in sorted({row.question_id for row in rows}):
        own = [row for row in rows if row.question_id == pk]
        if confirm:
            moves = [Move(row.case_id, None, pk) for row in own]
            steps.append(apply(Rearrangement.Kind.JOIN, moves, owner=pk, reason=note, by=by))
        else:
            _refuse(questions[pk], own, note, by)
    return Decided(done=len(rows), passed=len(set(membership_ids)) - len(rows), rearrangements=tuple(steps))


def _refuse(question: Question, rows: Sequence[Membership], note: str, by: Viewer) -> None:
    cases = list(Case.objects.filter(pk__in=[row.case_id for row in rows]))
    won = Membership.objects.filter(pk__in=[row.pk for row in rows], state=M.PROPOSED).update(
        state=M.REFUSED, decided_at=clock.now(), decided_by_id=by.officer_id, note=note
    )
    if won != len(rows):
        raise Raced
    settle({question.pk: question}, askers([question.pk], cases), cases)
    refused = [case.pk for case in cases]
    trail.record_many(
        [("question.refused", question, {"refused": refused})]
        + [("case.refused_by_question", case, {"question": question.pk}) for case in cases],
        by=by,
    )
    drop_emptied({question.pk: question}, by=by)
    later.defer("refresh_question", question_id=question.pk)


@transaction.atomic
def count_me_in(*, question_id: int, intake: case_actions.Intake, by: Actor) -> Case:
    """算我一个: her own case with its own number, joined to a question that is cleared for the public.

    Safe to send twice: the same ``intake.key`` gives the same case. Raises NotVisible, QuestionOver and what register raises.
    """
    question = Question.objects.filter(pk=question_id, cleared_at__isnull=False).exclude(public_title="").first()
    if question is None or question.state == Q_.DROPPED:
        raise NotVisible
    if question.state == Q_.CLOSED:
        raise QuestionOver(number=question.number, state=question.get_state_display())
    case = case_actions.register(intake=intake, by=by)
    if Membership.objects.filter(case=case, state=M.ACTIVE).exists():
        return case
    by = Asker(case.pk) if by.kind == "asker" else by
    apply(
        Rearrangement.Kind.JOIN,
        [Move(case.pk, None, question.pk)],
        owner=question.pk,
        reason="",
        by=by,
        how=Membership.How.ASKER,
    )
    case.refresh_from_db()
    return case


def _check_catalogue(category_id: int | None, place_id: int | None) -> None:
    if category_id and not Category.objects.filter(pk=category_id, active=True).exists():
        raise BadInput("category", "没有这个分类，请重新选择。")
    if place_id and not Region.objects.filter(pk=place_id, active=True).exists():
        raise BadInput("place", "没有这个地点，请重新选择。")
