"""销号: evidence, the asker's answer, a reviewer from outside, and a leader's signature where it is asked for (domain sheet 9.5)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from tongti.cases.models import Case
from tongti.questions.models import Membership, Question
from tongti.relay import access as relay_access
from tongti.relay import actions as relay
from tongti.relay.models import Baton, Evidence
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.shared.uploads import CleanUpload, Upload
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.verdicts.errors import AlreadyApplied, NobodySpoke, NotClosedYet, OwnWork
from tongti.verdicts.models import StrikeOff, Verdict

State = StrikeOff.State
STANDING = (State.APPLIED, State.REVIEWED, State.STRUCK)


@transaction.atomic
def apply_strike_off(*, baton: Baton, words: str, evidence: Sequence[Upload | CleanUpload], by: Viewer) -> StrikeOff:
    """申请销号 of what the lead unit has finished: what was done, the proof of it; what the askers said is taken down.

    Raises NotAllowed, BadInput, NotClosedYet, NobodySpoke, AlreadyApplied.
    """
    relay_access.require_at(by, May.HANDLE, baton)
    words = checked_words(words, "words", "完成情况", 500)
    if not evidence:
        raise BadInput("files", "请附上办好了的照片或文件。")
    relay.lock_matter(baton=baton)
    matter: Question | Case | None = (
        Question.objects.filter(pk=baton.question_id).first()
        if baton.question_id
        else Case.objects.filter(pk=baton.case_id or 0).first()
    )
    latest = Baton.objects.filter(about(baton.question_id, baton.case_id), role=Baton.Role.LEAD).order_by("-pk").first()
    if matter is None or matter.state != "closed" or latest is None or latest.pk != baton.pk:
        raise NotClosedYet
    said = _what_they_said(baton)
    if not said["yes"] + said["partly"]:
        raise NobodySpoke
    try:
        with transaction.atomic():
            row = StrikeOff.objects.create(
                question_id=baton.question_id,
                case_id=baton.case_id,
                baton=baton,
                words=words,
                solved=said["yes"],
                partly=said["partly"],
                silent=said["silent"],
                applied_by_id=by.officer_id,
                applied_at=clock.now(),
            )
    except IntegrityError as error:
        raise AlreadyApplied from error
    files = relay.keep_evidence(baton, evidence, purpose=Evidence.Purpose.STRIKE_OFF, by=by)
    _told(
        "strike_off.applied",
        row,
        by=by,
        files=len(files),
        solved=row.solved,
        partly=row.partly,
        silent=row.silent,
        first=True,
    )
    return row


@transaction.atomic
def review_strike_off(*, strike_off: StrikeOff, note: str, needs_leader: bool, by: Viewer) -> StrikeOff:
    """审核 by somebody outside the units that did the work: off the ledger, or on to a leader. Raises NotAllowed, OwnWork, BadInput, Raced."""
    by.require(May.SUPERVISE)
    note = checked_words(note, "note", "审核意见", 300)
    _outside(strike_off, by)
    now = clock.now()
    columns: dict[str, Any] = {"state": State.REVIEWED} if needs_leader else {"state": State.STRUCK, "struck_at": now}
    _move(
        strike_off,
        (State.APPLIED,),
        needs_leader=needs_leader,
        reviewed_by_id=by.officer_id,
        reviewed_at=now,
        review_note=note,
        **columns,
    )
    _told("strike_off.reviewed" if needs_leader else "strike_off.struck", strike_off, by=by)
    return strike_off


@transaction.atomic
def sign_strike_off(*, strike_off: StrikeOff, by: Viewer) -> StrikeOff:
    """领导签字: off the ledger. Raises NotAllowed, Raced."""
    by.require(May.INSTRUCT)
    now = clock.now()
    _move(strike_off, (State.REVIEWED,), state=State.STRUCK, signed_by_id=by.officer_id, signed_at=now, struck_at=now)
    _told("strike_off.struck", strike_off, by=by)
    return strike_off


@transaction.atomic
def return_strike_off(*, strike_off: StrikeOff, note: str, by: Viewer) -> StrikeOff:
    """不同意销号, with what is missing; the unit may apply anew. Raises NotAllowed, OwnWork, BadInput, Raced."""
    if not by.can(May.INSTRUCT):
        by.require(May.SUPERVISE)
    note = checked_words(note, "note", "不同意的理由", 300)
    _outside(strike_off, by)
    _move(
        strike_off,
        (State.APPLIED, State.REVIEWED),
        state=State.RETURNED,
        reviewed_by_id=by.officer_id,
        reviewed_at=clock.now(),
        review_note=note,
    )
    _told("strike_off.returned", strike_off, by=by)
    return strike_off


def undo_strike_offs(*, case: Case, by: Actor) -> int:
    """The case came back: whatever was struck off (or was about to be) for it stands on the ledger again."""
    of_question = Membership.objects.filter(case=case, state=Membership.State.ACTIVE).values("question_id")
    rows = StrikeOff.objects.filter(case=case) | StrikeOff.objects.filter(question_id__in=of_question)
    standing = list(rows.filter(state__in=STANDING).select_for_update(of=("self",)).order_by("pk"))
    for row in standing:
        StrikeOff.objects.filter(pk=row.pk).update(state=State.UNDONE, undone_at=clock.now())
        _told("strike_off.undone", row, by=by, case=case.pk)
    return len(standing)


def _what_they_said(baton: Baton) -> Counter[str]:
    """Of the cases of the matter: how many say solved, partly, nothing; what each said last counts."""
    if baton.question_id:
        members = Membership.objects.filter(question_id=baton.question_id, state=Membership.State.ACTIVE)
        case_ids = list(members.values_list("case_id", flat=True))
    else:
        case_ids = [baton.case_id or 0]
    last = dict(Verdict.objects.filter(case_id__in=case_ids).order_by("at", "id").values_list("case_id", "solved"))
    closed = Case.objects.filter(pk__in=case_ids, state=Case.State.CLOSED).values_list("pk", flat=True)
    return Counter({"yes": 0, "partly": 0, "silent": 0}) + Counter(last.get(pk, "silent") for pk in closed)


def _move(row: StrikeOff, states: tuple[str, ...], **columns: Any) -> None:
    if not StrikeOff.objects.filter(pk=row.pk, state__in=states).update(**columns):
        raise Raced
    row.refresh_from_db()


def _outside(row: StrikeOff, by: Viewer) -> None:
    baton = Baton.objects.get(pk=row.baton_id)
    took_part = Baton.objects.filter(about(baton.question_id, baton.case_id)).values_list("unit_id", flat=True)
    if by.unit_ids & set(took_part):
        raise OwnWork


ON_MATTER = {
    "strike_off.struck": ("question.struck_off", "case.struck_off"),
    "strike_off.undone": ("question.strike_off_undone", "case.strike_off_undone"),
}


def _told(verb: str, row: StrikeOff, *, by: Actor, first: bool = False, **facts: Any) -> None:
    """On the strike-off's own chain, and on the matter's when it matters there."""
    trail.record(verb, row, by=by, facts=facts, first=first)
    if verb not in ON_MATTER:
        return
    of_question, of_case = ON_MATTER[verb]
    if row.question_id:
        trail.record(of_question, Question(pk=row.question_id), by=by, facts={"strike_off": row.pk})
    else:
        trail.record(of_case, Case(pk=row.case_id), by=by, facts={"strike_off": row.pk})
