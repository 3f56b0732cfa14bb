"""交接: when the person changes, her open batons, promises and contacts pass on by a sheet that both confirm (W6).

Deadlines never change by it: 优化营商环境条例 31 lets no change of officials be a reason.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count as Count_
from django.db.models import Q

from tongti.accounts.models import Officer
from tongti.relay.actions import matters
from tongti.relay.errors import NotOnSheet, SheetClosed, SheetOpen
from tongti.relay.models import Baton, Contact, HandOver, HandOverItem, HandOverSheet
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import ROLES, May, Viewer
from tongti.units.models import Unit

Kind, State = HandOverSheet.Kind, HandOverSheet.State
WORKERS = tuple(code for code, role in ROLES.items() if May.HANDLE in role.grants)
OPEN_SHEETS = (State.WAITING, State.AGREED, State.RUNNING)
MOST_HOPS = 3


@transaction.atomic
def make_sheet(
    *,
    unit: Unit,
    kind: str,
    giver_id: int,
    taker_id: int,
    reason: str,
    note: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    baton_ids: Sequence[int] | None = None,
    by: Viewer,
) -> HandOverSheet:
    """开交接单: what ``giver`` has in hand goes to ``taker`` once both confirm; for good, or from ``starts_on`` to ``ends_on``.

    ``baton_ids`` picks some of them (换人承办 only), None takes all. The giver makes it for herself, which confirms her side;
    the unit's leader makes it for anybody. Raises NotAllowed, BadInput, SheetOpen.
    """
    by.require_at(May.RECEIVE, unit.pk, unit.path)
    if giver_id != by.officer_id and not by.can_at(May.SIGN, unit.pk, unit.path):
        raise NotAllowed(what="替别人开交接单")
    today = clock.today()
    starts_on = starts_on or today
    _check(unit, kind, giver_id, taker_id, starts_on, ends_on)
    batons = _in_hand(unit, giver_id, baton_ids if kind == Kind.MOVE else None)
    if kind == Kind.MOVE and not batons:
        raise BadInput("batons", "没有可以交接的棒：请勾选至少一根，或者确认交出人手里有在办的棒。")
    own = giver_id == by.officer_id
    now = clock.now()
    try:
        with transaction.atomic():
            sheet = HandOverSheet.objects.create(
                unit=unit,
                kind=kind,
                giver_id=giver_id,
                taker_id=taker_id,
                reason=checked_words(reason, "reason", "原因", 200),
                note=_short(note, "note", "要特别交代的", 500),
                starts_on=starts_on,
                ends_on=ends_on if kind == Kind.ABSENCE else None,
                made_by_id=by.officer_id,
                made_at=now,
                giver_confirmed_at=now if own else None,
                giver_confirmed_by_id=by.officer_id if own else None,
            )
    except IntegrityError as error:
        raise SheetOpen(name=_name(giver_id)) from error
    _list(sheet, batons)
    facts = {"kind": kind, "giver": giver_id, "taker": taker_id, "batons": len(batons), "unit": unit.pk}
    trail.record("sheet.made", sheet, by=by, facts=facts, first=True)
    return sheet


@transaction.atomic
def confirm_sheet(*, sheet: HandOverSheet, by: Viewer) -> HandOverSheet:
    """确认交接. The taker says that she takes it; the giver that she gave it, or the unit's leader for somebody who has left.

    With both there, it takes effect on its day (at once when that is today). Raises NotOnSheet, SheetClosed, Raced.
    """
    locked = _locked(sheet)
    if locked.state != State.WAITING:
        raise SheetClosed(state=locked.get_state_display(), what="确认")
    now = clock.now()
    if by.officer_id == locked.taker_id and locked.taker_confirmed_at is None:
        who = "taker"
        columns: dict[str, Any] = {"taker_confirmed_at": now}
    elif locked.giver_confirmed_at is None and _may_confirm_giving(locked, by):
        who = "giver"
        columns = {"giver_confirmed_at": now, "giver_confirmed_by_id": by.officer_id}
    else:
        missing = locked.giver if locked.giver_confirmed_at is None else locked.taker
        raise NotOnSheet(who=missing.name)
    HandOverSheet.objects.filter(pk=locked.pk).update(**columns)
    locked.refresh_from_db()
    facts = {"who": who, "for_giver": who == "giver" and by.officer_id != locked.giver_id}
    trail.record("sheet.confirmed", locked, by=by, facts=facts)
    if locked.giver_confirmed_at and locked.taker_confirmed_at:
        HandOverSheet.objects.filter(pk=locked.pk).update(state=State.AGREED)
        if locked.starts_on <= clock.today():
            _start(locked, by)
    locked.refresh_from_db()
    return locked


@transaction.atomic
def cancel_sheet(*, sheet: HandOverSheet, by: Viewer) -> HandOverSheet:
    """作废 a sheet that has not taken effect. Raises NotOnSheet, SheetClosed."""
    locked = _locked(sheet)
    if not (by.officer_id in (locked.giver_id, locked.taker_id, locked.made_by_id) or _leads(locked, by)):
        raise NotOnSheet(who=locked.giver.name)
    if not HandOverSheet.objects.filter(pk=locked.pk, state__in=[State.WAITING, State.AGREED]).update(
        state=State.CANCELLED, ended_at=clock.now()
    ):
        raise SheetClosed(state=locked.get_state_display(), what="作废")
    trail.record("sheet.cancelled", locked, by=by)
    locked.refresh_from_db()
    return locked


@transaction.atomic
def end_absence(*, sheet: HandOverSheet, by: Viewer) -> HandOverSheet:
    """She is back before the day: what is still open comes back to her now. Raises NotOnSheet, SheetClosed."""
    locked = _locked(sheet)
    if not (by.officer_id == locked.giver_id or _leads(locked, by)):
        raise NotOnSheet(who=locked.giver.name)
    if locked.state != State.RUNNING:
        raise SheetClosed(state=locked.get_state_display(), what="结束代办")
    _end(locked, by)
    locked.refresh_from_db()
    return locked


def turn_sheets(*, by: Actor = SYSTEM) -> int:
    """Begin and end the absences whose day has come; answers how many turned. A timed job, safe to repeat and to miss."""
    today = clock.today()
    due = Q(state=State.AGREED, starts_on__lte=today) | Q(state=State.RUNNING, ends_on__lt=today)
    return sum(_turn(pk, by) for pk in HandOverSheet.objects.filter(due).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _turn(pk: int, by: Actor) -> int:
    locked = _locked(HandOverSheet(pk=pk))
    today = clock.today()
    if locked.state == State.AGREED and locked.starts_on <= today:
        _start(locked, by)
        locked.refresh_from_db()
    if locked.state == State.RUNNING and locked.ends_on and locked.ends_on < today:
        # after a missed week an absence may begin and end in one go
        _end(locked, by)
        return 1
    return int(locked.started_at is not None)


def stand_in_for(unit_id: int, officer_id: int) -> int:
    """Who takes this officer's new batons today: her stand-in while she is away, else herself.

    A stand-in who is away too has one of her own; a ring of absences ends where it began.
    """
    today, here = clock.today(), officer_id
    for _hop in range(MOST_HOPS):
        away = HandOverSheet.objects.filter(
            unit_id=unit_id, giver_id=here, state=State.RUNNING, starts_on__lte=today, ends_on__gte=today
        )
        taker = away.values_list("taker_id", flat=True).first()
        if taker is None or taker == officer_id:
            return here
        here = taker
    return here


def _start(sheet: HandOverSheet, by: Actor) -> None:
    if sheet.kind == Kind.ABSENCE:
        # what she signed for since the sheet was made goes along
        known = set(sheet.items.values_list("baton_id", flat=True))
        _list(sheet, [b for b in _in_hand(sheet.unit, sheet.giver_id, None) if b.pk not in known])
    items = list(sheet.items.filter(moved_at=None).select_related("baton__unit").order_by("baton_id"))
    moved = _pass([i.baton for i in items], sheet, sheet.giver_id, sheet.taker_id, sheet.reason, by)
    now = clock.now()
    HandOverItem.objects.filter(sheet=sheet, baton_id__in=moved, moved_at=None).update(moved_at=now)
    ended = {"state": State.DONE, "ended_at": now} if sheet.kind == Kind.MOVE else {"state": State.RUNNING}
    if not HandOverSheet.objects.filter(pk=sheet.pk, started_at=None).update(started_at=now, **ended):
        raise Raced
    trail.record("sheet.started", sheet, by=by, facts={"batons": sorted(moved)})


def _end(sheet: HandOverSheet, by: Actor) -> None:
    back: set[int] = set()
    if units.officers_of(sheet.unit_id, WORKERS).filter(pk=sheet.giver_id).exists():
        items = sheet.items.filter(moved_at__isnull=False, back_at=None).select_related("baton__unit")
        batons = [item.baton for item in items.order_by("baton_id")]
        back = _pass(batons, sheet, sheet.taker_id, sheet.giver_id, "离岗结束，交回", by)
    now = clock.now()
    HandOverItem.objects.filter(sheet=sheet, baton_id__in=back).update(back_at=now)
    if not HandOverSheet.objects.filter(pk=sheet.pk, state=State.RUNNING).update(state=State.DONE, ended_at=now):
        raise Raced
    trail.record("sheet.ended", sheet, by=by, facts={"back": sorted(back)})


def _pass(
    batons: Sequence[Baton], sheet: HandOverSheet, giver_id: int, taker_id: int, reason: str, by: Actor
) -> set[int]:
    """Those of the batons that are still the giver's go to the taker; answers which. Deadlines stay as they are."""
    matters.lock_all(batons)
    mine = [b for b in batons if _is_still(b, giver_id)]
    pks = {b.pk for b in mine}
    Baton.objects.filter(pk__in=pks, state=Baton.State.ACCEPTED, officer_id=giver_id).update(officer_id=taker_id)
    now = clock.now()
    HandOver.objects.bulk_create(
        HandOver(baton=b, giver_id=giver_id, taker_id=taker_id, sheet=sheet, reason=reason, at=now) for b in mine
    )
    facts = {"giver": giver_id, "taker": taker_id, "sheet": sheet.pk}
    matters.record_each("baton.handed_over", mine, by=by, facts=facts)
    return pks


def _is_still(baton: Baton, officer_id: int) -> bool:
    # its matter is locked, and whoever changes the officer locks the matter first
    baton.refresh_from_db(fields=["state", "officer", "unit"])
    return baton.state == Baton.State.ACCEPTED and baton.officer_id == officer_id


def _in_hand(unit: Unit, officer_id: int, baton_ids: Sequence[int] | None) -> list[Baton]:
    rows = Baton.objects.filter(unit=unit, officer_id=officer_id, state=Baton.State.ACCEPTED).select_related("unit")
    if baton_ids is not None:
        rows = rows.filter(pk__in=list(baton_ids))
    return list(rows.order_by("pk"))


def _list(sheet: HandOverSheet, batons: Sequence[Baton]) -> None:
    """Write the items: deadline, promise and number of contacts as they stand now."""
    counts = dict(
        Contact.objects.filter(baton__in=batons)
        .values("baton_id")
        .annotate(n=Count_("id"))
        .values_list("baton_id", "n")
    )
    HandOverItem.objects.bulk_create(
        HandOverItem(
            sheet=sheet,
            baton=b,
            due_on=b.due_on,
            promised_until=b.promised_until,
            contacts=counts.get(b.pk, 0),
        )
        for b in batons
    )


def _check(unit: Unit, kind: str, giver_id: int, taker_id: int, starts_on: date, ends_on: date | None) -> None:
    if kind not in Kind.values:
        raise BadInput("kind", "请选换人承办，还是离岗代办。")
    if giver_id == taker_id:
        raise BadInput("taker", "接手人不能是交出人自己。")
    workers = set(units.officers_of(unit.pk, WORKERS).values_list("pk", flat=True))
    holds = Baton.objects.filter(unit=unit, officer_id=giver_id, state=Baton.State.ACCEPTED)
    # somebody whose post has ended still holds what she had: that is when a sheet is needed most
    if giver_id not in workers and not holds.exists():
        raise BadInput("giver", f"请选{unit.short_name}的承办人。")
    if taker_id not in workers:
        raise BadInput("taker", f"请选{unit.short_name}的承办人。")
    if starts_on < clock.today():
        raise BadInput("starts_on", "开始日期不能早于今天。")
    if kind == Kind.ABSENCE and ends_on is None:
        raise BadInput("ends_on", "请写离岗到哪一天。")
    if kind == Kind.ABSENCE and ends_on is not None and ends_on < starts_on:
        raise BadInput("ends_on", "结束日期不能早于开始日期。")


def _may_confirm_giving(sheet: HandOverSheet, by: Viewer) -> bool:
    return by.officer_id == sheet.giver_id or (by.officer_id != sheet.taker_id and _leads(sheet, by))


def _leads(sheet: HandOverSheet, by: Viewer) -> bool:
    return by.can_at(May.SIGN, sheet.unit_id, sheet.unit.path)


def _locked(sheet: HandOverSheet) -> HandOverSheet:
    rows = HandOverSheet.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("unit", "giver", "taker").get(pk=sheet.pk)


def _short(text: str, field: str, label: str, limit: int) -> str:
    text = text.strip()
    if len(text) > limit:
        raise BadInput(field, f"“{label}”写了 {len(text)} 字，最多 {limit} 字。")
    return text


def _name(officer_id: int) -> str:
    return str(Officer.objects.values_list("name", flat=True).get(pk=officer_id))
