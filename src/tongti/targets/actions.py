"""Setting targets, saying who answers for an indicator, reporting its values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from tongti.formulas import queries as formulas
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.targets import access
from tongti.targets.errors import Unnamed
from tongti.targets.models import Indicator, IndicatorValue, Target
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Unit
from tongti.visits.models import Goal

TARGET_LOCK = 7_102_004


@dataclass(frozen=True)
class TargetDraft:
    """A rate's target as typed: percent, first and last day, the paper it comes from, the unit that answers for it."""

    rate: str
    value: Decimal
    since: date
    until: date
    source: str
    owner_id: int


@transaction.atomic
def set_target(*, draft: TargetDraft, by: Viewer) -> Target:
    """定目标 for a rate. One that is in force for some of the same days ends: a day has one target. Raises NotAllowed, BadInput."""
    by.require(May.SET_TARGETS)
    if draft.rate not in {formula.code for formula in formulas.formulas_on(clock.today())}:
        raise BadInput("rate", "请选一个比率。")
    if not 0 < draft.value <= 100:
        raise BadInput("value", "目标值是百分数，填 0 到 100 之间的数。")
    if draft.until < draft.since:
        raise BadInput("until", "结束日不能早于开始日。")
    source = checked_words(draft.source, "source", "出处", 120)
    owner = _owner(draft.owner_id)
    with connection.cursor() as cursor:
        # two that are set at once would not see each other
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TARGET_LOCK])
    now = clock.now()
    same_days = Target.objects.filter(
        rate=draft.rate, ended_at=None, since__lte=draft.until, until__gte=draft.since
    ).select_for_update()
    ended = list(same_days)
    Target.objects.filter(pk__in=[row.pk for row in ended]).update(ended_at=now)
    trail.record_many([("target.ended", row, {"by_newer": True}) for row in ended], by=by)
    made = Target.objects.create(
        rate=draft.rate,
        value=draft.value,
        since=draft.since,
        until=draft.until,
        source=source,
        owner=owner,
        by_id=by.officer_id,
        at=now,
    )
    facts = {
        "rate": made.rate,
        "value": str(made.value),
        "since": made.since.isoformat(),
        "until": made.until.isoformat(),
    }
    trail.record("target.set", made, by=by, facts=facts | {"owner": owner.pk}, first=True)
    return made


@transaction.atomic
def end_target(*, target: Target, by: Viewer) -> None:
    """停用: from now on the rate has no target for these days. Raises NotAllowed, Raced."""
    by.require(May.SET_TARGETS)
    if not Target.objects.filter(pk=target.pk, ended_at=None).update(ended_at=clock.now()):
        raise Raced
    trail.record("target.ended", target, by=by, facts={"by_newer": False})


@transaction.atomic
def give_indicator(*, goal: Goal, owner_id: int, starts_on: date, ends_on: date, by: Viewer) -> Indicator:
    """定责任单位 for a slot that has a name and its paper, with the days along which progress is read.

    Raises NotAllowed, Unnamed, BadInput.
    """
    by.require(May.SET_TARGETS)
    slot = Goal.objects.select_for_update().get(pk=goal.pk)
    if not (slot.name and slot.source):
        raise Unnamed
    if ends_on <= starts_on:
        raise BadInput("ends_on", "完成日要晚于起算日。")
    columns = {"owner": _owner(owner_id), "starts_on": starts_on, "ends_on": ends_on}
    made, new = Indicator.objects.update_or_create(
        goal=slot, defaults=columns, create_defaults={**columns, "by_id": by.officer_id, "at": clock.now()}
    )
    facts = {"owner": owner_id, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    trail.record("indicator.given", made, by=by, facts=facts, first=new)
    return made


@transaction.atomic
def report_value(
    *,
    indicator: Indicator,
    on: date,
    value: Decimal,
    source: str,
    preliminary: bool = False,
    reason: str = "",
    by: Viewer,
) -> IndicatorValue:
    """填报 how much it was on ``on``. A day that has a value already is corrected, with a ``reason``; the old value stays listed.

    Raises NotAllowed, BadInput.
    """
    row = Indicator.objects.select_for_update(of=("self",), no_key=True).select_related("owner").get(pk=indicator.pk)
    access.require_report(by, row)
    source = checked_words(source, "source", "数据来源", 120)
    reason = checked_words(reason, "reason", "为什么更正", 200, optional=True)
    if on > clock.today():
        raise BadInput("on", "截至日不能晚于今天。")
    if on < row.starts_on:
        raise BadInput("on", f"这项指标从 {row.starts_on:%Y-%m-%d} 算起。")
    now = clock.now()
    before = IndicatorValue.objects.filter(indicator=row, on=on, replaced_at=None).first()
    if before is not None:
        if not reason:
            raise BadInput("reason", f"{on:%Y-%m-%d} 已经填过 {before.value.normalize():f}，请写明为什么更正。")
        IndicatorValue.objects.filter(pk=before.pk).update(replaced_at=now)
    made = IndicatorValue.objects.create(
        indicator=row,
        on=on,
        value=value,
        preliminary=preliminary,
        source=source,
        reason=reason if before else "",
        by_id=by.officer_id,
        at=now,
    )
    facts = {"value": made.pk, "on": on.isoformat(), "corrects": before.pk if before else None}
    trail.record(
        "indicator.reported", row, by=by, facts={name: fact for name, fact in facts.items() if fact is not None}
    )
    return made


def _owner(owner_id: int) -> Unit:
    found = Unit.objects.filter(pk=owner_id, active=True).first()
    if found is None:
        raise BadInput("owner", "请选一个在用的责任单位。")
    return found
