"""Writes on verdicts: invite, listen, call back, and bring a case back when it was not solved."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongti.answers.models import Answer, Reply
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.deadlines.models import Clock
from tongti.deadlines.queries import shipped_default
from tongti.deadlines.reckonings import KeptDay, kept_by_sort
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.questions import actions as questions
from tongti.questions.models import Membership, Question
from tongti.relay import actions as relay
from tongti.shared import clock, links
from tongti.shared.actor import SYSTEM, Actor, Asker
from tongti.shared.errors import BadInput
from tongti.shared.text import has_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.verdicts.actions.striking import undo_strike_offs
from tongti.verdicts.closing import four_for
from tongti.verdicts.errors import AlreadyJudged, LinkExpired, LinkSpent, NotAnsweredYet, OwnWork, TooSoon
from tongti.verdicts.models import CallBack, CallTry, Invitation, Reopening, Verdict
from tongti.verdicts.queries import RESULTS as RESULT_CHOICES
from tongti.verdicts.queries import handling_units

LINK_DAYS = 30
MAX_TRIES = 3
APART = timedelta(hours=4)
RESULTS = dict(RESULT_CHOICES)


@transaction.atomic
def invite(*, answer_id: int) -> int:
    """Ask everybody who got a reply of this answer; safe to run twice. Answers how many were newly invited."""
    answer = Answer.objects.get(pk=answer_id)
    replies = list(
        Reply.objects.filter(answer=answer, invitation=None)
        .select_related("case")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    now, days = clock.now(), _revisit_days(answer, replies)
    Invitation.objects.bulk_create(
        Invitation(
            reply=r,
            token_hash=links.token_hash(links.verdict_token(answer.pk, r.case_id)),
            made_at=now,
            expires_at=now + timedelta(days=LINK_DAYS),
        )
        for r in replies
    )
    CallBack.objects.bulk_create(
        CallBack(reply=r, case_id=r.case_id, due_on=days[r.pk].on, reckoning_id=days[r.pk].reckoning_id)
        for r in replies
    )
    # On the day the invitations carry: reckoning the call-backs of thousands may take it past midnight.
    day = timezone.localdate(now)
    figures.add(Count("verdict_asked", day, unit_id=u, amount=len(replies)) for u in (0, answer.lead_id))
    return len(replies)


@transaction.atomic
def give(
    *, token: str, contacted: bool, solved: str, satisfied: str, words: str = "", answered: bool | None = None
) -> Verdict:
    """The asker's own three answers through her one-time link; of a difficulty from a visit the firm's four (``answered``).

    Raises LinkSpent, LinkExpired, BadInput.
    """
    invitation = (
        Invitation.objects.select_related("reply__answer", "reply__case")
        .filter(token_hash=links.token_hash(token))
        .first()
    )
    if invitation is None or invitation.expires_at < clock.now():
        raise LinkExpired
    by = Asker(invitation.reply.case_id)
    return judge(
        invitation.reply,
        contacted=contacted,
        solved=solved,
        satisfied=satisfied,
        answered=answered,
        words=words,
        way=Verdict.Way.LINK,
        by=by,
    )


@transaction.atomic
def record_call(
    *,
    call_back: CallBack,
    result: str,
    by: Viewer,
    contacted: bool | None = None,
    solved: str = "",
    satisfied: str = "",
    answered: bool | None = None,
    words: str = "",
) -> CallBack:
    """One dialled call. Reached: her three answers (a firm's four). Not reached: a try; the third at another time ends the call-back.

    Raises NotAllowed, OwnWork, AlreadyJudged, TooSoon, BadInput.
    """
    by.require(May.REVISIT)
    locked = (
        CallBack.objects.select_for_update(of=("self",))
        .select_related("reply__answer", "reply__case")
        .get(pk=call_back.pk)
    )
    if by.unit_ids & handling_units(locked.reply):
        raise OwnWork
    if locked.state != CallBack.State.WAITING:
        raise AlreadyJudged
    if result not in RESULTS:
        raise BadInput("result", "请选择这次打电话的结果。")
    if result == "reached":
        if contacted is None:
            raise BadInput("contacted", "请选择承办单位有没有联系过诉求人。")
        CallTry.objects.create(call_back=locked, result=result, by_id=by.officer_id, at=clock.now())
        judge(
            locked.reply,
            contacted=contacted,
            solved=solved,
            satisfied=satisfied,
            answered=answered,
            words=words,
            way=Verdict.Way.CALL,
            by=by,
        )
        locked.refresh_from_db()
        return locked
    return _missed(locked, result, by)


@transaction.atomic
def again(*, case: Case, words: str, by: Asker | Viewer, why: str = Reopening.Why.AGAIN) -> Reopening:
    """“又出现了”: an answered or closed case comes back to the unit that last held it. Raises NotAnsweredYet, BadInput, NothingToReopen."""
    if case.state not in (Case.State.ANSWERED, Case.State.CLOSED):
        raise NotAnsweredYet
    if not has_words(words):
        raise BadInput("words", "请写一句：问题怎么又出现了。")
    _settle_open_call_back(case, CallBack.State.CANCELLED)
    return _reopen(case, why, words, by)


def judge(
    reply: Reply,
    *,
    contacted: bool,
    solved: str,
    satisfied: str,
    answered: bool | None,
    words: str,
    way: str,
    by: Viewer | Asker,
    speaker: str = "",
) -> Verdict:
    """One asker's answers on one reply, and what follows from them; for the verbs of this package. Raises LinkSpent, BadInput."""
    if solved not in Verdict.Solved.values:
        raise BadInput("solved", "请选择问题解决了没有。")
    if satisfied not in Verdict.Satisfied.values:
        raise BadInput("satisfied", "请选择对办理满意不满意。")
    if solved == Verdict.Solved.NO and not has_words(words):
        raise BadInput("words", "请写一句还有什么没解决，我们好接着办。")
    answered = _fourth(reply.case, answered, words)
    now = clock.now()
    # compare-and-set: two tabs, or a link and a call at the same moment, are one verdict
    if not Invitation.objects.filter(reply=reply, used_at=None).update(used_at=now):
        raise LinkSpent
    CallBack.objects.filter(reply=reply, state=CallBack.State.WAITING).update(state=CallBack.State.DONE, done_at=now)
    unit_id = reply.answer.lead_id
    verdict = Verdict.objects.create(
        reply=reply,
        case=reply.case,
        unit_id=unit_id,
        contacted=contacted,
        solved=solved,
        satisfied=satisfied,
        answered=answered,
        speaker=speaker,
        words=words.strip(),
        way=way,
        by_id=by.officer_id if isinstance(by, Viewer) else None,
        at=now,
    )
    facts = {"contacted": contacted, "solved": solved, "satisfied": satisfied, "way": way, "verdict": verdict.pk}
    if answered is not None:
        facts["answered"] = answered
    trail.record("case.judged", reply.case, by=by, facts=facts)
    _count(verdict)
    _follow(verdict, by)
    return verdict


def _fourth(case: Case, answered: bool | None, words: str) -> bool | None:
    """A firm's fourth answer and its own words, without which its difficulty is not closed; None where three are asked."""
    rule = four_for(case)
    if rule is None:
        return None
    if answered is None:
        raise BadInput("answered", f"还有一问没有回答：{rule.questions['answered']}")
    if not has_words(words):
        raise BadInput("words", "请写一句企业自己的话：办得怎么样。")
    return answered


def _follow(verdict: Verdict, by: Viewer | Asker) -> None:
    case = Case.objects.get(pk=verdict.case_id)
    if case.state != Case.State.ANSWERED:
        return  # it came back or was withdrawn meanwhile; the verdict still counts
    if verdict.solved == Verdict.Solved.NO:
        _reopen(case, Reopening.Why.NOT_SOLVED, verdict.words, by)
        return
    if verdict.answered is False:
        # the 2018 rule closes nothing that was never answered, however it got solved
        _reopen(case, Reopening.Why.NOT_ANSWERED, verdict.words, by)
        return
    closing = Case.Closing.SOLVED if verdict.solved == Verdict.Solved.YES else Case.Closing.PARTLY
    cases.close(case=case, closing=closing, by=by)
    _close_question_of(case, by)


def _reopen(case: Case, why: str, words: str, by: Viewer | Asker) -> Reopening:
    reopening = Reopening.objects.create(
        case=case, why=why, words=words.strip(), by_kind=by.kind, by_id=by.actor_id, at=clock.now()
    )
    relay.reopen_to_last_holder(case=case, by=by, why=why)
    undo_strike_offs(case=case, by=by)
    return reopening


def _missed(call_back: CallBack, result: str, by: Viewer) -> CallBack:
    now = clock.now()
    if call_back.last_try_at and now - call_back.last_try_at < APART:
        raise TooSoon(hours=int(APART.total_seconds() // 3600))
    CallTry.objects.create(call_back=call_back, result=result, by_id=by.officer_id, at=now)
    CallBack.objects.filter(pk=call_back.pk).update(tries=F("tries") + 1, last_try_at=now)
    call_back.refresh_from_db()
    trail.record("case.called_back", call_back.case, by=by, facts={"result": result, "tries": call_back.tries})
    if call_back.tries >= MAX_TRIES:
        _give_up(call_back, by)
    return call_back


def _give_up(call_back: CallBack, by: Viewer) -> None:
    # silence is “unconfirmed”: closed, but neither solved nor satisfied, and in no rate's numerator
    CallBack.objects.filter(pk=call_back.pk).update(state=CallBack.State.UNREACHED, done_at=clock.now())
    call_back.refresh_from_db()
    case = Case.objects.get(pk=call_back.case_id)
    if case.state == Case.State.ANSWERED:
        cases.close(case=case, closing=Case.Closing.UNCONFIRMED, by=by)
        _close_question_of(case, by)


def _settle_open_call_back(case: Case, state: str) -> None:
    waiting = CallBack.objects.filter(case=case, state=CallBack.State.WAITING)
    waiting.update(state=state, done_at=clock.now())
    Invitation.objects.filter(reply__case=case, used_at=None).update(used_at=clock.now())


def _close_question_of(case: Case, by: Actor) -> None:
    """The question is closed once no member is open any more."""
    question = Question.objects.filter(
        memberships__case=case, memberships__state=Membership.State.ACTIVE, state=Question.State.ANSWERED
    ).first()
    if question is None:
        return
    Question.objects.select_for_update().get(pk=question.pk)  # two last verdicts at once: one sees the other's close
    still_open = Membership.objects.filter(question=question, state=Membership.State.ACTIVE).exclude(
        case__state__in=[Case.State.CLOSED, Case.State.WITHDRAWN]
    )
    if not still_open.exists():
        questions.mark_closed(question=question, by=SYSTEM)


def _count(verdict: Verdict) -> None:
    day = timezone.localdate(verdict.at)
    measures = ["verdict_given", "contacted_all", "solved_all", "satisfied_all"]
    if verdict.contacted:
        measures.append("contacted_yes")
    if verdict.solved == Verdict.Solved.YES:
        measures.append("solved_yes")
    elif verdict.solved == Verdict.Solved.PARTLY:
        measures.append("solved_partly")
    if verdict.satisfied != Verdict.Satisfied.NOT:
        measures.append("satisfied_yes")
    if verdict.satisfied == Verdict.Satisfied.VERY:
        measures.append("satisfied_very")
    figures.add(Count(m, day, unit_id=u) for m in measures for u in (0, verdict.unit_id))


def _revisit_days(answer: Answer, replies: list[Reply]) -> dict[int, KeptDay]:
    """When each asker is to be rung up, under the regime of her own case.

    A regime that says nothing of it does not keep anybody from being asked: then it is the regime that ships.
    """
    sorts = {
        r.pk: (r.case.channel, r.case.kind, r.case.urgency, r.case.party_kind, r.case.category_id) for r in replies
    }
    joint = bool(answer.question and len(answer.question.units) > 1)
    return kept_by_sort(
        sorts, clock=Clock.Code.REVISIT.value, start=clock.now(), joint=joint, otherwise=shipped_default()
    )
