"""Before a visit: plan it, go along to somebody else's instead, move it, call it off. The firm's month is watched."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tongti.parties.models import Party
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.visits import access
from tongti.visits.errors import GuardSays, NotPlanned, NotRunning
from tongti.visits.guard import ON_SITE, Guard, guard_of
from tongti.visits.models import Assignment, Campaign, Companion, Part, Visit


@dataclass(frozen=True)
class Plan:
    """A visit to be: who goes where and when."""

    campaign: Campaign
    party_id: int
    officer_id: int
    day: date
    part: str = Part.DAY
    way: str = Visit.Way.VISIT


@transaction.atomic
def plan_visit(*, plan: Plan, by: Viewer, overrule: str = "") -> Visit:
    """约走访. When the firm's month is full only the command office may add one, with a reason that stays on the trail.

    A field officer plans for herself, at firms that she looks after. Raises NotVisible, NotAllowed, BadInput, NotRunning, GuardSays.
    """
    _may_plan(plan, by)
    _check(plan)
    guard = _watched(plan)
    reason = _overruled(guard, plan.way, overrule, by)
    hers = Assignment.objects.filter(
        campaign=plan.campaign, party_id=plan.party_id, officer_id=plan.officer_id, ended_on=None
    ).first()
    now = clock.now()
    visit = Visit.objects.create(
        campaign=plan.campaign,
        party_id=plan.party_id,
        officer_id=plan.officer_id,
        team_id=hers.team_id if hers else None,
        way=plan.way,
        planned_on=plan.day,
        part=plan.part,
        over_cap=bool(reason),
        overruled_by_id=by.officer_id if reason else None,
        overrule_reason=reason,
        changed_by_id=by.officer_id,
        changed_at=now,
        made_at=now,
    )
    facts = {"firm": visit.party_id, "officer": visit.officer_id, "day": plan.day.isoformat(), "taken": guard.taken}
    trail.record("visit.planned", visit, by=by, facts=facts | ({"cap": guard.cap} if reason else {}), first=True)
    if reason:
        trail.record("visit.guard_overruled", visit, by=by, facts={"taken": guard.taken, "cap": guard.cap})
    return visit


def _may_plan(plan: Plan, by: Viewer) -> None:
    access.require_firm(by, plan.party_id)
    if by.can(May.CAMPAIGN):
        return
    by.require(May.VISIT)
    if plan.officer_id != by.officer_id:
        raise NotAllowed(what=May.CAMPAIGN.value)


def _check(plan: Plan) -> None:
    if plan.part not in Part.values or plan.way not in Visit.Way.values:
        raise BadInput("part" if plan.part not in Part.values else "way", "没有这个选项，请重新选择。")
    if plan.day < clock.today():
        raise BadInput("day", "约定日期不能早于今天；已经走访过的，直接填走访记录。")
    if not plan.campaign.starts_on <= plan.day <= plan.campaign.ends_on:
        raise NotRunning(day=f"{plan.day.month} 月 {plan.day.day} 日", campaign=plan.campaign.name)


def _watched(plan: Plan, *, without: int = 0) -> Guard:
    """The guard of the firm's month. The firm's row is locked, so that two who plan at once cannot both have the last place."""
    if not Party.objects.select_for_update().only("pk").filter(pk=plan.party_id).exists():
        raise NotVisible
    return guard_of(plan.campaign, plan.party_id, plan.day, plan.part, without=without, officer_id=plan.officer_id)


def _overruled(guard: Guard, way: str, overrule: str, by: Viewer) -> str:
    """The command office's reason, "" when none is needed. Raises GuardSays, BadInput."""
    if way not in ON_SITE or not guard.full:
        return ""
    if not by.can(May.CAMPAIGN) or not overrule.strip():
        raise GuardSays(sentence=guard.sentence)
    return checked_words(overrule, "overrule", "加访理由", 200)


@transaction.atomic
def join_visit(*, visit: Visit, by: Viewer) -> Companion:
    """并成一次: go along to a visit that somebody else has planned at a firm of hers. Safe to repeat. Raises NotVisible, NotPlanned."""
    by.require(May.VISIT)
    access.require_firm(by, visit.party_id)
    held = _locked(visit)
    if held.state != Visit.State.PLANNED:
        raise NotPlanned(state=held.get_state_display())
    mine = Assignment.objects.filter(officer_id=by.officer_id, party_id=visit.party_id, ended_on=None).first()
    companion, new = Companion.objects.get_or_create(
        visit=held,
        officer_id=by.officer_id,
        defaults={"team_id": mine.team_id if mine else None, "joined_at": clock.now()},
    )
    if new:
        trail.record("visit.joined", held, by=by, facts={"officer": by.officer_id, "team": companion.team_id})
    return companion


@transaction.atomic
def move_visit(*, visit: Visit, day: date, part: str, by: Viewer, overrule: str = "") -> Visit:
    """改期. The guard looks again. Raises NotVisible, BadInput, NotRunning, NotPlanned, GuardSays, Raced."""
    _require_write(by, visit)
    plan = Plan(visit.campaign, visit.party_id, visit.officer_id, day, part, visit.way)
    _check(plan)
    guard = _watched(plan, without=visit.pk)
    reason = _overruled(guard, visit.way, overrule, by)
    columns: dict[str, object] = {"planned_on": day, "part": part}
    if reason:
        columns |= {"over_cap": True, "overruled_by_id": by.officer_id, "overrule_reason": reason}
    _change(visit, by, **columns)
    trail.record("visit.moved", visit, by=by, facts={"day": day.isoformat(), "part": part})
    if reason:
        trail.record("visit.guard_overruled", visit, by=by, facts={"taken": guard.taken, "cap": guard.cap})
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by: Viewer) -> Visit:
    """取消, with a reason. Raises NotVisible, BadInput, NotPlanned, Raced."""
    _require_write(by, visit)
    reason = checked_words(reason, "reason", "取消原因", 200)
    _change(visit, by, state=Visit.State.CANCELLED, cancel_reason=reason)
    trail.record("visit.cancelled", visit, by=by)
    return visit


def _require_write(by: Viewer, visit: Visit) -> None:
    by.require(May.VISIT)
    if not Visit.objects.filter(access.writable(by), pk=visit.pk).exists():
        raise NotVisible


def _locked(visit: Visit) -> Visit:
    return Visit.objects.select_for_update().get(pk=visit.pk)


def _change(visit: Visit, by: Viewer, **columns: object) -> None:
    """Compare-and-set of a visit that is still planned, as the caller saw it."""
    held = _locked(visit)
    if held.state != Visit.State.PLANNED:
        raise NotPlanned(state=held.get_state_display())
    won = Visit.objects.filter(pk=visit.pk, version=visit.version).update(
        version=visit.version + 1, changed_by_id=by.officer_id, changed_at=clock.now(), **columns
    )
    if not won:
        raise Raced
    visit.refresh_from_db()
