"""回头看: difficulties of before are looked at again at the firm itself, by somebody who did not do the work; what came back begins anew."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, NotVisible, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.queries import officer_ids_in
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import Reopening
from tongti.visits import access
from tongti.visits.actions.telling import tell_firm
from tongti.visits.errors import AlreadyPlanned, NothingCameBack, NotOutside
from tongti.visits.models import Revisit, RevisitRule, Visit
from tongti.visits.past import due_cases, is_outside, officers_for

LEAD_DAYS = 7
"""How many days ahead the rule plans, so that a revisit can be joined to a visit that is made anyhow."""
A_LOT = 200
UNCLASSED = ""
_OPENED = uuid.UUID("9d6a1f4e-6c1b-4d4a-9f6e-8f7a2f5f9c02")


@dataclass(frozen=True)
class RuleDraft:
    """How many days after closing one class is looked at again (None: not at all), and the paper that says so."""

    days: int | None
    source: str = ""


@transaction.atomic
def set_revisit_rules(*, rules: Mapping[str, RuleDraft], by: Viewer) -> list[str]:
    """Write the days of each class ("" for findings without one); answers the classes that changed.

    Revisits that are planned already keep their day. Raises NotAllowed, BadInput.
    """
    by.require(May.CAMPAIGN)
    changed = []
    for handling, draft in rules.items():
        if handling not in (UNCLASSED, *Question.Handling.values):
            raise BadInput("days", "没有这个处置类别。")
        name = handling or "none"
        source = checked_words(draft.source, f"source_{name}", "出处", 120, optional=draft.days is None)
        if draft.days is not None and not 1 <= draft.days <= 730:
            raise BadInput(f"days_{name}", "请填 1 到 730 天；不安排的空着。")
        before = RevisitRule.objects.filter(handling=handling).first()
        if (before.days, before.source) == (draft.days, source) if before else draft.days is None and not source:
            continue
        row, _ = RevisitRule.objects.update_or_create(
            handling=handling,
            defaults={"days": draft.days, "source": source, "changed_by_id": by.officer_id, "changed_at": clock.now()},
        )
        facts = {"handling": handling, "days": draft.days, "before": before.days if before else None}
        trail.record("revisit.rules_set", row, by=by, facts=facts)
        changed.append(handling)
    return changed


@transaction.atomic
def plan_revisit(*, case: Case, officer_id: int, day: date, by: Viewer) -> Revisit:
    """Somebody who looks after the firm is to ask again on ``day``.

    Raises NotVisible, NotAllowed, BadInput, AlreadyPlanned, NotOutside.
    """
    by.require(May.VISIT)
    if case.party_id is None:
        raise NotVisible
    access.require_firm(by, case.party_id)
    if day < clock.today():
        raise BadInput("day", "计划日期不能早于今天。")
    if not by.can(May.CAMPAIGN):
        officer_id = by.officer_id
    _outside(case, officer_id)
    try:
        with transaction.atomic():
            revisit = Revisit.objects.create(case=case, officer_id=officer_id, planned_on=day, planned_at=clock.now())
    except IntegrityError as error:
        raise AlreadyPlanned from error
    facts = {"case": case.pk, "officer": officer_id, "day": day.isoformat()}
    trail.record("revisit.planned", revisit, by=by, facts=facts, first=True)
    return revisit


@transaction.atomic
def plan_due_revisits(*, by: Actor = SYSTEM, limit: int = A_LOT) -> int:
    """往期问题回访: plan what the rule asks for, from the closed difficulties of every campaign; answers how many.

    Each goes to an officer who looks after the firm and is of no unit that did the work; to nobody (the office names one) where
    there is none. Safe to repeat; a lot at a time. Raises NotAllowed, Raced.
    """
    if isinstance(by, Viewer):
        by.require(May.CAMPAIGN)
    today = clock.today()
    due = due_cases(until=today + timedelta(days=LEAD_DAYS), limit=limit)
    chosen = officers_for({case.pk: case.party_id or 0 for case, _ in due})
    now = clock.now()
    rows = [
        Revisit(case=case, officer_id=chosen[case.pk], planned_on=max(day, today), planned_at=now, by_rule=True)
        for case, day in due
    ]
    try:
        with transaction.atomic():
            made = Revisit.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Raced from error  # somebody planned one of them at this very moment
    entries: list[tuple[str, models.Model, dict[str, Any] | None]] = [
        ("revisit.planned", row, {"case": row.case_id, "officer": row.officer_id, "day": row.planned_on.isoformat()})
        for row in made
    ]
    trail.record_many(entries, by=by, first=True)
    return len(made)


@transaction.atomic
def assign_revisit(*, revisit: Revisit, officer_id: int, by: Viewer) -> Revisit:
    """The office names who goes (again, where it was somebody else). Raises NotAllowed, BadInput, NotOutside, Raced."""
    by.require(May.CAMPAIGN)
    if officer_id not in officer_ids_in(["field_officer"]):
        raise BadInput("officer", "请选一位走访员。")
    _outside(revisit.case, officer_id)
    won = Revisit.objects.filter(pk=revisit.pk, state=Revisit.State.PLANNED).update(officer_id=officer_id)
    if not won:
        raise Raced
    facts = {"officer": officer_id, "before": revisit.officer_id}
    trail.record("revisit.assigned", revisit, by=by, facts=facts)
    revisit.refresh_from_db()
    return revisit


@transaction.atomic
def finish_revisit(
    *, revisit: Revisit, result: str, words: str, by: Viewer, visit: Visit | None = None, as_new: bool = False
) -> Revisit:
    """What the firm says now, in its own words.

    Solved or partly solved is only for somebody outside the units that did the work to write down. What came back (or was never
    solved) begins anew once it had been answered or closed: the same case in hand again, or ``as_new`` a case of its own that is
    linked to it. Raises NotVisible, BadInput, Raced, NotOutside, NothingCameBack, NothingToReopen.
    """
    by.require(May.VISIT)
    if revisit.officer_id != by.officer_id and not by.can(May.CAMPAIGN):
        raise NotVisible
    if result not in Revisit.Result.values:
        raise BadInput("result", "请选企业说解决了没有。")
    quiet = (Revisit.Result.SOLVED, Revisit.Result.UNREACHED)
    words = checked_words(words, "words", "企业怎么说", 300, optional=result in quiet)
    case = Case.objects.get(pk=revisit.case_id)
    if result in (Revisit.Result.SOLVED, Revisit.Result.PARTLY):
        _outside(case, by.officer_id)
    won = Revisit.objects.filter(pk=revisit.pk, state=Revisit.State.PLANNED).update(
        state=Revisit.State.DONE, result=result, words=words, done_at=clock.now(), done_by_id=by.officer_id, visit=visit
    )
    if not won:
        raise Raced
    trail.record("revisit.done", revisit, by=by, facts={"case": revisit.case_id, "result": result})
    if result in (Revisit.Result.BACK, Revisit.Result.NOT):
        _begin_anew(revisit, case, result, words, as_new=as_new, by=by)
    revisit.refresh_from_db()
    return revisit


def _begin_anew(revisit: Revisit, case: Case, result: str, words: str, *, as_new: bool, by: Viewer) -> None:
    if case.state not in (Case.State.ANSWERED, Case.State.CLOSED):
        if as_new:
            raise NothingCameBack
        return  # in hand already: what the firm said stands on the revisit
    if as_new:
        _open_new(revisit, case, words, by)
        return
    why = Reopening.Why.AGAIN if result == Revisit.Result.BACK else Reopening.Why.REVISIT
    verdicts.again(case=case, words=words, by=by, why=why)
    Revisit.objects.filter(pk=revisit.pk).update(reopened=True)
    trail.record("revisit.came_back", revisit, by=by, facts={"case": case.pk, "reopened": True})


def _open_new(revisit: Revisit, case: Case, words: str, by: Viewer) -> None:
    """A case of its own, by the same door and for the same firm, linked to the earlier one: the officer says that it is the same."""
    by.require(May.REGISTER)
    intake = cases.Intake(
        key=uuid.uuid5(_OPENED, str(revisit.pk)),
        channel=Case.Channel.VISIT,
        kind=case.kind,
        title=case.title,
        body=words,
        category_id=case.category_id,
        place_id=case.place_id,
        asker_party_id=case.party_id,
        asker_kind=case.party_kind,
        hide_identity=case.hide_identity,
        repeat_of_id=case.pk,
    )
    opened = cases.register(intake=intake, by=by)
    Revisit.objects.filter(pk=revisit.pk).update(opened=opened)
    trail.record("revisit.came_back", revisit, by=by, facts={"case": case.pk, "opened": opened.pk})
    tell_firm(case=opened, by=by)


def _outside(case: Case, officer_id: int) -> None:
    if not is_outside(officer_id, case.pk):
        raise NotOutside
