"""签收、转交、办理: what the unit does with a baton that it holds."""

from typing import NoReturn

from django.db import transaction

from tongti.questions import actions as questions
from tongti.relay import access
from tongti.relay.actions import matters
from tongti.relay.actions.matters import locked_matter_of
from tongti.relay.actions.sheets import stand_in_for
from tongti.relay.errors import Ended, NotAccepted
from tongti.relay.models import Baton, HandOver, Progress
from tongti.shared import clock, privacy
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.units import queries as units
from tongti.units.access import ROLES, May, Viewer

WORKERS = tuple(code for code, role in ROLES.items() if May.HANDLE in role.grants)
PUBLIC_LIMIT = 200


@transaction.atomic
def accept(*, baton: Baton, by: Viewer, officer_id: int | None = None) -> Baton:
    """签收: the unit takes it on; ``officer_id`` is who in the unit will handle it (herself when none is named).

    Somebody who is away gets nothing new: it goes to her stand-in. The clocks have been running since dispatch.
    Raises NotAllowed, BadInput, Ended, Raced.
    """
    access.require_at(by, May.RECEIVE, baton)
    named = officer_id or by.officer_id
    _check_officer(baton, named)
    officer_id = stand_in_for(baton.unit_id, named)
    matter = locked_matter_of(baton)
    moved = Baton.objects.filter(pk=baton.pk, state=Baton.State.OFFERED).update(
        state=Baton.State.ACCEPTED, officer_id=officer_id, accepted_at=clock.now()
    )
    if not moved:
        _explain_refusal(baton, "签收")
    baton.refresh_from_db()
    late = bool(baton.sign_due_at and baton.accepted_at and baton.accepted_at > baton.sign_due_at)
    facts = {"officer": officer_id, "late": late, **({"stands_in_for": named} if officer_id != named else {})}
    matters.record("baton.accepted", [baton], matter, by=by, facts=facts)
    return baton


@transaction.atomic
def hand_over(*, baton: Baton, taker_id: int, reason: str, by: Viewer) -> HandOver:
    """转交: from one officer to another inside the unit, on record; the due date stays (优化营商环境条例 31).

    Raises NotAllowed, BadInput, NotAccepted, Ended, Raced.
    """
    access.require_at(by, May.RECEIVE, baton)
    reason = checked_words(reason, "reason", "转交理由", 200)
    _check_officer(baton, taker_id, "taker_id")
    taker_id = stand_in_for(baton.unit_id, taker_id)
    if taker_id == baton.officer_id:
        raise BadInput("taker_id", "现在就是由这位同志承办，请选别的人。")
    matter = locked_matter_of(baton)
    giver_id = baton.officer_id
    moved = Baton.objects.filter(pk=baton.pk, state=Baton.State.ACCEPTED, officer_id=giver_id or 0).update(
        officer_id=taker_id
    )
    if not moved:
        _explain_refusal(baton, "转交")
    row = HandOver.objects.create(baton=baton, giver_id=giver_id, taker_id=taker_id, reason=reason, at=clock.now())
    baton.refresh_from_db()
    matters.record("baton.handed_over", [baton], matter, by=by, facts={"giver": giver_id, "taker": taker_id})
    return row


@transaction.atomic
def note_progress(*, baton: Baton, words: str, public: bool, by: Viewer) -> Progress:
    """记进展: what was done. A public note is shown to every asker of the matter and becomes the question's progress.

    Raises NotAllowed, BadInput (also when a public note holds somebody's number), NotAccepted, Ended.
    """
    access.require_at(by, May.HANDLE, baton)
    words = checked_words(words, "words", "做了什么", PUBLIC_LIMIT if public else 500)
    if public and (found := privacy.found_in(words)):
        raise BadInput("words", f"告诉诉求人的进展里有{found[0].kind}，请删去，或者取消“告诉诉求人”。")
    matter = locked_matter_of(baton)
    _require_accepted(baton, "记进展")
    now = clock.now()
    row = Progress.objects.create(baton=baton, words=words, public=public, by_id=by.officer_id, at=now)
    facts = {"progress": row.pk, "public": public}
    matters.record("baton.progressed", [baton], matter, by=by, facts=facts)
    if public and matter.question:
        questions.note_progress(question=matter.question, words=words, at=now)
    return row


def _check_officer(baton: Baton, officer_id: int, field: str = "officer_id") -> None:
    if not units.officers_of(baton.unit_id, WORKERS).filter(pk=officer_id).exists():
        raise BadInput(field, f"请选{baton.unit.short_name}的承办人。")


def _require_accepted(baton: Baton, what: str) -> None:
    # a shared lock is not enough: the officer's sentence must belong to a baton that is still hers at commit
    row = Baton.objects.select_for_update(of=("self",), no_key=True).get(pk=baton.pk)
    if row.state != Baton.State.ACCEPTED:
        _explain_refusal(row, what)


def _explain_refusal(baton: Baton, what: str) -> NoReturn:
    """Say what stands in the way of a step whose compare-and-set found nothing."""
    state = Baton.objects.values_list("state", flat=True).get(pk=baton.pk)
    if state in (Baton.State.DONE, Baton.State.RECALLED):
        raise Ended(state=Baton.State(state).label, what=what)
    if state in (Baton.State.OFFERED, Baton.State.OBJECTED) and what != "签收":
        raise NotAccepted(what=what)
    raise Raced
