"""撤销: one step goes back to exactly what it found, within thirty days, as long as nothing came after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tongti.cases.models import Case
from tongti.questions.actions import holding
from tongti.questions.actions.counting import askers, lock, settle
from tongti.questions.actions.moving import (
    Q_,
    TAKES_CASES,
    UNDO_DAYS,
    Kind,
    M,
    Move,
    afterwards,
    change_state,
    drop_emptied,
    ends,
    officer_id_of,
    without_none,
)
from tongti.questions.errors import CannotUndo
from tongti.questions.models import Membership, Question, Rearrangement
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer


@transaction.atomic
def undo(*, rearrangement: Rearrangement, by: Viewer) -> Rearrangement:
    """Put everything back as it was before the step. Raises CannotUndo when it is too late or something came after."""
    by.require(May.JOIN)
    moves = [Move(*entry) for entry in rearrangement.moves]
    kept = rearrangement.before
    questions = lock({*(int(pk) for pk in kept["questions"]), *ends(moves)})
    rearrangement.refresh_from_db()
    _check_undo(rearrangement, moves, questions)
    won = Rearrangement.objects.filter(pk=rearrangement.pk, undone_at=None).update(
        undone_at=clock.now(), undone_by_id=officer_id_of(by)
    )
    if not won:
        raise Raced
    touched = Case.objects.in_bulk({m.case_id for m in moves} | {row[0] for row in kept["memberships"]})
    before = askers(sorted(questions), list(touched.values()))
    _restore_memberships(rearrangement, moves, kept["memberships"])
    settle(questions, before, list(touched.values()))
    _restore_states(kept, questions)
    drop_emptied(questions, by=by)
    _restore_cases(moves, kept["cases"], touched, questions, by)
    trail.record_many(
        [("question.undone", q, {"rearrangement": rearrangement.pk}) for _, q in sorted(questions.items())]
        + [
            (
                "case.undone",
                touched[m.case_id],
                without_none(question=m.source, was=m.target, rearrangement=rearrangement.pk),
            )
            for m in moves
        ],
        by=by,
    )
    afterwards(questions, [Move(m.case_id, m.target, m.source) for m in moves])
    rearrangement.refresh_from_db()
    return rearrangement


def _check_undo(step: Rearrangement, moves: Sequence[Move], questions: dict[int, Question]) -> None:
    if step.undone_at is not None:
        raise CannotUndo(why="这一步已经撤销过了")
    if clock.now() - step.at > timedelta(days=UNDO_DAYS):
        raise CannotUndo(why=f"已经超过 {UNDO_DAYS} 天")
    where = dict(
        Membership.objects.filter(case_id__in=[m.case_id for m in moves], state=M.ACTIVE).values_list(
            "case_id", "question_id"
        )
    )
    if any(where.get(m.case_id) != m.target for m in moves):
        raise CannotUndo(why="其中的诉求后来又动过，请先撤销后面的步骤")
    _check_states(step, moves, questions)
    answered = Case.objects.filter(pk__in=[m.case_id for m in moves], state__in=["answered", "closed", "withdrawn"])
    changed = [pk for pk, state in answered.values_list("pk", "state") if step.before["cases"][str(pk)][0] != state]
    if changed:
        raise CannotUndo(why=f"其中 {len(changed)} 件诉求已经答复或办结")


def _check_states(step: Rearrangement, moves: Sequence[Move], questions: dict[int, Question]) -> None:
    sources = {m.source for m in moves if m.source is not None}
    for pk, (state, *_rest) in step.before["questions"].items():
        question = questions[int(pk)]
        ended_here = question.state == Q_.DROPPED and state != Q_.DROPPED
        if int(pk) in sources and question.state not in TAKES_CASES and not ended_here:
            raise CannotUndo(why=f"“{question.number}”已经{question.get_state_display()}")
    if step.kind in (Kind.SET_UP, Kind.SPLIT) and questions[step.question_id].state in (
        Q_.HANDLING,
        Q_.ANSWERED,
        Q_.CLOSED,
    ):
        raise CannotUndo(why=f"“{questions[step.question_id].number}”已经派单")


def _restore_memberships(step: Rearrangement, moves: Sequence[Move], kept: list[list[Any]]) -> None:
    """First everybody leaves, then everybody is back: one case is never active twice on the way."""
    now = clock.now()
    for m in moves:
        if m.target is not None:
            left = Membership.objects.filter(case_id=m.case_id, question_id=m.target, state=M.ACTIVE).update(
                state=M.LEFT, decided_at=now, decided_by=None, note="撤销"
            )
            if not left:
                raise Raced
    known = {(case_id, question_id) for case_id, question_id, *_ in kept}
    if step.kind == Kind.MERGE:
        # proposals that had been carried along go back with their question
        carried = Membership.objects.filter(
            question_id=step.question_id, state=M.PROPOSED, case_id__in=[row[0] for row in kept]
        )
        carried.exclude(case_id__in=[c for c, q in known if q == step.question_id]).update(
            state=M.LEFT, decided_at=now, decided_by=None, note="撤销"
        )
    changed = []
    moved = {m.case_id for m in moves}
    busy = set(
        Membership.objects.filter(case_id__in=[c for c, _ in known if c not in moved], state=M.ACTIVE).values_list(
            "case_id", flat=True
        )
    )
    rows = Membership.objects.filter(case_id__in={c for c, _ in known}, question_id__in={q for _, q in known})
    by_pair = {(row.case_id, row.question_id): row for row in rows}
    for case_id, question_id, state, how, decided_by, decided_at, note in kept:
        if case_id in busy and state == M.PROPOSED:
            # decided elsewhere since: a proposal that nobody waits for any more
            continue
        row = by_pair[(case_id, question_id)]
        row.state, row.how, row.decided_by_id, row.note = state, how, decided_by, note
        row.decided_at = datetime.fromisoformat(decided_at) if decided_at else None
        changed.append(row)
    Membership.objects.bulk_update(changed, ["state", "how", "decided_by", "decided_at", "note"])


def _restore_states(kept: dict[str, Any], questions: dict[int, Question]) -> None:
    for pk, (state, merged_into, drop_reason) in kept["questions"].items():
        question = questions[int(pk)]
        over = question.state == Q_.DROPPED and state != Q_.DROPPED
        set_up = state == Q_.CANDIDATE and question.state == Q_.SET_UP
        if over or set_up:
            change_state(question, state, merged_into_id=merged_into, drop_reason=drop_reason)
    for pk in kept["made"]:
        if questions[pk].case_count == 0 and questions[pk].state == Q_.SET_UP:
            change_state(questions[pk], Q_.DROPPED, drop_reason="拆分已撤销")


def _restore_cases(
    moves: Sequence[Move],
    kept: dict[str, list[Any]],
    touched: dict[int, Case],
    questions: dict[int, Question],
    by: Actor,
) -> None:
    holding.restore([touched[m.case_id] for m in moves], kept)
    fresh = Case.objects.in_bulk([m.case_id for m in moves])
    for pk in {m.source for m in moves if m.source is not None}:
        question = questions[pk]
        back = [fresh[m.case_id] for m in moves if m.source == pk]
        if question.state in (Q_.HANDLING, Q_.ANSWERED) and question.lead_id:
            # the question may have been dispatched, or passed to another lead, while its cases were away
            astray = [c for c in back if c.holder_id != question.lead_id]
            holding.take_along(astray, question, by=by)
        else:
            holding.return_to_desk(back, by=by)
    touched.update(fresh)
