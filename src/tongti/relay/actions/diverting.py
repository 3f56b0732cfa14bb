"""后期分流: what is in hand turns out to be one of the six; the hotline agrees in writing, the asker is told her way (潍坊条例 21).

On a question it is about all who ask it: the same object and the same problem are the same one of the six. Who is not
like the others is taken out of the question first.
"""

from django.conf import settings
from django.db import IntegrityError, transaction

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.outbox import actions as outbox
from tongti.questions import actions as questions
from tongti.relay import access
from tongti.relay.actions import matters
from tongti.relay.actions.endings import end_all
from tongti.relay.actions.extending import in_work, not_asked, outside
from tongti.relay.actions.matters import case_ids_of, locked_matter_of
from tongti.relay.errors import AlreadyAsked, LeadOnly
from tongti.relay.models import Baton, LateDiversion
from tongti.relay.models.asking import Ask
from tongti.shared import clock, links
from tongti.shared.text import checked_words
from tongti.units import queries as units
from tongti.units.access import May, Viewer


@transaction.atomic
def ask_diversion(*, baton: Baton, reason_code: str, why: str, words: str, by: Viewer) -> LateDiversion:
    """申请分流 of a case or question in hand: which of the six, why it shows only now, what every asker is to be told.

    Raises NotAllowed, BadInput, LeadOnly, NotAccepted, Ended, AlreadyAsked.
    """
    access.require_at(by, May.HANDLE, baton)
    words = cases.checked_diversion(reason_code, words)
    why = checked_words(why, "why", "办理中才发现的情况", 500)
    if baton.role != Baton.Role.LEAD:
        raise LeadOnly(what="申请分流")
    matter = locked_matter_of(baton)
    fresh = in_work(baton, "申请分流")
    try:
        with transaction.atomic():
            row = LateDiversion.objects.create(
                baton=fresh, reason=reason_code, why=why, words=words, asked_by_id=by.officer_id, asked_at=clock.now()
            )
    except IntegrityError as error:
        raise AlreadyAsked(what="分流") from error
    facts = {"diversion": row.pk, "reason": reason_code}
    matters.record("baton.diversion_asked", [fresh], matter, by=by, facts=facts)
    return row


@transaction.atomic
def decide_diversion(*, diversion: LateDiversion, approve: bool, note: str, by: Viewer) -> LateDiversion:
    """书面审批后期分流. Approved: the words reach every asker, the batons end, each case is closed as diverted and counted apart.

    Raises NotAllowed, OwnRequest, BadInput, NotAsked, Raced.
    """
    by.require(May.RULE)
    note = checked_words(note, "note", "书面意见", 300)
    baton = Baton.objects.select_related("unit", "case").get(pk=diversion.baton_id)
    outside(by, baton)
    matter = locked_matter_of(baton)
    won = LateDiversion.objects.filter(pk=diversion.pk, state=Ask.ASKED).update(
        state=Ask.APPROVED if approve else Ask.REFUSED,
        decided_by_id=by.officer_id,
        decided_at=clock.now(),
        decision_note=note,
    )
    if not won:
        not_asked(diversion, "审批")
    diversion.refresh_from_db()
    facts = {"diversion": diversion.pk, "reason": diversion.reason}
    if not approve:
        matters.record("baton.diversion_refused", [baton], matter, by=by, facts=facts)
        return diversion
    members = list(Case.objects.filter(pk__in=case_ids_of(matter)).order_by("pk"))
    matters.record("baton.diverted", [baton], matter, by=by, facts={**facts, "cases": len(members)})
    end_all(matter, by=by, why="diverted")
    for case in members:
        cases.divert_late(
            case=case,
            reason_code=diversion.reason,
            words=diversion.words,
            asked_by_id=diversion.asked_by_id,
            by=by,
        )
        _tell(case, diversion)
    if matter.question:
        questions.mark_diverted(question=matter.question, by=by)
    return diversion


def _tell(case: Case, diversion: LateDiversion) -> None:
    """The words themselves are on her page; the notice only says where, for a message may be read by others."""
    if not case.reply_wanted or case.party_id is None:
        return
    slots = {
        "number": case.number,
        "url": links.tracking_url(case.pk),
        "owner": settings.OWNER_NAME,
        "district": settings.DISTRICT_NAME,
    }
    subject, body = units.words("notice.diverted_subject"), units.words("notice.diverted")
    for name, value in slots.items():
        subject, body = subject.replace("{" + name + "}", value), body.replace("{" + name + "}", value)
    outbox.send(
        about=case, subject=subject, body=body, dedupe_key=f"diverted:{diversion.pk}:{case.pk}", to_party=case.party_id
    )
