"""签发、退回、撤回、代录来文、办结: the steps of one line. The level above answers on the same question, by a baton and a part."""

from django.db import connection, transaction

from tongti.answers import actions as answers
from tongti.lifting import access
from tongti.lifting.actions.preparing import lost, require_in_hand
from tongti.lifting.actions.telling import peer_of, send_up, tell_up
from tongti.lifting.drafts import words_to_send
from tongti.lifting.errors import AnswersHere, OwnLift
from tongti.lifting.models import OPEN, Kind, Level, Lift, LiftReply
from tongti.lifting.queries.one import answers_here
from tongti.outbox import notices
from tongti.relay import actions as relay
from tongti.relay.models import OPEN as OPEN_BATONS
from tongti.relay.models import Baton
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import NotAllowed
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

State = Lift.State
ANSWER_LIMIT = 4000


@transaction.atomic
def sign_off(*, lift: Lift, by: Viewer) -> Lift:
    """签发: it counts as lifted from now on, has its number, and the unit that is asked holds a baton on the same matter.

    Raises NotAllowed, OwnLift, NotInHand, LiftMoved, Raced and what relay.call_in raises.
    """
    _require_sign(by, lift)
    if by.officer_id in lift.authors:
        raise OwnLift
    matter = lift.question or lift.case
    assert matter is not None
    matter.refresh_from_db(fields=["state"])
    require_in_hand(matter)
    peer = peer_of(lift.asked_unit_id)
    # the matter's row is locked first, as in every step of the relay
    baton = relay.call_in(
        question=lift.question,
        case=lift.case,
        unit_id=lift.asked_unit_id,
        task=lift.asked,
        reason=f"{lift.get_level_display()}：{lift.title}"[:200],
        above=lift.level != Level.COUNTY,
        elsewhere=not answers_here(lift),
        by=by,
    )
    number = _take_number()
    won = Lift.objects.filter(pk=lift.pk, state=State.SUBMITTED, version=lift.version).update(
        state=State.LIFTED, number=number, signed_by_id=by.officer_id, signed_at=clock.now(), baton=baton
    )
    if not won:
        raise lost(lift, "签发", (State.SUBMITTED,))
    lift.refresh_from_db()
    if peer is not None:
        send_up(lift, peer)
    trail.record("lift.signed_off", lift, by=by, facts={"number": number, "baton": baton.pk, "level": lift.level})
    return lift


@transaction.atomic
def send_back(*, lift: Lift, reason: str, by: Viewer) -> Lift:
    """退回修改 with the reason. Raises NotAllowed, BadInput, LiftMoved, Raced."""
    _require_sign(by, lift)
    reason = checked_words(reason, "reason", "退回的理由", 300)
    won = Lift.objects.filter(pk=lift.pk, state=State.SUBMITTED, version=lift.version).update(
        state=State.PREPARED, sent_back_for=reason
    )
    if not won:
        raise lost(lift, "退回", (State.SUBMITTED,))
    lift.refresh_from_db()
    trail.record("lift.sent_back", lift, by=by)
    tell(lift, "lift.sent_back", f"提级事项退回修改：{lift.title}", reason)
    return lift


@transaction.atomic
def withdraw(*, lift: Lift, reason: str, by: Viewer) -> Lift:
    """撤回: it is not asked any more; the baton of the unit that was asked ends. Raises NotAllowed, BadInput, LiftMoved, Raced."""
    access.require_work_on(by, lift)
    reason = words_to_send(reason, "reason", "撤回的理由", 300)
    if lift.baton is not None:
        # the matter before the line; what came in meanwhile is seen below, and then it is not withdrawn
        relay.lock_matter(baton=lift.baton)
    if not Lift.objects.filter(pk=lift.pk, state=lift.state, version=lift.version).exists():
        raise lost(lift, "撤回", OPEN if lift.is_open else ())
    let_go(lift, reason, by=by)
    return end(lift, State.WITHDRAWN, reason, by=by)


@transaction.atomic
def enter_paper(*, lift: Lift, words: str, paper: str, declined: bool = False, by: Viewer) -> LiftReply:
    """代录来文: the unit that was asked answers on paper; its words become its part of the joint answer. The same paper is entered once.

    ``declined``: it sent the matter back with a reason, and its baton ends. Raises NotAllowed, BadInput, LiftMoved, AnswersHere.
    """
    access.require_work_on(by, lift)
    words = words_to_send(words, "words", "来文内容", ANSWER_LIMIT)
    paper = checked_words(paper, "paper", "来文文号", 80)
    if answers_here(lift):
        raise AnswersHere(unit=lift.asked_unit.short_name)
    if lift.baton is not None:
        relay.lock_matter(baton=lift.baton)
    # the button pressed twice, or the page sent anew: the newest paper on the line says just this
    newest = LiftReply.objects.filter(lift=lift).order_by("-pk").first()
    if newest is not None and (newest.paper, newest.words, newest.declined) == (paper, words, declined):
        return newest
    reply = take_in(lift, words=words, paper=paper, declined=declined, by=by)
    reply.refresh_from_db()
    return reply


@transaction.atomic
def close(*, lift: Lift, note: str, by: Viewer) -> Lift:
    """办结: the office is done with the line, and says why, without waiting for the joint answer. Raises NotAllowed, BadInput,
    LiftMoved, Raced."""
    access.require_work_on(by, lift)
    note = words_to_send(note, "note", "办结说明", 300)
    if lift.state not in (State.ANSWERED, State.DECLINED):
        raise lost(lift, "办结", ())
    return end(lift, State.CLOSED, note, by=by)


# --- steps that jobs and other ways share ---------------------------------------------------------------------------


def take_in(
    lift: Lift,
    *,
    words: str,
    declined: bool,
    by: Actor,
    paper: str = "",
    unit: str = "",
    how: str = LiftReply.How.PAPER.value,
) -> LiftReply:
    """What the level above said, whichever way it came: kept whole on the line, and its part of the joint answer if it answers."""
    to = State.DECLINED if declined else State.ANSWERED
    if lift.baton is not None:
        # the matter before the line, as when it is signed off or withdrawn
        relay.lock_matter(baton=lift.baton)
    known = Lift.objects.filter(pk=lift.pk, state__in=(State.LIFTED, State.ANSWERED, State.DECLINED))
    if not known.update(state=to, answered_at=clock.now()):
        raise lost(lift, "记答复", ())
    reply = LiftReply.objects.create(
        lift=lift,
        how=how,
        words=words,
        paper=paper,
        unit=unit,
        declined=declined,
        by_id=by.actor_id if by.kind == "officer" else None,
        at=clock.now(),
    )
    if declined:
        let_go(lift, words[:200], by=by)
    elif (baton := open_baton(lift)) is not None:
        answers.take_in_part(baton=baton, words=_as_part(lift, words), by=by)
    lift.refresh_from_db()
    # two calls, so that each verb is written out
    if declined:
        trail.record("lift.declined", lift, by=by, facts={"reply": reply.pk})
    else:
        trail.record("lift.answered", lift, by=by, facts={"reply": reply.pk})
    tell_answered(lift, declined=declined)
    return reply


def end(lift: Lift, to: str, why: str, *, by: Actor, told: int | None = None) -> Lift:
    """The line is done with: withdrawn or closed."""
    won = lift.is_open and Lift.objects.filter(pk=lift.pk, state=lift.state, version=lift.version).update(
        state=to, ended_for=why, ended_at=clock.now(), told=told
    )
    if not won:
        raise lost(lift, "撤回" if to == State.WITHDRAWN else "办结", (lift.state,) if lift.is_open else ())
    lift.refresh_from_db()
    if to == State.WITHDRAWN:
        tell_up(lift, Kind.WITHDRAWN, {"reason": why})
        trail.record("lift.withdrawn", lift, by=by)
    else:
        tell_up(lift, Kind.RESULT, {"note": why, "told": told or 0})
        trail.record("lift.closed", lift, by=by, facts={"told": told} if told is not None else None)
    return lift


def let_go(lift: Lift, reason: str, *, by: Actor) -> None:
    """The baton that was given for this line ends; one that the unit held before stays with it."""
    baton = open_baton(lift)
    if baton is not None and baton.role != Baton.Role.LEAD and baton.task == lift.asked:
        relay.let_go(baton=baton, reason=reason[:200], by=by)


def open_baton(lift: Lift) -> Baton | None:
    """The baton of the unit that was asked, while it is open."""
    if lift.baton_id is None:
        return None
    return Baton.objects.select_related("unit").filter(pk=lift.baton_id, state__in=OPEN_BATONS).first()


def _as_part(lift: Lift, words: str) -> str:
    """A part is as long as a part may be; the whole stands on the line, and the part says where."""
    if len(words) <= ANSWER_LIMIT:
        return words
    return f"{words[: ANSWER_LIMIT - 60]}……（全文见提级事项 {lift.number}）"


def tell_answered(lift: Lift, *, declined: bool = False) -> None:
    """The officer who prepared it and whoever handles the lead learn that something came back."""
    what = "退回" if declined else "答复"
    tell(lift, "lift.answered", f"{lift.asked_unit.short_name}已{what}：{lift.title}", f"清单 {lift.number}")


def tell(lift: Lift, fact: str, subject: str, words: str) -> None:
    """A notice to the preparer and to the lead's officer."""
    matter = about(lift.question_id, lift.case_id)
    leads = Baton.objects.filter(matter, role=Baton.Role.LEAD, state__in=OPEN_BATONS)
    people = {lift.prepared_by_id, *leads.exclude(officer=None).values_list("officer_id", flat=True)}
    key = f"{fact}:{lift.pk}:{lift.version}:{LiftReply.objects.filter(lift=lift).count()}"
    notices.tell(notices.Word(pk, lift, key, subject, words) for pk in sorted(people))


def _require_sign(by: Viewer, lift: Lift) -> None:
    if not access.may_sign(by, lift):
        raise NotAllowed(what=May.SIGN_LIFT.value)


def _take_number() -> str:
    """The next number of the year; the row lock holds to the end of the transaction, so no gaps appear."""
    year = clock.today().year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lifting_liftseries (year, last) VALUES (%s, 1) "
            "ON CONFLICT (year) DO UPDATE SET last = lifting_liftseries.last + 1 RETURNING last",
            [year],
        )
        return f"TQ-{year}-{int(cursor.fetchone()[0]):04d}"
