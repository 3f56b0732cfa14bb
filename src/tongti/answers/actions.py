"""共答: parts come in, the lead composes one answer of them, the unit leader signs, and every asker gets her own reply."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F

from tongti.answers.checking import Remark
from tongti.answers.errors import (
    AlreadySubmitted,
    NeedsReason,
    NotAMember,
    NotContacted,
    NotDraft,
    NotSubmitted,
    PartsMissing,
    PrivacyFound,
    RefusalIncomplete,
)
from tongti.answers.letters import letter
from tongti.answers.models import Answer, CaseWords, Part, Reply
from tongti.answers.queries import CLOSINGS, check, field_labels, is_of_window, missing_parts, receiver_ids
from tongti.cases import actions as cases
from tongti.cases.actions.intake import tokens
from tongti.cases.models import Case
from tongti.outbox import actions as outbox
from tongti.questions import actions as questions
from tongti.questions.models import Membership, Question
from tongti.relay import access as relay_access
from tongti.relay import actions as relay
from tongti.relay.errors import Ended, NoLead, NotAccepted
from tongti.relay.models import OPEN, Baton
from tongti.relay.plans import OPEN_CASES, about
from tongti.shared import clock, later, links, privacy
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import May, Viewer

PART_LIMIT, TEXT_LIMIT = 4000, 6000
BATCH = 500
PARTS = ("opening", "found", "done", "basis", "would_need", "next_steps", "remedy", "contact", "closing")
SEARCHED = ("opening", "found", "done", "would_need", "next_steps")
"""What an answer is found by: what it says, not the words that every answer shares."""


# --- each unit's part -------------------------------------------------------------------------------------------


@transaction.atomic
def save_part(*, baton: Baton, words: str, by: Viewer) -> Part:
    """Keep the unit's part as a draft; only its own unit reads it. Raises NotAllowed, BadInput, NotAccepted, Ended."""
    relay_access.require_at(by, May.HANDLE, baton)
    words = words.strip()
    if len(words) > PART_LIMIT:
        raise BadInput("words", f"“分答”写了 {len(words)} 字，最多 {PART_LIMIT} 字。")
    _in_hand(baton, "写分答")
    part, _new = Part.objects.get_or_create(baton=baton, defaults={"words": words, "saved_at": clock.now()})
    if not Part.objects.filter(pk=part.pk, submitted_at=None).update(words=words, saved_at=clock.now()):
        raise AlreadySubmitted
    part.refresh_from_db()
    return part


@transaction.atomic
def submit_part(*, baton: Baton, words: str, by: Viewer) -> Part:
    """交分答: the part goes to the lead, and with it the helper's (or territory's) baton is done.

    Raises NotAllowed, BadInput (also when it holds somebody's number), NotAccepted, AlreadySubmitted, Ended.
    """
    if not words.strip():
        raise BadInput("words", "请写本单位做了什么、查到了什么，再交。")
    if found := privacy.found_in(words):
        raise BadInput("words", f"分答里有{found[0].kind}，会让别人看到，请删去。")
    part = save_part(baton=baton, words=words, by=by)
    if not Part.objects.filter(pk=part.pk, submitted_at=None).update(
        submitted_at=clock.now(), submitted_by_id=by.officer_id
    ):
        raise AlreadySubmitted
    part.refresh_from_db()
    trail.record("part.submitted", part, by=by, facts={"baton": baton.pk, "unit": baton.unit_id}, first=True)
    if baton.role != Baton.Role.LEAD:
        relay.finish(baton=baton, by=by)
    return part


@transaction.atomic
def take_in_part(*, baton: Baton, words: str, by: Actor) -> Part:
    """收分答: the part of a unit that does not work in this house, as it reached us; with it the unit's baton is done.

    Called by lifting, which asked for the permission and kept the whole text where this is cut. Raises AlreadySubmitted, Ended.
    """
    if Part.objects.filter(baton=baton, submitted_at__isnull=False).exists():
        raise AlreadySubmitted
    officer = by.actor_id if by.kind == "officer" else None
    filled = {"words": words[:PART_LIMIT], "saved_at": clock.now(), "submitted_at": clock.now()}
    part, _new = Part.objects.update_or_create(baton=baton, defaults={**filled, "submitted_by_id": officer})
    trail.record("part.submitted", part, by=by, facts={"baton": baton.pk, "unit": baton.unit_id}, first=True)
    if baton.role != Baton.Role.LEAD:
        relay.finish(baton=baton, by=by, elsewhere=True)
    return part


def _in_hand(baton: Baton, what: str) -> None:
    fresh = Baton.objects.get(pk=baton.pk)
    if fresh.state in (Baton.State.OFFERED, Baton.State.OBJECTED):
        raise NotAccepted(what=what)
    if fresh.state == Baton.State.DONE and Part.objects.filter(baton=baton, submitted_at__isnull=False).exists():
        raise AlreadySubmitted
    if fresh.state != Baton.State.ACCEPTED:
        raise Ended(state=fresh.get_state_display(), what=what)


# --- composing --------------------------------------------------------------------------------------------------


@transaction.atomic
def compose(*, question: Question | None = None, case: Case | None = None, by: Viewer) -> Answer:
    """Open the draft of the lead unit, filled in from what is known: the question, the facts, each unit's part, the basis.

    The draft that exists already is answered as it is. Raises NotAllowed, NoLead, NotAccepted.
    """
    lead = (
        Baton.objects.filter(question=question, case=case, role=Baton.Role.LEAD, state__in=OPEN)
        .select_related("unit", "duty")
        .first()
    )
    if lead is None:
        raise NoLead
    relay_access.require_at(by, May.HANDLE, lead)
    if (known := _open_answer(lead)) and known.lead_id == lead.unit_id:
        return known
    if lead.state != Baton.State.ACCEPTED:
        raise NotAccepted(what="起草共答")
    if known:
        return _take_over(known, lead, by)
    answer = Answer(
        question=question,
        case=case,
        lead=lead.unit,
        round=lead.round,
        composed_by_id=by.officer_id,
        created_at=clock.now(),
        **_prefill(lead, question, case),
    )
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError:
        known = _open_answer(lead)
        if known is None:
            raise
        return known
    trail.record("answer.begun", answer, by=by, facts={"baton": lead.pk, "unit": lead.unit_id}, first=True)
    return answer


def _take_over(answer: Answer, lead: Baton, by: Viewer) -> Answer:
    """The matter passed to another unit while an answer was being made: its draft goes on from there."""
    moved = (
        Answer.objects.filter(pk=answer.pk, lead_id=answer.lead_id)
        .exclude(state=Answer.State.SIGNED)
        .update(lead_id=lead.unit_id, state=Answer.State.DRAFT, submitted_at=None, composed_by_id=by.officer_id)
    )
    if not moved:
        raise Raced
    trail.record("answer.taken_over", answer, by=by, facts={"from": answer.lead_id, "to": lead.unit_id})
    return Answer.objects.select_related("lead").get(pk=answer.pk)


def _open_answer(lead: Baton) -> Answer | None:
    rows = Answer.objects.filter(about(lead.question_id, lead.case_id)).exclude(state=Answer.State.SIGNED)
    return rows.select_related("lead").first()


def _prefill(lead: Baton, question: Question | None, case: Case | None) -> dict[str, str]:
    matter = question or case
    assert matter is not None
    about = question.title if question else (case.title if case and case.title else "")
    phone = f" {lead.unit.phone}" if lead.unit.phone else ""
    return {
        "opening": f"您反映的是：{about}。现将办理情况答复如下。" if about else "现将办理情况答复如下。",
        "found": question.facts if question else "",
        "done": parts_text(lead),
        "basis": lead.duty.basis if lead.duty else "",
        "next_steps": question.handling_note if question else "",
        "remedy": units.words("answer.remedy"),
        "contact": f"{lead.unit.name}{phone}" if phone else "",
        "closing": {"B": "planned", "C": "planned", "D": "explained"}.get(question.handling if question else "", ""),
    }


def parts_text(lead: Baton) -> str:
    """The parts that are in, each under its unit's name: what the composer starts from."""
    rows = Part.objects.filter(
        baton__in=Baton.objects.filter(about(lead.question_id, lead.case_id), round=lead.round),
        submitted_at__isnull=False,
    ).select_related("baton__unit")
    ordered = sorted(rows, key=lambda part: (part.baton.role != Baton.Role.LEAD, part.baton_id))
    return "\n".join(f"{part.baton.unit.name}：{part.words.strip()}" for part in ordered)


@transaction.atomic
def save_draft(*, answer: Answer, by: Viewer, **texts: str) -> Answer:
    """Keep what was typed (any of opening, found, done, basis, would_need, next_steps, remedy, contact, closing).

    A refusal of the window 办不成事 gets the words on review and action where the usual remedy still stands. Raises NotAllowed,
    BadInput, NotDraft.
    """
    _require_composer(answer, by)
    changes = {name: texts[name].strip() for name in PARTS if name in texts}
    if unknown := set(texts) - set(PARTS):
        raise TypeError(f"unknown parts: {sorted(unknown)}")
    labels = field_labels()
    for name, text in changes.items():
        limit = 120 if name == "contact" else TEXT_LIMIT
        if len(text) > limit:
            raise BadInput(name, f"“{labels.get(name, name)}”写了 {len(text)} 字，最多 {limit} 字。")
    if changes.get("closing") and changes["closing"] not in CLOSINGS:
        raise BadInput("closing", "请选一种办结方式。")
    if changes.get("closing") == Case.Closing.REFUSED and is_of_window(answer):
        remedy = changes.get("remedy", answer.remedy)
        changes["remedy"] = units.words("answer.refusal_remedy") if remedy == units.words("answer.remedy") else remedy
    if not Answer.objects.filter(pk=answer.pk, state=Answer.State.DRAFT).update(
        **changes, composed_by_id=by.officer_id
    ):
        _not_draft(answer)
    answer.refresh_from_db()
    return answer


@transaction.atomic
def set_case_words(*, answer: Answer, case: Case, words: str, by: Viewer) -> CaseWords | None:
    """Sentences that only this asker reads; empty words take them out again.

    Raises NotAllowed, BadInput, NotDraft, NotAMember.
    """
    _require_composer(answer, by)
    words = words.strip()
    if len(words) > 1000:
        raise BadInput("words", f"“单独说明”写了 {len(words)} 字，最多 1000 字。")
    locked = Answer.objects.select_for_update(of=("self",), no_key=True).get(pk=answer.pk)
    if locked.state != Answer.State.DRAFT:
        _not_draft(locked)
    if case.pk not in set(receiver_ids(locked)):
        raise NotAMember(number=case.number)
    if not words:
        CaseWords.objects.filter(answer=answer, case=case).delete()
        return None
    row, _new = CaseWords.objects.update_or_create(answer=answer, case=case, defaults={"words": words})
    return row


@transaction.atomic
def submit(*, answer: Answer, by: Viewer, missing_reason: str = "", override_reason: str = "") -> Answer:
    """送签: the answer goes to the unit leader. Missing parts and warnings need a reason; privacy patterns stop it.

    Raises NotAllowed, BadInput, PrivacyFound, NotContacted, RefusalIncomplete, PartsMissing, NeedsReason, NotDraft.
    """
    _require_composer(answer, by)
    missing_reason, override_reason = missing_reason.strip()[:200], override_reason.strip()[:200]
    fresh = Answer.objects.select_for_update(of=("self",), no_key=True).select_related("lead").get(pk=answer.pk)
    if fresh.state != Answer.State.DRAFT:
        _not_draft(fresh)
    if not fresh.done.strip():
        raise BadInput("done", "请写办理结果：办了什么、谁办的。")
    if not fresh.closing:
        raise BadInput("closing", "请选办结方式。")
    soft = _checked(fresh)
    missing = missing_parts(fresh.question_id, fresh.case_id)
    if missing and not missing_reason:
        raise PartsMissing(units="、".join(baton.unit.short_name for baton in missing))
    if soft and not override_reason:
        raise NeedsReason(count=len(soft))
    Answer.objects.filter(pk=answer.pk).update(
        state=Answer.State.SUBMITTED,
        submitted_at=clock.now(),
        composed_by_id=by.officer_id,
        missing_reason=missing_reason if missing else "",
        override_reason=override_reason if soft else "",
    )
    answer.refresh_from_db()
    facts = {
        "warnings": [w.code for w in soft],
        "missing": [b.unit_id for b in missing],
        "closing": fresh.closing,
    }
    trail.record("answer.submitted", answer, by=by, facts=facts)
    return answer


@transaction.atomic
def send_back(*, answer: Answer, reason: str, by: Viewer) -> Answer:
    """退回重写, with the reason; counted. Raises NotAllowed, BadInput, NotSubmitted."""
    by.require_at(May.SIGN, answer.lead_id, answer.lead.path)
    reason = reason.strip()
    if not reason:
        raise BadInput("reason", "请写明退回的理由，起草的人才知道改哪里。")
    if len(reason) > 300:
        raise BadInput("reason", f"“退回理由”写了 {len(reason)} 字，最多 300 字。")
    if not Answer.objects.filter(pk=answer.pk, state=Answer.State.SUBMITTED).update(
        state=Answer.State.DRAFT, redo_count=F("redo_count") + 1, redo_reason=reason, submitted_at=None
    ):
        _not_submitted(answer, "退回")
    answer.refresh_from_db()
    # the baton counts too: a draft that another unit takes over starts clean, its predecessor's redos stay with that unit
    lead = Baton.objects.filter(about(answer.question_id, answer.case_id), role=Baton.Role.LEAD, state__in=OPEN)
    lead.update(redos=F("redos") + 1)
    trail.record("answer.sent_back", answer, by=by, facts={"times": answer.redo_count})
    return answer


# --- signing ----------------------------------------------------------------------------------------------------


@transaction.atomic
def sign(*, answer: Answer, by: Viewer, override_reason: str = "") -> Answer:
    """签发: in one transaction the answer is fixed, every open member gets a frozen reply of its own and a notice, the
    cases and the question are answered, and the lead's baton is done. A constant number of statements per 500 cases.

    Raises NotAllowed, PrivacyFound, NotContacted, RefusalIncomplete, NeedsReason, NotSubmitted, Raced (another leader signed it a
    moment ago).
    """
    by.require_at(May.SIGN, answer.lead_id, answer.lead.path)
    # the matter is locked before the answer, as every step of the relay does
    matter = about(answer.question_id, answer.case_id)
    lead = Baton.objects.filter(matter, role=Baton.Role.LEAD, state__in=OPEN).first()
    if lead is None:
        _not_submitted(answer, "签发")
        raise Raced
    relay.lock_matter(baton=lead)
    fresh = Answer.objects.select_for_update(of=("self",), no_key=True).select_related("lead").get(pk=answer.pk)
    if fresh.state != Answer.State.SUBMITTED or fresh.lead_id != lead.unit_id:
        _not_submitted(fresh, "签发")
        raise Raced
    override_reason = override_reason.strip()[:200] or fresh.override_reason
    soft = _checked(fresh)
    if soft and not override_reason:
        raise NeedsReason(count=len(soft))
    now = clock.now()
    Answer.objects.filter(pk=fresh.pk).update(
        state=Answer.State.SIGNED,
        signed_at=now,
        signed_by_id=by.officer_id,
        override_reason=override_reason,
        search=tokens("\n".join(getattr(fresh, name) for name in SEARCHED)),
    )
    fresh.refresh_from_db()
    receivers = receiver_ids(fresh)
    replied = _reply_to(fresh, receivers, now=now, by=by)
    facts = {
        "signed_for": fresh.lead_id,
        "replies": replied,
        "warnings": [w.code for w in soft],
        "closing": fresh.closing,
    }
    trail.record("answer.signed", fresh, by=by, facts=facts)
    if fresh.closing == Case.Closing.REFUSED:
        _note_refusals(fresh, receivers, by)
    relay.finish(baton=lead, by=by)
    relay.close_rest(baton=lead, by=by, why="answered")
    if fresh.question_id is not None:
        questions.mark_answered(question=Question.objects.get(pk=fresh.question_id), by=by)
    later.defer("invite_verdicts", answer_id=fresh.pk)
    answer.refresh_from_db()
    return fresh


def _note_refusals(answer: Answer, case_ids: Sequence[int], by: Viewer) -> None:
    """On the chain of each case of the window that was refused: by which signed answer."""
    refused = Case.objects.filter(pk__in=case_ids, channel=Case.Channel.STUCK).only("pk").order_by("pk")
    entries: list[tuple[str, models.Model, dict[str, Any] | None]] = [
        ("case.refused", case, {"answer": answer.pk, "unit": answer.lead_id}) for case in refused
    ]
    if entries:
        trail.record_many(entries, by=by)


def _reply_to(answer: Answer, case_ids: Sequence[int], *, now: datetime, by: Actor) -> int:
    """A frozen reply and a notice for each of these cases, in batches; answers how many replies are new."""
    own = dict(CaseWords.objects.filter(answer=answer).values_list("case_id", "words"))
    subject, body = units.words("notice.answered_subject"), units.words("notice.answered")
    made = 0
    for start in range(0, len(case_ids), BATCH):
        batch = list(
            Case.objects.filter(pk__in=case_ids[start : start + BATCH])
            .only("id", "number", "channel", "received_at", "party_id", "reply_wanted")
            .order_by("pk")
        )
        Reply.objects.bulk_create(
            (
                Reply(
                    answer=answer,
                    case=case,
                    body=letter(answer, case, own_words=own.get(case.pk, "")).body,
                    made_at=now,
                )
                for case in batch
            ),
            ignore_conflicts=True,
        )
        cases.mark_answered(case_ids=[case.pk for case in batch], by=by)
        told = [case for case in batch if case.reply_wanted and case.party_id]
        outbox.send_many([_notice(answer, case, subject, body) for case in told])
        made += len(batch)
    return made


def _notice(answer: Answer, case: Case, subject: str, body: str) -> outbox.Draft:
    slots = {
        "number": case.number,
        "unit": answer.lead.name,
        "url": links.tracking_url(case.pk),
        "verdict_url": links.verdict_url(answer.pk, case.pk),
        "owner": settings.OWNER_NAME,
        "district": settings.DISTRICT_NAME,
    }
    return outbox.Draft(
        subject=_filled(subject, slots),
        body=_filled(body, slots),
        about=case,
        dedupe_key=f"answered:{answer.pk}:{case.pk}",
        to_party_id=case.party_id,
    )


def _filled(text: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    return text


@transaction.atomic
def reply_latecomers(*, question_id: int, by: Actor = SYSTEM) -> int:
    """Cases that joined after the answer was signed get it too. Safe to repeat; answers how many were replied to.

    Nothing happens while the question is in hand again: the next joint answer will reach them.
    """
    question = Question.objects.select_for_update(of=("self",), no_key=True).filter(pk=question_id).first()
    if question is None or question.state not in (Question.State.ANSWERED, Question.State.CLOSED):
        return 0
    answer = (
        Answer.objects.filter(question=question, state=Answer.State.SIGNED)
        .select_related("lead")
        .order_by("-pk")
        .first()
    )
    if answer is None:
        return 0
    waiting = Membership.objects.filter(
        question=question, state=Membership.State.ACTIVE, case__state__in=OPEN_CASES
    ).exclude(case__replies__answer=answer)
    case_ids = list(waiting.order_by("case_id").values_list("case_id", flat=True))
    if not case_ids:
        return 0
    _take_to_lead(question, answer, case_ids, by)
    count = _reply_to(answer, case_ids, now=clock.now(), by=by)
    trail.record("answer.sent_to_latecomers", answer, by=by, facts={"replies": count})
    later.defer("invite_verdicts", answer_id=answer.pk)
    return count


def _take_to_lead(question: Question, answer: Answer, case_ids: list[int], by: Actor) -> None:
    """They pass through the lead unit's hands, so that their answer and verdict count for the unit that answered."""
    cases.pass_to(
        case_ids=case_ids,
        holder_id=answer.lead_id,
        unit_ids=question.units,
        due_on=relay.kept_day_of(question),
        by=by,
        verb="case.taken_along",
    )


# --- shared -----------------------------------------------------------------------------------------------------


def _checked(answer: Answer) -> list[Remark]:
    """The soft remarks. Raises PrivacyFound, NotContacted or RefusalIncomplete on a hard one."""
    remarks = check(answer)
    for remark in remarks:
        if not remark.hard:
            continue
        if remark.code == "uncontacted":
            raise NotContacted(numbers=remark.kind)
        if remark.code == "privacy":
            raise PrivacyFound(where=f"“{remark.label}”", kind=remark.kind)
        raise RefusalIncomplete(sentence=remark.sentence)
    return remarks


def _require_composer(answer: Answer, by: Viewer) -> None:
    by.require_at(May.HANDLE, answer.lead_id, answer.lead.path)


def _not_draft(answer: Answer) -> None:
    state = Answer.State(Answer.objects.values_list("state", flat=True).get(pk=answer.pk))
    raise NotDraft(state="已经送签" if state == Answer.State.SUBMITTED else "已经签发")


def _not_submitted(answer: Answer, what: str) -> None:
    state = Answer.objects.values_list("state", flat=True).get(pk=answer.pk)
    if state == Answer.State.SIGNED:
        raise Raced
    if state == Answer.State.DRAFT:
        raise NotSubmitted(what=what)
