"""回头看: difficulties of before are looked at again, at the firm itself."""

from datetime import date

from django.db import IntegrityError, transaction

from tongti.cases.models import Case
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotVisible, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.visits import access
from tongti.visits.errors import AlreadyPlanned
from tongti.visits.models import Revisit, Visit


@transaction.atomic
def plan_revisit(*, case: Case, officer_id: int, day: date, by: Viewer) -> Revisit:
    """Somebody who looks after the firm is to ask again on ``day``. Raises NotVisible, NotAllowed, BadInput, AlreadyPlanned."""
    by.require(May.VISIT)
    if case.party_id is None:
        raise NotVisible
    access.require_firm(by, case.party_id)
    if day < clock.today():
        raise BadInput("day", "计划日期不能早于今天。")
    if not by.can(May.CAMPAIGN):
        officer_id = by.officer_id
    try:
        with transaction.atomic():
            revisit = Revisit.objects.create(case=case, officer_id=officer_id, planned_on=day)
    except IntegrityError as error:
        raise AlreadyPlanned from error
    facts = {"case": case.pk, "officer": officer_id, "day": day.isoformat()}
    trail.record("revisit.planned", revisit, by=by, facts=facts, first=True)
    return revisit


@transaction.atomic
def finish_revisit(*, revisit: Revisit, result: str, words: str, by: Viewer, visit: Visit | None = None) -> Revisit:
    """What the firm says now. Not solved is a result like another; it does not reopen anything by itself.

    Raises NotVisible, BadInput, Raced.
    """
    by.require(May.VISIT)
    if revisit.officer_id != by.officer_id and not by.can(May.CAMPAIGN):
        raise NotVisible
    if result not in Revisit.Result.values:
        raise BadInput("result", "请选企业说解决了没有。")
    words = checked_words(words, "words", "企业怎么说", 300, optional=result == Revisit.Result.SOLVED)
    won = Revisit.objects.filter(pk=revisit.pk, state=Revisit.State.PLANNED).update(
        state=Revisit.State.DONE, result=result, words=words, done_at=clock.now(), visit=visit
    )
    if not won:
        raise Raced
    trail.record("revisit.done", revisit, by=by, facts={"case": revisit.case_id, "result": result})
    revisit.refresh_from_db()
    return revisit
