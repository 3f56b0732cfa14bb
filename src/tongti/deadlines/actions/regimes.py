"""时限规则: load what ships, publish a changed one, take one out of use."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tongti.deadlines.errors import NothingChanged
from tongti.deadlines.models import Clock, ExtensionRule, Regime
from tongti.deadlines.queries import (
    ClockView,
    ExtensionView,
    RegimeView,
    calendar,
    clock_columns,
    extension_columns,
    shipped,
    view_from,
    view_of,
)
from tongti.shared import clock as time
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from worktime import WorktimeError, deadline

ClockDraft = ClockView
"""One limit as typed by an administrator."""


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
        view = view_from(row)
        valid_to = date.fromisoformat(row["valid_to"]) if row.get("valid_to") else None
        columns = _columns(view) | {"valid_from": date.fromisoformat(row["valid_from"]), "valid_to": valid_to}
        regime = Regime.objects.create(code=row["code"], in_use=row["in_use"], **columns)
        _fill(regime, view.clocks.values(), view.extension)
        trail.record("regime.shipped", regime, by=by, facts={"code": regime.code}, first=True)
        made += 1
    return made


def _columns(said: "RegimeView | RegimeDraft") -> dict[str, Any]:
    """What a regime says, as columns; a view and a draft say it alike."""
    return {
        "name": said.name,
        "applies_channels": list(said.channels),
        "applies_kinds": list(said.kinds),
        "applies_urgencies": list(said.urgencies),
        "applies_parties": list(said.parties),
        "applies_categories": list(said.categories),
        "applies_joint": said.joint,
        "priority": said.priority,
        "restarts": said.restarts,
        "region": said.region,
        "source": said.source,
        "article": said.article,
        "source_url": said.source_url,
        "verified": said.verified,
    }


def _fill(regime: Regime, clocks: Iterable[ClockView], extension: ExtensionView | None) -> None:
    """Its limits and its extension rule."""
    Clock.objects.bulk_create(Clock(regime=regime, **clock_columns(replace(one, stops=one.stop))) for one in clocks)
    if extension is not None:
        ExtensionRule.objects.create(regime=regime, **extension_columns(extension))


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
    categories: tuple[str, ...] = ()
    joint: bool | None = None
    priority: int = 0
    verified: bool = False
    in_use: bool = True
    restarts: bool = False
    region: str = ""
    article: str = ""
    source_url: str = ""
    extension: ExtensionView | None = None


@transaction.atomic
def publish(*, draft: RegimeDraft, by: Viewer, on: date | None = None) -> Regime:
    """Publish a regime: the open version ends the day before, this one begins ``on`` (today).

    Due dates that were computed keep their version; nothing is recomputed. Raises BadInput, NothingChanged, Raced.
    """
    by.require(May.ADMINISTER)
    _check(draft)
    start = on or time.today()
    newest = Regime.objects.filter(code=draft.code).order_by("-version").select_related("extension_rule").first()
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
        in_use=draft.in_use,
        valid_from=start,
        **_columns(draft),
        **_checked(newest, draft, by),
    )
    _fill(regime, draft.clocks, draft.extension)
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


def _checked(newest: Regime | None, draft: RegimeDraft, by: Viewer) -> dict[str, Any]:
    """Who read the source and when: whoever marks it as read; kept while the source stays the same."""
    if not draft.verified:
        return {}
    known = newest is not None and newest.verified and (newest.source, newest.article) == (draft.source, draft.article)
    if known and newest is not None:
        return {"checked_by_id": newest.checked_by_id, "checked_on": newest.checked_on}
    return {"checked_by_id": by.officer_id, "checked_on": time.today()}


def _check(draft: RegimeDraft) -> None:
    if not draft.code.strip():
        raise BadInput("code", "请填写规则的代码。")
    if not draft.name.strip():
        raise BadInput("name", "请填写规则的名称。")
    if not draft.source.strip():
        raise BadInput("source", "请写明依据：文件名称、文号和条款；还没有文件的，写“本地暂定”。")
    _check_clocks(draft)
    if draft.extension is not None and draft.extension.times < 1:
        raise BadInput("extension", "延期次数至少写 1；不许延期的，延期规则整个不填。")


def _check_clocks(draft: RegimeDraft) -> None:
    by_code = {limit.code: limit for limit in draft.clocks}
    if len(by_code) != len(draft.clocks):
        raise BadInput("clocks", "同一种时限只能写一次。")
    for limit in draft.clocks:
        if limit.amount <= 0:
            raise BadInput("clocks", f"“{limit.name}”的数量要大于 0。")
        _check_reach(limit)
        if limit.pauses and not limit.pause_source.strip():
            raise BadInput("clocks", f"“{limit.name}”写了可以暂停的情形，请写暂停的依据；没有依据的，请不要勾。")
        if limit.warns and not limit.near.percent and not limit.near.amount:
            raise BadInput("clocks", f"“{limit.name}”写了提醒谁，没有写什么时候算临期。")
    lead, helper = by_code.get(Clock.Code.HANDLE), by_code.get(Clock.Code.HELPER)
    if draft.in_use and lead is None:
        raise BadInput("clocks", "启用的规则要有“牵头办理”时限。")
    if lead and helper and _length(helper) >= _length(lead) and _length(lead) > _length(ClockDraft("", 1, "h")):
        raise BadInput("clocks", "协办（属地）的时限要早于牵头的时限，牵头才来得及合成共答。")


def _check_reach(limit: ClockDraft) -> None:
    """A limit so long that it leaves the calendar would fail at the next dispatch; it is refused here."""
    try:
        deadline(time.today(), limit.amount, limit.unit, calendar())
    except WorktimeError as error:
        raise BadInput("clocks", f"“{limit.name}”写得太长了，超出了日历范围。") from error


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
        _columns(old) == _columns(draft)
        and row.in_use == draft.in_use
        and old.extension == draft.extension
        and set(old.clocks.values()) == {replace(limit, stops=limit.stop) for limit in draft.clocks}
    )
