"""Writes on deadlines: load what ships, publish a changed regime, enter a local day; and compute when something is due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongti.deadlines.errors import DayTaken, NothingChanged
from tongti.deadlines.models import Clock, Regime, SpecialDay
from tongti.deadlines.queries import RegimeView, calendar, forget_calendar, shipped, view_of
from tongti.shared import clock as time
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from worktime import Unit, WorktimeError, deadline, explain


@dataclass(frozen=True)
class Due:
    """When a clock runs out, and everything needed to say why: store all of it beside the date."""

    due_on: date
    due_at: datetime
    regime_version: str
    calendar_version: str
    explanation: dict[str, Any]
    provisional: bool
    by_day: bool


def due(*, regime: RegimeView, clock: str, start: datetime) -> Due:
    """When the ``clock`` of ``regime`` that starts at ``start`` runs out. Raises NoSuchClock.

    Nothing is written: the caller stores versions and explanation with the date it keeps.
    """
    limit = regime.clock(clock)
    item = deadline(timezone.localtime(start), limit.amount, limit.unit, calendar())
    explanation = explain(item).to_dict()
    explanation["inputs"] = item.to_dict()
    explanation["regime"] = {
        "version": regime.label,
        "clock": clock,
        "words": f"{regime.name}：{limit.name} {limit.words}，从{limit.start_words}起算。",
        "source": limit.source or regime.source,
        "verified": limit.verified,
    }
    return Due(
        due_on=item.due_on,
        due_at=item.due_at,
        regime_version=regime.label,
        calendar_version=item.calendar_version,
        explanation=explanation,
        provisional=item.provisional,
        by_day=Unit(limit.unit).by_day,
    )


@transaction.atomic
def load_samples(*, by: Actor = SYSTEM) -> int:
    """Enter the regimes that ship (working defaults and the W14 samples) where a code is new; answers how many.

    Safe to repeat: a code that exists, in whatever version, is left as the district has it.
    """
    known = set(Regime.objects.values_list("code", flat=True))
    made = 0
    for row in shipped():
        if row["code"] in known:
            continue
        regime = Regime.objects.create(
            code=row["code"],
            name=row["name"],
            applies_channels=row.get("applies_channels", []),
            applies_kinds=row.get("applies_kinds", []),
            applies_urgencies=row.get("applies_urgencies", []),
            applies_parties=row.get("applies_parties", []),
            applies_joint=row.get("applies_joint"),
            in_use=row["in_use"],
            priority=row.get("priority", 0),
            source=row["source"],
            verified=row["verified"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row.get("valid_to") else None,
        )
        Clock.objects.bulk_create(Clock(regime=regime, **clock) for clock in row["clocks"])
        trail.record("regime.shipped", regime, by=by, facts={"code": regime.code}, first=True)
        made += 1
    return made


@dataclass(frozen=True)
class ClockDraft:
    """One limit as typed by an administrator."""

    code: str
    amount: int
    unit: str
    starts: str = Clock.Start.DISPATCHED.value
    source: str = ""
    verified: bool = False


@dataclass(frozen=True)
class RegimeDraft:
    """A regime as typed; publishing it makes the next version of ``code``."""

    code: str
    name: str
    source: str
    clocks: tuple[ClockDraft, ...]
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    joint: bool | None = None
    priority: int = 0
    verified: bool = False
    in_use: bool = True
    restarts: bool = False


@transaction.atomic
def publish(*, draft: RegimeDraft, by: Viewer, on: date | None = None) -> Regime:
    """Publish a regime: the open version ends the day before, this one begins ``on`` (today).

    Due dates that were computed keep their version; nothing is recomputed. Raises BadInput, NothingChanged, Raced.
    """
    by.require(May.ADMINISTER)
    _check(draft)
    start = on or time.today()
    newest = Regime.objects.filter(code=draft.code).order_by("-version").prefetch_related("clocks").first()
    if newest and _same(newest, draft):
        raise NothingChanged
    if newest and newest.valid_to is None:
        # A version published and replaced on one day was never in force on another.
        last_day = max(start - timedelta(days=1), newest.valid_from - timedelta(days=1))
        if not Regime.objects.filter(pk=newest.pk, valid_to=None).update(valid_to=last_day):
            raise Raced
        trail.record("regime.replaced", newest, by=by, facts={"until": last_day.isoformat()})
    regime = Regime.objects.create(
        code=draft.code,
        version=newest.version + 1 if newest else 1,
        name=draft.name,
        applies_channels=list(draft.channels),
        applies_kinds=list(draft.kinds),
        applies_urgencies=list(draft.urgencies),
        applies_parties=list(draft.parties),
        applies_joint=draft.joint,
        in_use=draft.in_use,
        restarts=draft.restarts,
        priority=draft.priority,
        source=draft.source,
        verified=draft.verified,
        valid_from=start,
    )
    Clock.objects.bulk_create(
        Clock(
            regime=regime,
            code=c.code,
            amount=c.amount,
            unit=c.unit,
            starts=c.starts,
            source=c.source,
            verified=c.verified,
        )
        for c in draft.clocks
    )
    facts = {"code": regime.code, "version": regime.version, "in_use": regime.in_use}
    trail.record("regime.published", regime, by=by, facts=facts, first=True)
    return regime


@transaction.atomic
def withdraw(*, regime: Regime, by: Viewer) -> None:
    """Take the open version out of use from today; what was computed with it stays. Raises Raced."""
    by.require(May.ADMINISTER)
    if not Regime.objects.filter(pk=regime.pk, valid_to=None).update(valid_to=time.today() - timedelta(days=1)):
        raise Raced
    trail.record("regime.withdrawn", regime, by=by, facts={"code": regime.code, "version": regime.version})


def _check(draft: RegimeDraft) -> None:
    if not draft.code.strip():
        raise BadInput("code", "请填写规则的代码。")
    if not draft.name.strip():
        raise BadInput("name", "请填写规则的名称。")
    if not draft.source.strip():
        raise BadInput("source", "请写明依据：文件名称、文号和条款；还没有文件的，写“本地暂定”。")
    codes = [c.code for c in draft.clocks]
    if len(codes) != len(set(codes)):
        raise BadInput("clocks", "同一种时限只能写一次。")
    for limit in draft.clocks:
        if limit.amount <= 0:
            raise BadInput("clocks", f"“{Clock.Code(limit.code).label}”的数量要大于 0。")
    by_code = {c.code: c for c in draft.clocks}
    lead, helper = by_code.get(Clock.Code.HANDLE), by_code.get(Clock.Code.HELPER)
    if draft.in_use and lead is None:
        raise BadInput("clocks", "启用的规则要有“牵头办理”时限。")
    if lead and helper and _length(helper) >= _length(lead) and _length(lead) > _length(ClockDraft("", 1, "h")):
        raise BadInput("clocks", "协办（属地）的时限要早于牵头的时限，牵头才来得及合成共答。")


def _length(limit: ClockDraft) -> float:
    """Rough hours, to compare limits of different units."""
    return (
        limit.amount * {"wd": 24 * 1.4, "cd": 24, "h": 1, "wh": 24 * 1.4 / 8, "m": 24 * 30, "min": 1 / 60}[limit.unit]
    )


def _same(row: Regime, draft: RegimeDraft) -> bool:
    if row.valid_to is not None:
        return False
    old = view_of(row)
    return (
        (old.name, old.source, old.verified, old.priority, old.joint, old.restarts, row.in_use)
        == (draft.name, draft.source, draft.verified, draft.priority, draft.joint, draft.restarts, draft.in_use)
        and (old.channels, old.kinds, old.urgencies, old.parties)
        == (draft.channels, draft.kinds, draft.urgencies, draft.parties)
        and {(c.code, c.amount, c.unit, c.starts, c.source, c.verified) for c in old.clocks.values()}
        == {(c.code, c.amount, c.unit, c.starts, c.source, c.verified) for c in draft.clocks}
    )


@transaction.atomic
def set_special_day(*, day: date, state: str, name: str, source: str, by: Viewer) -> SpecialDay:
    """Enter one local day. Due dates already told to anybody stay; new ones use it. Raises BadInput, DayTaken."""
    by.require(May.ADMINISTER)
    if state not in SpecialDay.State.values:
        raise BadInput("state", "请选上班、放假或半天。")
    if not name.strip() or not source.strip():
        raise BadInput("source", "请写明名称和依据（通知的标题和文号）。")
    try:
        calendar().index(day)
    except WorktimeError as error:
        raise BadInput("day", str(error)) from error
    taken = SpecialDay.objects.filter(day=day).first()
    if taken:
        raise DayTaken(day=day.isoformat(), name=taken.name)
    row = SpecialDay.objects.create(day=day, state=state, name=name.strip(), source=source.strip())
    trail.record("special_day.entered", row, by=by, facts={"day": day.isoformat(), "state": state}, first=True)
    _invalidate()
    return row


@transaction.atomic
def remove_special_day(*, special_day: SpecialDay, by: Viewer) -> None:
    """Take a local day out again. Raises Raced."""
    by.require(May.ADMINISTER)
    trail.record("special_day.removed", special_day, by=by, facts={"day": special_day.day.isoformat()})
    deleted, _rows = SpecialDay.objects.filter(pk=special_day.pk).delete()
    if not deleted:
        raise Raced
    _invalidate()


def _invalidate() -> None:
    forget_calendar()  # this transaction already counts with the new day
    transaction.on_commit(forget_calendar)  # and whoever read in between forgets the old one
