"""异议和裁定: “not ours” is said once, with a reason, and ruled on; the matter is held at every moment."""

from django.db import transaction
from django.utils import timezone

from tongti.deadlines.reckonings import kept
from tongti.relay import access, rules
from tongti.relay.actions import matters
from tongti.relay.actions.matters import Matter, clocks_for, locked_matter_of, regime_of, unit_for_baton
from tongti.relay.errors import AlreadyTakesPart, Designated, Ended, MustDesignate, ObjectionUsed, TooLateToObject
from tongti.relay.models import OPEN, Baton, Objection
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.units.access import May, Viewer
from tongti.units.models import Unit

TRIES = 3
"""After so many failed tries a unit is designated (安徽 2025; domain sheet W1 rule 4)."""


@transaction.atomic
def object_(*, baton: Baton, reason: str, basis: str, suggested_id: int | None = None, by: Viewer) -> Objection:
    """提异议: not this unit's duty, why, on which basis, whose it is. The unit goes on holding it until the ruling, whose own
    clock begins here (泉州: the same day; W1 rule 4: the same or the next).

    Raises NotAllowed, BadInput, Designated, ObjectionUsed, TooLateToObject, Ended, Raced.
    """
    access.require_at(by, May.RECEIVE, baton)
    reason = checked_words(reason, "reason", "理由", 500)
    basis = checked_words(basis, "basis", "依据", 300)
    if suggested_id is not None:
        suggested_id = unit_for_baton(suggested_id, "suggested_id").pk
    if suggested_id == baton.unit_id:
        raise BadInput("suggested_id", "建议单位不能是本单位。")
    matter = locked_matter_of(baton)
    _check_may_object(baton)
    if not Baton.objects.filter(pk=baton.pk, state=Baton.State.OFFERED).update(state=Baton.State.OBJECTED):
        _refused(baton)
    now = clock.now()
    due = rules.ruling_due(baton, at=now)
    objection = Objection.objects.create(
        baton=baton,
        due_on=due.due_on if due else None,
        due_at=due.due_at if due and not due.by_day else None,
        reckoning_id=kept(due).reckoning_id if due else None,
        reason=reason,
        basis=basis,
        suggested_id=suggested_id,
        raised_by_id=by.officer_id,
        raised_at=now,
    )
    baton.refresh_from_db()
    matters.record(
        "baton.objected", [baton], matter, by=by, facts={"objection": objection.pk, "suggested": suggested_id}
    )
    return objection


def _check_may_object(baton: Baton) -> None:
    fresh = Baton.objects.get(pk=baton.pk)
    if fresh.designated:
        raise Designated
    if Objection.objects.filter(baton=baton).exclude(ruling="").exists():
        raise ObjectionUsed
    if fresh.object_due_at and clock.now() > fresh.object_due_at and fresh.state == Baton.State.OFFERED:
        until = timezone.localtime(fresh.object_due_at)
        raise TooLateToObject(until=f"{until.month} 月 {until.day} 日 {until:%H:%M}")


def _refused(baton: Baton) -> None:
    state = Baton.objects.values_list("state", flat=True).get(pk=baton.pk)
    if state in (Baton.State.DONE, Baton.State.RECALLED):
        raise Ended(state=Baton.State(state).label, what="提异议")
    raise Raced


@transaction.atomic
def rule(*, objection: Objection, ruling: str, note: str = "", to_unit_id: int | None = None, by: Viewer) -> Baton:
    """裁定: reassign to ``to_unit_id``, uphold, or designate (``to_unit_id`` or the same unit). Answers who holds it now.

    The old baton is recalled and the new one offered in one transaction, so the matter is never unheld. After the third
    failed try only a designation will do. Raises NotAllowed, BadInput, MustDesignate, AlreadyTakesPart, Raced.
    """
    by.require(May.RULE)
    note = checked_words(note, "note", "裁定说明", 300)
    if ruling not in Objection.Ruling.values:
        raise BadInput("ruling", "请选一种裁定。")
    baton = Baton.objects.select_related("unit").get(pk=objection.baton_id)
    matter = locked_matter_of(baton)
    if ruling != Objection.Ruling.DESIGNATED and baton.attempt >= TRIES:
        raise MustDesignate(tries=baton.attempt)
    ruled = Objection.objects.filter(pk=objection.pk, ruling="").update(
        ruling=ruling, ruling_note=note, ruled_by_id=by.officer_id, ruled_at=clock.now()
    )
    if not ruled:
        raise Raced
    target = _target(baton, ruling, to_unit_id)
    facts = {"objection": objection.pk, "ruling": ruling, "to": target.pk if target else baton.unit_id}
    if target is None:
        designated = ruling == Objection.Ruling.DESIGNATED
        if not Baton.objects.filter(pk=baton.pk, state=Baton.State.OBJECTED).update(
            state=Baton.State.OFFERED, designated=designated
        ):
            raise Raced
        baton.refresh_from_db()
        matters.record("baton.ruled", [baton], matter, by=by, facts=facts)
        return baton
    matters.record("baton.ruled", [baton], matter, by=by, facts=facts)
    return _pass_to(
        baton, target, matter, by=by, designated=ruling == Objection.Ruling.DESIGNATED, reason=note[:200], failed=True
    )


def _target(baton: Baton, ruling: str, to_unit_id: int | None) -> Unit | None:
    """The unit that gets it instead; None when it stays where it is."""
    if ruling == Objection.Ruling.UPHELD:
        return None
    if ruling == Objection.Ruling.REASSIGNED and to_unit_id is None:
        raise BadInput("to_unit_id", "请选改派给哪个单位。")
    if to_unit_id is None or (to_unit_id == baton.unit_id and ruling == Objection.Ruling.DESIGNATED):
        return None
    if to_unit_id == baton.unit_id:
        raise BadInput("to_unit_id", "改派要选别的单位；维持原派请选“不采纳，维持原派”。")
    return unit_for_baton(to_unit_id, "to_unit_id")


@transaction.atomic
def redispatch(*, baton: Baton, to_unit_id: int, reason: str, by: Viewer) -> Baton:
    """改派 without an objection: the dispatcher saw that another unit should have it. Total time keeps running.

    Raises NotAllowed, BadInput, Ended, AlreadyTakesPart, Raced.
    """
    by.require(May.DISPATCH)
    reason = checked_words(reason, "reason", "改派理由", 200)
    target = unit_for_baton(to_unit_id, "to_unit_id")
    if target.pk == baton.unit_id:
        raise BadInput("to_unit_id", "改派要选别的单位。")
    matter = locked_matter_of(baton)
    fresh = Baton.objects.select_related("unit").get(pk=baton.pk)
    if not fresh.is_open:
        raise Ended(state=fresh.get_state_display(), what="改派")
    matters.close_objection(fresh, reason, matter, by=by)
    failed = fresh.state == Baton.State.OBJECTED
    return _pass_to(fresh, target, matter, by=by, designated=False, reason=reason, failed=failed)


def _pass_to(
    old: Baton, target: Unit, matter: Matter, *, by: Viewer, designated: bool, reason: str, failed: bool
) -> Baton:
    """Recall ``old`` and offer its duty to ``target`` in this transaction. The handling clock goes on (W0.1)."""
    if matter.open_batons().filter(unit=target).exclude(pk=old.pk).exists():
        raise AlreadyTakesPart(unit=target.short_name)
    now = clock.now()
    if not Baton.objects.filter(pk=old.pk, state__in=OPEN, unit_id=old.unit_id).update(
        state=Baton.State.RECALLED, ended_at=now, promised_until=None, paused_until=None
    ):
        raise Raced
    old.refresh_from_db()
    matters.drop_requests([old], matter, by=by)
    new = Baton(
        question_id=old.question_id,
        case_id=old.case_id,
        role=old.role,
        unit=target,
        task=old.task,
        attempt=old.attempt + 1 if failed else old.attempt,
        designated=designated,
        round=old.round,
        duty_id=None,
        dispatch_reason=reason,
        dispatched_by_id=by.officer_id,
        offered_at=now,
    )
    _carry_clocks(new, old, matter)
    new.save(force_insert=True)
    matters.record("baton.recalled", [old], matter, by=by, facts={"to": target.pk})
    facts = {"from": old.unit_id, "attempt": new.attempt, "designated": designated, "due_on": new.due_on.isoformat()}
    matters.record("baton.offered", [new], matter, by=by, facts=facts)
    matters.count_ended([old])
    matters.count_offered([new])
    matters.settle_units(matter, by=by, lead_id=target.pk if new.role == Baton.Role.LEAD else None)
    return new


def _carry_clocks(new: Baton, old: Baton, matter: Matter) -> None:
    """The new unit signs and objects by clocks of its own; the handling clock restarts only if the regime says so."""
    regime = regime_of(matter, joint=True, start=new.offered_at)
    fresh = clocks_for(regime, new.role, new.offered_at, received=matter.received_at)
    new.sign_due_at, new.object_due_at, new.contact_due_at = (
        fresh.sign_due_at,
        fresh.object_due_at,
        fresh.contact_due_at,
    )
    if regime.restarts:
        new.started_on = clock.today()
        for name, value in fresh.columns.items():
            setattr(new, name, value)
        return
    new.started_on, new.due_on, new.due_at = old.started_on, old.due_on, old.due_at
    new.regime_version, new.calendar_version, new.explanation = (
        old.regime_version,
        old.calendar_version,
        old.explanation | {"others": fresh.others},
    )
