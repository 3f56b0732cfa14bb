"""合: cases join, move, leave; every step is a list of moves that can be undone for thirty days, and nothing is lost.

One function (``apply``) does all of them under the locks of the questions concerned, in the order of their ids: memberships by
compare-and-set, counts, figures, the cases' holders, the trail of the questions and of every case, and what undo needs.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.questions.actions import binding, holding
from tongti.questions.actions.counting import askers, lock, settle, take_numbers
from tongti.questions.errors import (
    AlreadyJoined,
    BatonOpen,
    CaseWithdrawn,
    MustRecall,
    NotAMember,
    NothingChosen,
    QuestionOver,
    SameQuestion,
    WrongState,
)
from tongti.questions.models import Membership, Question, Rearrangement
from tongti.shared import clock, later
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

UNDO_DAYS = 30
TITLE_LIMIT, REASON_LIMIT = 80, 200

M, Q_, Kind = Membership.State, Question.State, Rearrangement.Kind
TAKES_CASES = (Q_.CANDIDATE, Q_.SET_UP, Q_.HANDLING, Q_.ANSWERED)
# what the leader's page counts as open: somebody still owes something
OPEN = (Q_.SET_UP, Q_.HANDLING, Q_.ANSWERED)


@dataclass(frozen=True)
class Move:
    """One case from one question (None: from none) to another (None: to none)."""

    case_id: int
    source: int | None
    target: int | None


# --- the verbs ----------------------------------------------------------------------------------------------------


@transaction.atomic
def join(*, case_ids: Collection[int], question: Question, by: Viewer, reason: str = "") -> Rearrangement:
    """Put cases into a question by hand. Raises AlreadyJoined, BatonOpen, CaseWithdrawn, QuestionOver."""
    by.require(May.JOIN)
    moves = [Move(pk, None, question.pk) for pk in _chosen(case_ids)]
    return apply(Kind.JOIN, moves, owner=question.pk, reason=checked_reason(reason, optional=True), by=by)


@transaction.atomic
def move(*, case_ids: Collection[int], to_question: Question, reason: str, by: Viewer) -> Rearrangement:
    """Take cases from whatever question they are in to another one. Raises NotAMember, SameQuestion and what join raises."""
    by.require(May.JOIN)
    return _move(Kind.MOVE, _chosen(case_ids), to_question, checked_reason(reason), by)


@transaction.atomic
def split(
    *,
    question: Question,
    case_ids: Collection[int],
    title: str,
    reason: str,
    by: Viewer,
    category_id: int | None = None,
    place_id: int | None = None,
) -> Question:
    """Some members become a question of their own, 待派单; category and place come from the old one unless given."""
    by.require(May.JOIN)
    title, reason, chosen = checked_title(title), checked_reason(reason), _chosen(case_ids)
    new = new_question(
        title=title,
        state=Q_.SET_UP,
        category_id=category_id or question.category_id,
        place_id=place_id or question.place_id,
        by=by,
        facts={"split_from": question.pk},
    )
    moves = [Move(pk, question.pk, new.pk) for pk in chosen]
    apply(Kind.SPLIT, moves, owner=new.pk, reason=reason, by=by, made={new.pk})
    new.refresh_from_db()
    return new


@transaction.atomic
def merge(*, question: Question, into: Question, reason: str, by: Viewer) -> Rearrangement:
    """All members and proposals of ``question`` go over to ``into``; the emptied question is kept as dropped.

    Raises MustRecall when units hold batons on it, WrongState when it has been answered, SameQuestion.
    """
    by.require(May.JOIN)
    reason = checked_reason(reason)
    if question.pk == into.pk:
        raise SameQuestion
    members, proposed = _belonging(question)
    moves = [Move(pk, question.pk, into.pk) for pk in sorted(members)]
    return apply(
        Kind.MERGE, moves, owner=into.pk, reason=reason, by=by, carry=proposed, ended={question.pk: into.pk},
        check=lambda rows: _check_ending(rows[question.pk], "合并", members),
    )  # fmt: skip


@transaction.atomic
def remove(*, case_ids: Collection[int], question: Question, reason: str, by: Viewer) -> Rearrangement:
    """Cases leave the question and stand alone; the engine will not propose them to it again. Raises NotAMember."""
    by.require(May.JOIN)
    moves = [Move(pk, question.pk, None) for pk in _chosen(case_ids)]
    return apply(Kind.REMOVE, moves, owner=question.pk, reason=checked_reason(reason), by=by)


@transaction.atomic
def drop(*, question: Question, reason: str, by: Viewer) -> Rearrangement:
    """退题: the question ends without an answer and its cases stand alone again. Raises MustRecall, WrongState."""
    by.require(May.JOIN)
    reason = checked_reason(reason)
    members, proposed = _belonging(question)
    moves = [Move(pk, question.pk, None) for pk in sorted(members)]
    return apply(
        Kind.DROP, moves, owner=question.pk, reason=reason, by=by, refuse=proposed, ended={question.pk: None},
        check=lambda rows: _check_ending(rows[question.pk], "退题", members),
    )  # fmt: skip


def _belonging(question: Question) -> tuple[set[int], list[Membership]]:
    rows = list(question.memberships.filter(state__in=[M.ACTIVE, M.PROPOSED]))
    return {row.case_id for row in rows if row.state == M.ACTIVE}, [row for row in rows if row.state == M.PROPOSED]


def _check_ending(question: Question, step: str, members: set[int]) -> None:
    """Under the lock: nobody may be left behind in a question that ends."""
    _must_be_unheld(question, step)
    now = set(question.memberships.filter(state=M.ACTIVE).values_list("case_id", flat=True))
    if now != members:
        raise Raced


def _move(kind: str, chosen: list[int], target: Question, reason: str, by: Viewer) -> Rearrangement:
    where = dict(Membership.objects.filter(case_id__in=chosen, state=M.ACTIVE).values_list("case_id", "question_id"))
    if missing := [pk for pk in chosen if pk not in where]:
        raise NotAMember(count=len(missing))
    if set(where.values()) == {target.pk}:
        raise SameQuestion
    moves = [Move(pk, where[pk], target.pk) for pk in chosen if where[pk] != target.pk]
    return apply(kind, moves, owner=target.pk, reason=reason, by=by)


# --- the one step behind them -------------------------------------------------------------------------------------


@transaction.atomic
def apply(
    kind: str,
    moves: Sequence[Move],
    *,
    owner: int,
    reason: str,
    by: Actor,
    how: str = Membership.How.MANUAL,
    made: Collection[int] = (),
    carry: Sequence[Membership] = (),
    refuse: Sequence[Membership] = (),
    ended: dict[int, int | None] | None = None,
    became: dict[int, str] | None = None,
    check: Callable[[dict[int, Question]], None] | None = None,
) -> Rearrangement:
    """Carry out ``moves``. ``carry``: proposals that go along to ``owner``; ``refuse``: proposals that end here;
    ``ended``: questions that are dropped (merged into …); ``became``: new states; ``made``: questions made for this step;
    ``check``: looks at the locked questions before anything is written.
    """
    case_ids = [m.case_id for m in moves]
    proposals = Membership.objects.filter(case_id__in=case_ids, state=M.PROPOSED).values_list("question_id", flat=True)
    # a question that is ended here may have lost its last case before: it is in no move
    questions = lock({owner, *(ended or ()), *ends(moves), *proposals, *(p.question_id for p in (*carry, *refuse))})
    if check:
        check(questions)
    # carried and refused proposals count too when their question's askers are settled; they are few
    touched = Case.objects.in_bulk({*case_ids, *(p.case_id for p in (*carry, *refuse))})
    cases = [touched[pk] for pk in case_ids]
    _check_targets(moves, questions)
    _check_cases(moves, cases)
    rows = list(Membership.objects.filter(case_id__in=touched, question_id__in=questions))
    step = Rearrangement(
        kind=kind,
        moves=[[m.case_id, m.source, m.target] for m in moves],
        reason=reason,
        by_id=officer_id_of(by),
        at=clock.now(),
        question_id=owner,
        before={
            "cases": holding.snapshot(cases),
            "memberships": [_kept(row) for row in rows],
            "questions": {str(pk): [q.state, q.merged_into_id, q.drop_reason] for pk, q in questions.items()},
            "made": sorted(made),
        },
    )
    before = askers(sorted(questions), list(touched.values()))
    _leave(moves, by, reason)
    _supersede(moves, step.at)
    _enter(moves, rows, how, by, reason, step.at)
    _carry(carry, owner, rows)
    _refuse(refuse, by, reason, step.at)
    settle(questions, before, list(touched.values()), left=any(m.source for m in moves) or bool(carry or refuse))
    step.save(force_insert=True)
    _set_states(questions, ended or {}, became or {}, reason, by)
    drop_emptied(questions, by=by)
    _pass(moves, touched, questions, by)
    _tell(step, moves, touched, questions, by, made)
    afterwards(questions, moves)
    return step


def ends(moves: Iterable[Move]) -> set[int]:
    return {pk for m in moves for pk in (m.source, m.target) if pk is not None}


def _check_targets(moves: Sequence[Move], questions: dict[int, Question]) -> None:
    for pk in {m.target for m in moves if m.target is not None}:
        question = questions[pk]
        if question.state not in TAKES_CASES:
            raise QuestionOver(number=question.number, state=question.get_state_display())


def _check_cases(moves: Sequence[Move], cases: Sequence[Case]) -> None:
    where = dict(
        Membership.objects.filter(case_id__in=[c.pk for c in cases], state=M.ACTIVE).values_list(
            "case_id", "question_id"
        )
    )
    for step, case in zip(moves, cases, strict=True):
        if where.get(case.pk) != step.source:
            if step.source is None:
                raise AlreadyJoined(number=case.number)
            raise NotAMember(count=1)
        if step.source is None and case.state == Case.State.HANDLING:
            raise BatonOpen(number=case.number)
        if step.target is not None and case.state == Case.State.WITHDRAWN:
            raise CaseWithdrawn(number=case.number)


def _kept(row: Membership) -> list[Any]:
    decided = row.decided_at.isoformat() if row.decided_at else None
    return [row.case_id, row.question_id, row.state, row.how, row.decided_by_id, decided, row.note]


def _leave(moves: Sequence[Move], by: Actor, reason: str) -> None:
    by_source: dict[int, list[int]] = {}
    for m in moves:
        if m.source is not None:
            by_source.setdefault(m.source, []).append(m.case_id)
    for source, case_ids in by_source.items():
        left = Membership.objects.filter(question_id=source, case_id__in=case_ids, state=M.ACTIVE).update(
            state=M.LEFT, decided_at=clock.now(), decided_by_id=officer_id_of(by), note=reason
        )
        if left != len(case_ids):
            raise Raced


def _supersede(moves: Sequence[Move], at: datetime) -> None:
    """A case that joins one question is no longer proposed to others; nobody refused it there, so ``decided_by`` is empty."""
    for target in {m.target for m in moves if m.target is not None}:
        joined = [m.case_id for m in moves if m.target == target]
        Membership.objects.filter(case_id__in=joined, state=M.PROPOSED).exclude(question_id=target).update(
            state=M.LEFT, decided_at=at, decided_by=None, note="已并入别的题"
        )


def _enter(moves: Sequence[Move], rows: Sequence[Membership], how: str, by: Actor, reason: str, at: datetime) -> None:
    known = {(row.case_id, row.question_id): row for row in rows}
    joins = [(m.case_id, m.target) for m in moves if m.target is not None]
    old = [known[pair] for pair in joins if pair in known]
    new = [
        Membership(
            case_id=case_id, question_id=target, state=M.ACTIVE, how=how, proposed_at=at, decided_at=at,
            decided_by_id=officer_id_of(by), note=reason,
        )
        for case_id, target in joins
        if (case_id, target) not in known and target is not None
    ]  # fmt: skip
    try:
        with transaction.atomic():
            # a confirmed proposal keeps saying that the engine made it
            confirmed = [row.pk for row in old if row.state == M.PROPOSED]
            back = [row.pk for row in old if row.state != M.PROPOSED]
            decided = {"state": M.ACTIVE, "decided_at": at, "decided_by_id": officer_id_of(by), "note": reason}
            Membership.objects.filter(pk__in=confirmed).update(**decided)
            Membership.objects.filter(pk__in=back).update(**decided, how=how)
            Membership.objects.bulk_create(new)
    except IntegrityError as clash:
        # case_in_one_question: somebody joined one of them elsewhere between our look and our write
        raise Raced from clash


def _carry(carry: Sequence[Membership], owner: int, rows: Sequence[Membership]) -> None:
    """Proposals of a merged question become proposals of the one it went into, as far as people's decisions allow."""
    if not carry:
        return
    barred = {case_id for case_id, _ in binding.barred_from([owner], [p.case_id for p in carry])}
    Membership.objects.bulk_create(
        Membership(
            case_id=p.case_id, question_id=owner, state=M.PROPOSED, how=p.how, probability=p.probability,
            reasons=p.reasons, settings_version=p.settings_version, proposed_at=p.proposed_at,
        )
        for p in carry
        if p.case_id not in barred
    )  # fmt: skip
    Membership.objects.filter(pk__in=[p.pk for p in carry], state=M.PROPOSED).update(
        state=M.LEFT, decided_at=clock.now(), decided_by=None, note="随题并走"
    )


def _refuse(refuse: Sequence[Membership], by: Actor, reason: str, at: datetime) -> None:
    Membership.objects.filter(pk__in=[p.pk for p in refuse], state=M.PROPOSED).update(
        state=M.REFUSED, decided_at=at, decided_by_id=officer_id_of(by), note=reason
    )


def _set_states(
    questions: dict[int, Question], ended: dict[int, int | None], became: dict[int, str], reason: str, by: Actor
) -> None:
    for pk, into in ended.items():
        change_state(questions[pk], Q_.DROPPED, merged_into_id=into, drop_reason=reason)
    for pk, state in became.items():
        change_state(questions[pk], state)


def change_state(question: Question, state: str, **columns: Any) -> None:
    """Compare-and-set of a locked question's state with the figure of open questions. Raises Raced."""
    was = question.state
    if not Question.objects.filter(pk=question.pk, state=was).update(state=state, **columns):
        raise Raced
    question.state = state
    for name, value in columns.items():
        setattr(question, name, value)
    shift = (state in OPEN) - (was in OPEN)
    if shift:
        figures.add([Count("questions_open", clock.today(), amount=shift)])


def drop_emptied(questions: dict[int, Question], *, by: Actor) -> None:
    """A candidate that nobody is left in is nothing any more."""
    for question in questions.values():
        if question.state == Q_.CANDIDATE and question.case_count == question.proposed_count == 0:
            change_state(question, Q_.DROPPED, drop_reason="没有诉求了")
            trail.record("question.emptied", question, by=by)


def _pass(moves: Sequence[Move], touched: dict[int, Case], questions: dict[int, Question], by: Actor) -> None:
    """Who holds the cases now: the lead unit of a question in hand, or the desk again."""
    held_by = {pk: q for pk, q in questions.items() if q.state in (Q_.HANDLING, Q_.ANSWERED) and q.lead_id}
    for target in {m.target for m in moves if m.target in held_by}:
        holding.take_along([touched[m.case_id] for m in moves if m.target == target], held_by[target or 0], by=by)
    back = [touched[m.case_id] for m in moves if m.source is not None and m.target not in held_by]
    holding.return_to_desk(back, by=by)


def _tell(
    step: Rearrangement,
    moves: Sequence[Move],
    touched: dict[int, Case],
    questions: dict[int, Question],
    by: Actor,
    made: Collection[int],
) -> None:
    entries: list[tuple[str, Any, dict[str, Any] | None]] = [
        (f"question.{_PAST[step.kind]}", questions[pk], _facts_for(step, pk, moves))
        for pk in sorted(ends(moves) | {step.question_id} | {int(pk) for pk in _ended_of(step, questions)})
    ]
    lapsed = questions.keys() - {obj.pk for _, obj, _ in entries}
    entries += [("question.proposals_lapsed", questions[pk], {"rearrangement": step.pk}) for pk in sorted(lapsed)]
    entries += [
        (_case_verb(m), touched[m.case_id], without_none(question=m.target, was=m.source, rearrangement=step.pk))
        for m in moves
    ]
    trail.record_many(entries, by=by)


_PAST: dict[str, str] = {
    Kind.SET_UP: "set_up",
    Kind.JOIN: "joined",
    Kind.MOVE: "moved",
    Kind.SPLIT: "split",
    Kind.MERGE: "merged",
    Kind.REMOVE: "removed",
    Kind.DROP: "dropped",
}


def _ended_of(step: Rearrangement, questions: dict[int, Question]) -> list[int]:
    if step.kind not in (Kind.MERGE, Kind.DROP):
        return []
    before = step.before["questions"]
    return [pk for pk, q in questions.items() if q.state == Q_.DROPPED and before[str(pk)][0] != Q_.DROPPED]


def _facts_for(step: Rearrangement, question_id: int, moves: Sequence[Move]) -> dict[str, Any]:
    facts: dict[str, Any] = {"rearrangement": step.pk}
    if came := [m.case_id for m in moves if m.target == question_id]:
        facts["joined"] = came
    if went := [m.case_id for m in moves if m.source == question_id]:
        facts["left"] = went
    touching = ends(m for m in moves if question_id in (m.source, m.target))
    if others := sorted(touching - {question_id}):
        facts["other"] = others
    elif step.kind == Kind.MERGE and step.question_id != question_id:
        facts["other"] = [step.question_id]
    return facts


def _case_verb(m: Move) -> str:
    if m.source is None:
        return "case.joined"
    return "case.left_question" if m.target is None else "case.moved"


def afterwards(questions: dict[int, Question], moves: Sequence[Move]) -> None:
    for pk in questions:
        later.defer("refresh_question", question_id=pk)
    for pk in {m.target for m in moves if m.target is not None}:
        if questions[pk].state == Q_.ANSWERED:
            later.defer("reply_latecomers", question_id=pk)


# --- small helps --------------------------------------------------------------------------------------------------


def new_question(
    *,
    title: str,
    state: str,
    by: Actor,
    category_id: int | None = None,
    place_id: int | None = None,
    facts: dict[str, Any] | None = None,
) -> Question:
    """A numbered question, on the trail."""
    now = clock.now()
    question = Question.objects.create(
        number=take_numbers()[0],
        title=title,
        state=state,
        category_id=category_id,
        place_id=place_id,
        created_at=now,
        set_up_at=now if state == Q_.SET_UP else None,
        set_up_by_id=officer_id_of(by) if state == Q_.SET_UP else None,
    )
    trail.record("question.made", question, by=by, facts={"state": state, **(facts or {})}, first=True)
    if state in OPEN:
        figures.add([Count("questions_open", clock.today())])
    return question


def checked_title(title: str) -> str:
    """One tidy line; raises BadInput."""
    title = " ".join(title.split())
    if not title:
        raise BadInput("title", "请写题目。")
    if len(title) > TITLE_LIMIT:
        raise BadInput("title", f"题目写了 {len(title)} 字，最多 {TITLE_LIMIT} 字。")
    return title


def checked_reason(reason: str, *, optional: bool = False) -> str:
    """One tidy line; raises BadInput."""
    reason = " ".join(reason.split())
    if not reason and not optional:
        raise BadInput("reason", "请写理由，别人以后要看得懂。")
    if len(reason) > REASON_LIMIT:
        raise BadInput("reason", f"理由写了 {len(reason)} 字，最多 {REASON_LIMIT} 字。")
    return reason


def _chosen(case_ids: Collection[int]) -> list[int]:
    chosen = sorted(set(case_ids))
    if not chosen:
        raise NothingChosen
    known = Case.objects.filter(pk__in=chosen).count()
    if known != len(chosen):
        raise NotAMember(count=len(chosen) - known)
    return chosen


def _must_be_unheld(question: Question, step: str) -> None:
    if question.state == Q_.HANDLING:
        raise MustRecall(number=question.number, step=step)
    if question.state not in (Q_.CANDIDATE, Q_.SET_UP):
        raise WrongState(number=question.number, state=question.get_state_display(), step=step)


def officer_id_of(by: Actor) -> int | None:
    return by.actor_id if by.kind == "officer" else None


def without_none(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
