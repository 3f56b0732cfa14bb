"""联系诉求人: every try is logged, and not being reachable is a state of its own; emergencies are reported at once."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from tongti.cases import queries as cases
from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.questions.models import Membership
from tongti.relay import access
from tongti.relay.models import Baton, Contact, Reach, UrgentReport
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

# Whoever does not want to talk was reached all the same.
REACHED = (Contact.Result.REACHED.value, Contact.Result.REFUSED.value)
URGENT = (Case.Urgency.URGENT.value, Case.Urgency.CRITICAL.value)


@transaction.atomic
def record_contact(
    *, case: Case, baton: Baton | None = None, way: str, result: str, words: str = "", by: Viewer
) -> Contact:
    """记联系: one try to reach one asker, reached or not. After TONGTI_CONTACT_TRIES tries at different times without an
    answer her state is “联系不上” (W1 rule 6): not handled, counted apart, and over as soon as somebody reaches her.

    Raises NotAllowed, BadInput, NotVisible.
    """
    if baton is not None:
        access.require_at(by, May.HANDLE, baton)
        _check_travels_with(case, baton)
    else:
        by.require(May.HANDLE)
    if result not in Contact.Result.values:
        raise BadInput("result", "请选联系的结果。")
    way = checked_words(way, "way", "方式", 20)
    if len(words) > 300:
        raise BadInput("words", f"“记录”写了 {len(words)} 字，最多 300 字。")
    # the case's row keeps two people who log at once from counting one try twice
    locked = Case.objects.select_for_update(of=("self",), no_key=True).only("id", "holder_id").get(pk=case.pk)
    now = clock.now()
    row = Contact.objects.create(
        case=case, baton=baton, way=way, result=result, words=words.strip(), by_id=by.officer_id, at=now
    )
    trail.record("case.contacted", case, by=by, facts={"contact": row.pk, "result": result})
    if baton is not None:
        Baton.objects.filter(pk=baton.pk, first_contact_at=None).update(first_contact_at=now)
    unit_id = baton.unit_id if baton else locked.holder_id or 0
    _settle_reach(case, row, unit_id=unit_id, round_=baton.round if baton else 1, by=by)
    return row


def _settle_reach(case: Case, contact: Contact, *, unit_id: int, round_: int, by: Viewer) -> None:
    reach, _new = Reach.objects.get_or_create(
        case=case, defaults={"first_at": contact.at, "unit_id": unit_id, "round": round_}
    )
    before = reach.state
    if round_ > reach.round:
        # it came back: the new round has to reach her anew
        reach.round, reach.state, reach.tries, reach.counted_at = round_, Reach.State.TRYING, 0, None
    reach.unit_id = unit_id
    if contact.result in REACHED:
        reach.state, reach.reached_at = Reach.State.REACHED, contact.at
    elif reach.state != Reach.State.REACHED and _apart(reach.counted_at, contact.at):
        reach.tries, reach.counted_at = reach.tries + 1, contact.at
        if reach.tries >= settings.CONTACT_TRIES:
            reach.state = Reach.State.UNREACHABLE
    reach.save(update_fields=["state", "round", "tries", "unit_id", "counted_at", "reached_at"])
    if reach.state == before or reach.state == Reach.State.TRYING:
        return
    facts: dict[str, Any] = {"tries": reach.tries, "unit": unit_id}
    if reach.state == Reach.State.UNREACHABLE:
        trail.record("case.unreachable", case, by=by, facts=facts)
        figures.add(Count("unreachable", clock.today(), unit_id=unit) for unit in (0, unit_id))
    elif before == Reach.State.UNREACHABLE:
        trail.record("case.reached", case, by=by, facts=facts)


def _apart(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= timedelta(hours=settings.CONTACT_HOURS_APART)


def _check_travels_with(case: Case, baton: Baton) -> None:
    if baton.question_id is None:
        if baton.case_id != case.pk:
            raise NotVisible
        return
    member = Membership.objects.filter(question_id=baton.question_id, case=case, state=Membership.State.ACTIVE)
    if not member.exists():
        raise NotVisible


@transaction.atomic
def report_urgent(*, case: Case, to: str, way: str, reported_at: datetime, words: str = "", by: Viewer) -> UrgentReport:
    """记即时报告: an emergency was reported; to whom, when, how, and what was answered (信访工作条例 25).

    For clerks and dispatchers, and for the unit that holds it. Raises NotAllowed, BadInput.
    """
    if not (by.can(May.REGISTER) or by.can(May.SUPERVISE) or (by.can(May.HANDLE) and by.unit_ids & set(case.units))):
        raise NotAllowed(what="记即时报告")
    if case.urgency not in URGENT:
        raise BadInput("to", "只有紧急、特急的诉求要记即时报告；情况变急的，请先更正紧急程度。")
    to = checked_words(to, "to", "向谁报告", 60)
    if way not in UrgentReport.Way.values:
        raise BadInput("way", "请选报告的方式。")
    if len(words) > 500:
        raise BadInput("words", f"“报告内容和回复”写了 {len(words)} 字，最多 500 字。")
    if reported_at > clock.now():
        raise BadInput("reported_at", "报告时间不能在以后。")
    if reported_at < cases.case_by_id(case.pk).received_at:
        raise BadInput("reported_at", "报告时间不能早于收到诉求的时间。")
    report = UrgentReport.objects.create(
        case=case, to=to, way=way, words=words.strip(), reported_at=reported_at, by_id=by.officer_id, at=clock.now()
    )
    trail.record("case.reported_at_once", case, by=by, facts={"report": report.pk, "way": way})
    return report
