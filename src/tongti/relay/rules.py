"""What the regime of a baton allows beside its clocks: how far it may be put off, and until when a promise may reach."""

import calendar
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from tongti.deadlines import limits
from tongti.deadlines import queries as regimes
from tongti.deadlines.errors import TooLong
from tongti.deadlines.limits import Due
from tongti.deadlines.models import Clock
from tongti.deadlines.queries import ExtensionView, RegimeView
from tongti.relay.models import OPEN, Baton, ClockStop
from tongti.relay.plans import about
from tongti.shared.errors import BadInput

# 安徽 2025: a promise reaches at most nine months (domain sheet 2.6). Used where the regime has no limit of its own.
PROMISE_MONTHS = 9
# W1 rule 7: once, before it is due; how long is for whoever approves. Used where the regime says nothing of extensions.
ONCE = ExtensionView(amount=None, unit="wd", times=1, source="系统默认：到期前申请一次，长短由批准人定")


def regime_of_baton(baton: Baton) -> RegimeView:
    """The version under which the baton's date was computed, with an extension rule in any case."""
    regime = regimes.regime_of_version(baton.regime_version)
    return regime if regime.extension is not None else replace(regime, extension=ONCE)


def put_off(baton: Baton, rule: ExtensionView, *, until: date | None, hours: int | None) -> Due:
    """The date that an extension asks for: a day, or so many hours more on a baton that is due at an hour.

    Raises BadInput on ``to_due_on`` or ``hours`` when it is not later, or further than the rule lets it reach.
    """
    if baton.due_at is not None:
        return _more_hours(baton, rule, hours)
    if until is None:
        raise BadInput("to_due_on", "请写延到哪一天。")
    check_working_day(until, "to_due_on")
    try:
        limits.check_length(rule, baton.explanation, until)
    except (BadInput, TooLong) as wrong:
        raise BadInput("to_due_on", wrong.sentence) from wrong
    return limits.extended_until(baton.explanation, until)


def _more_hours(baton: Baton, rule: ExtensionView, hours: int | None) -> Due:
    if not hours or hours < 1:
        raise BadInput("hours", "这根棒按小时计时限，请写延几个小时。")
    asked = limits.extended(baton.explanation, amount=hours, unit="h")
    if rule.amount is not None:
        longest = limits.extended(baton.explanation, amount=rule.amount, unit=rule.unit)
        if asked.due_at > longest.due_at:
            raise BadInput("hours", f"按时限规则最多延到 {timezone.localtime(longest.due_at):%Y-%m-%d %H:%M}。")
    return asked


def check_working_day(day: date, field: str) -> None:
    """A date that is to hold is one on which somebody works. Raises BadInput at ``field``."""
    if not regimes.in_calendar(day):
        raise BadInput(field, f"{day.year} 年不在工作日历里，请检查年份。")
    if not regimes.is_working_day(day):
        raise BadInput(field, f"{day.month} 月 {day.day} 日不上班，请选一个工作日。")


def stay_before_lead(baton: Baton, due_on: date, field: str) -> None:
    """A helper hands in before its lead is due. Raises BadInput at ``field``."""
    if baton.role == Baton.Role.LEAD:
        return
    lead = _lead_beside(baton)
    if lead is not None and due_on >= lead.due_on:
        day = f"{lead.due_on.month} 月 {lead.due_on.day} 日"
        raise BadInput(field, f"协办和属地要早于牵头单位的期限（{day}）。")


def _lead_beside(baton: Baton) -> Baton | None:
    leads = Baton.objects.filter(about(baton.question_id, baton.case_id), role=Baton.Role.LEAD, state__in=OPEN)
    return leads.first()


def stood_still(baton: Baton, *, reason: str, at: datetime, until_on: date) -> Due:
    """The baton's date when its clock stands from ``at`` and runs again from the morning of ``until_on``.

    Raises BadInput, deadlines.NotPausable (the regime does not know the reason, the date has passed), NotRecorded.
    """
    if reason not in dict(limits.pause_reasons(baton.explanation)):
        raise BadInput("reason", "请选时限规则写明可以暂停计时的情形。")
    if until_on <= timezone.localdate(at):
        raise BadInput("until_on", "接着计时的日子要在今天之后。")
    check_working_day(until_on, "until_on")
    # by days the day on which it runs again counts, so the last day left out is the one before
    until = limits.midnight(until_on) if baton.due_at is not None else limits.end_of(until_on - timedelta(days=1))
    due = limits.paused(baton.explanation, at=at, code=reason, until=until)
    # a date that a recount kept for the asker's sake is later than its count: standing still never shortens it
    due = limits.not_before(due, due_on=baton.due_on, due_at=baton.due_at)
    stay_before_lead(baton, due.due_on, "until_on")
    return due


def ran_on(stop: ClockStop, baton: Baton, *, at: datetime) -> Due:
    """The baton's date when a stop ends at ``at``, earlier than planned: counted anew by what really was left out.

    It is never earlier than before the stop, and that of a helper never later than its lead's.
    """
    now = baton.explanation
    kept = {name: now[name] for name in ("others", "recounted") if name in now}
    due = limits.paused(stop.before | kept, at=stop.stopped_at, code=stop.reason, until=at)
    due = limits.not_before(due, due_on=stop.from_due_on, due_at=stop.from_due_at)
    lead = None if baton.role == Baton.Role.LEAD else _lead_beside(baton)
    return limits.not_after(due, due_on=lead.due_on, due_at=lead.due_at) if lead else due


def with_lead(helper: Baton, lead: Baton) -> Due | None:
    """A helper's date when its lead's came forward past it: it ends with the lead's, as at dispatch; None if it may stay.

    Raises deadlines.NotRecorded.
    """
    last = lead.due_at or limits.end_of(lead.due_on)
    if (helper.due_at or limits.end_of(helper.due_on)) <= last:
        return None
    return limits.not_after(limits.recounted(helper.explanation), due_on=lead.due_on, due_at=lead.due_at)


def ruling_due(baton: Baton, *, at: datetime) -> Due | None:
    """By when an objection that is raised ``at`` is ruled on; None where the baton's regime does not say."""
    if not baton.regime_version:
        return None
    regime = regime_of_baton(baton)
    return limits.due(regime=regime, clock=Clock.Code.RULING, start=at) if regime.has(Clock.Code.RULING) else None


def promise_limit(regime: RegimeView, start: datetime) -> date:
    """The latest day that may be promised from ``start`` on."""
    if regime.has("promise"):
        return limits.due(regime=regime, clock="promise", start=start).due_on
    return _months_after(timezone.localdate(start), PROMISE_MONTHS)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one (民法典 202)."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
