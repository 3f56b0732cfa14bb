"""Due dates as values: computed, extended, stopped and started again, counted anew. Nothing here is written anywhere.

Whoever keeps a date keeps ``Due.explanation`` beside it: it holds the inputs, both versions and the reasons, so every step
after the first needs nothing else. The columns follow from the ``Due`` that a step answers.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from tongti.deadlines.errors import AskedTooLate, ExtensionsUsedUp, NoExtension, NotPausable, NotRecorded, TooLong
from tongti.deadlines.models import Clock
from tongti.deadlines.queries import ClockView, ExtensionView, NearRule, RegimeView, calendar, work_hours
from tongti.shared.errors import BadInput
from worktime import (
    Calendar,
    Deadline,
    Pause,
    Unit,
    WorktimeError,
    add_working_days,
    deadline,
    explain,
    left_reaches,
    progress,
)

DAY = timedelta(days=1)
MIDNIGHT = time(0)


@dataclass(frozen=True)
class Due:
    """When a clock runs out, and everything needed to say why: store all of it beside the date.

    ``due_at`` of a limit by days is the last instant of ``due_on``. ``near_at``: from then on it is near due (临期).
    ``provisional``: a day in the count still waits for its notice. ``paused``: the clock stands, the dates only hold if
    it went on now.
    """

    due_on: date
    due_at: datetime
    regime_version: str
    calendar_version: str
    explanation: dict[str, Any]
    provisional: bool
    by_day: bool
    near_at: datetime
    paused: bool = False


def due(*, regime: RegimeView, clock: str, start: datetime, received: datetime | None = None) -> Due:
    """When the ``clock`` of ``regime`` that starts at ``start`` runs out. Raises NoSuchClock.

    ``received``: when the matter was received, where the caller has more than one moment to start from: a limit that its
    regime starts there does. Nothing is written: the caller stores versions and explanation with the date it keeps.
    """
    limit = regime.clock(clock)
    begin = received if received and limit.starts == Clock.Start.RECEIVED else start
    item = deadline(
        timezone.localtime(begin),
        limit.amount,
        limit.unit,
        calendar(),
        count_start=limit.count_start,
        roll_over=limit.roll_over,
        hours=work_hours(),
    )
    return _told(item, {"regime": _authority(regime, limit)})


def counted(
    *, start: date, amount: int, unit: str, words: str, source: str, verified: bool = False, version: str = ""
) -> Due:
    """When a term that no regime holds runs out: counted from the day ``start`` like any other, on the paper ``source``.

    ``words`` say what it is (``督办单（一般）15 天内反馈``), ``version`` which version of the rule that holds it.
    """
    item = deadline(start, amount, unit, calendar(), hours=work_hours())
    return _told(item, {"regime": {"version": version, "words": words, "source": source, "verified": verified}})


def _authority(regime: RegimeView, limit: ClockView) -> dict[str, Any]:
    """What of the regime a stored date must be able to say by itself, for ever."""
    return {
        "version": regime.label,
        "clock": limit.code,
        "words": f"{regime.name}：{limit.name} {limit.words}，从{limit.start_words}起算。",
        "source": limit.source or regime.source_words,
        "url": limit.source_url or regime.source_url,
        "verified": limit.verified,
        "stop": limit.stop_words,
        "near": [limit.near.percent, limit.near.amount, limit.near.unit],
        "pauses": list(limit.pauses),
        "pause_source": limit.pause_source,
    }


def _told(item: Deadline, keep: dict[str, Any]) -> Due:
    """A worktime answer with its explanation; ``keep`` is what earlier steps recorded."""
    near = near_at(item, _near_of(keep))
    explanation = {**_explained(item), "inputs": item.to_dict(), **keep, "near_at": near.isoformat()}
    return Due(
        due_on=item.due_on,
        due_at=item.due_at,
        regime_version=keep.get("regime", {}).get("version", ""),
        calendar_version=item.calendar_version,
        explanation=explanation,
        provisional=item.provisional,
        by_day=item.amount.unit.by_day,
        near_at=near,
        paused=item.paused,
    )


def _explained(item: Deadline) -> dict[str, Any]:
    """The day list; for thousands of limits that began on one day, as at a recount, it is made once.

    The time of day at which a limit by days began is in none of its words.
    """
    if item.pauses or not item.amount.unit.by_day:
        return explain(item).to_dict()
    return _by_days(_from_its_day(item))


@lru_cache(maxsize=128)
def _by_days(item: Deadline) -> dict[str, Any]:
    # read only: whoever adds to it makes a dictionary of its own
    return explain(item).to_dict()


def _near_of(keep: dict[str, Any]) -> NearRule:
    percent, amount, unit = keep.get("regime", {}).get("near") or (NearRule.percent, NearRule.amount, NearRule.unit)
    return NearRule(percent, amount, unit)


def near_at(item: Deadline, rule: NearRule) -> datetime:
    """The earliest moment at which ``item`` is near due: its share or its amount left, whichever comes first.

    An amount in days says nothing of a limit by hours (two hours are always less than a day): there only the share
    counts, or an amount in hours or minutes.
    """
    return max(_nearest(_from_its_day(item), rule), _first_moment(item))


@lru_cache(maxsize=1024)
def _nearest(item: Deadline, rule: NearRule) -> datetime:
    candidates = [item.due_at]
    if rule.percent:
        candidates.append(left_reaches(item, progress(item, item.start).total * rule.percent // 100))
    if rule.amount:
        candidates += _amount_left_at(item, rule)
    return min(candidates)


def _from_its_day(item: Deadline) -> Deadline:
    """The same limit begun at no time of day, where that has no part in it: thousands that began on one day are alike."""
    if item.pauses or not item.amount.unit.by_day or not isinstance(item.start, datetime):
        return item
    return replace(item, start=local_day(item.start))


def _amount_left_at(item: Deadline, rule: NearRule) -> list[datetime]:
    unit = Unit(rule.unit)
    if unit is Unit.WORKING_DAY:
        if not item.amount.unit.by_day:
            return []
        # The day after the last one: the (n + 1)-th working day before it is the first with n working days to go.
        return [midnight(add_working_days(item.due_on + DAY, -(rule.amount + 1), item.calendar))]
    if unit is Unit.CALENDAR_DAY:
        return [midnight(item.due_on - rule.amount * DAY)] if item.amount.unit.by_day else []
    if unit in (Unit.HOUR, Unit.MINUTE):
        length = timedelta(hours=rule.amount) if unit is Unit.HOUR else timedelta(minutes=rule.amount)
        return [item.due_at - length]
    return []


def _first_moment(item: Deadline) -> datetime:
    return item.start if isinstance(item.start, datetime) else midnight(item.start)


def midnight(on: date) -> datetime:
    """The first moment of a day, here."""
    return timezone.make_aware(datetime.combine(on, MIDNIGHT))


def local_day(at: datetime) -> date:
    """The day of a moment, here."""
    return timezone.localtime(at).date()


def not_after(found: Due, *, due_on: date, due_at: datetime | None) -> Due:
    """The date brought forward to the one it must not outlast: a helper's to the lead's. Both are told in the explanation.

    ``due_at`` None: that one ends with its day. A date that is early enough stays as it is.
    """
    latest = due_at or end_of(due_on)
    if found.due_at <= latest:
        return found
    near = min(found.near_at, midnight(due_on))
    told = {"capped_by": "lead", "own_due_on": found.due_on.isoformat(), "near_at": near.isoformat()}
    return replace(
        found,
        due_on=due_on,
        due_at=latest,
        by_day=due_at is None,
        near_at=near,
        explanation=found.explanation | told,
    )


def not_before(found: Due, *, due_on: date, due_at: datetime | None) -> Due:
    """The date held at the one it must not come before: a day that was told already. Both are told in the explanation.

    ``due_at`` None: that one ends with its day. A date that is late enough stays as it is.
    """
    earliest = due_at or end_of(due_on)
    if found.due_at >= earliest:
        return found
    told = {"held_at": due_on.isoformat(), "counted_on": found.due_on.isoformat()}
    return replace(found, due_on=due_on, due_at=earliest, by_day=due_at is None, explanation=found.explanation | told)


# --- a date that is stored already ------------------------------------------------------------------------------


def item_of(explanation: dict[str, Any], *, under: Calendar | None = None, now: datetime | None = None) -> Deadline:
    """The worktime value behind a stored date, under another calendar (today's when none is given). Raises NotRecorded."""
    inputs = explanation.get("inputs")
    if not isinstance(inputs, dict):
        raise NotRecorded
    days = under or calendar()
    try:
        if now is None:
            return _item_under(json.dumps(inputs, sort_keys=True), days)
        return Deadline.from_dict(inputs, days, now=timezone.localtime(now))
    except WorktimeError as error:
        raise NotRecorded from error


@lru_cache(maxsize=4096)
def _item_under(inputs: str, under: Calendar) -> Deadline:
    # a recount asks for each limit four times: judged, judged again under lock, beside its helpers, written
    return Deadline.from_dict(json.loads(inputs), under)


def recounted(explanation: dict[str, Any], *, under: Calendar | None = None) -> Due:
    """The same inputs under today's calendar (or ``under``). A date told to somebody is the caller's to protect.

    Raises NotRecorded.
    """
    return _told(item_of(explanation, under=under), _kept(explanation))


def extended(explanation: dict[str, Any], *, amount: int, unit: str) -> Due:
    """The date after an extension by ``amount`` ``unit``s. It is not earlier than the one before. Raises NotRecorded.

    In the limit's own unit the whole is counted from the first start (60 + 30 days are 90 days); in another unit the
    extension is counted from the last day, which itself does not count (民法典 201). Whether it may be granted at all
    is ``check_extension``'s question.
    """
    item = item_of(explanation)
    if item.amount.unit.value == unit:
        longer = item_of({"inputs": explanation["inputs"] | {"amount": f"{item.amount.number + amount}{unit}"}})
    else:
        start = item.due_on if Unit(unit).by_day else item.due_at
        longer = deadline(start, amount, unit, item.calendar, roll_over=item.roll_over, hours=work_hours())
    steps = [
        *explanation.get("extended", []),
        {
            "by": f"{amount}{unit}",
            "from": explanation["inputs"]["due_at"],
            "words": _extended_words(item, amount, unit),
        },
    ]
    return _told(longer, _kept(explanation) | {"extended": steps, "before": _before(explanation)})


def _extended_words(item: Deadline, amount: int, unit: str) -> str:
    return f"原定 {item.due_on} 到期，延长 {amount} {Clock.Unit(unit).label}。"


def _before(explanation: dict[str, Any]) -> dict[str, Any]:
    """The explanation before the first change, kept whole so that the first date can still be explained."""
    return explanation.get("before") or {
        key: value for key, value in explanation.items() if key not in ("others", "extended", "before")
    }


def pause_reasons(explanation: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """(code, word) of the reasons for which this date's clock may stand; empty when its regime names none."""
    allowed = explanation.get("regime", {}).get("pauses", []) if "inputs" in explanation else []
    return tuple((code, str(Clock.Pause(code).label)) for code in allowed)


def paused(explanation: dict[str, Any], *, at: datetime, code: str, until: datetime | None = None) -> Due:
    """The clock stands from ``at`` for one of the reasons its regime allows (``Clock.Pause`` code).

    With ``until`` it runs again from then on; without, the dates answered are those if it went on at ``at``.
    Raises NotPausable, NotRecorded.
    """
    item = item_of(explanation, now=at)
    if code not in dict(pause_reasons(explanation)):
        raise NotPausable(why="时限规则没有写明这种情形可以暂停计时")
    if any(stop.end is None or stop.end > at for stop in item.pauses):
        raise NotPausable(why="计时已经暂停")
    if at > item.due_at:
        raise NotPausable(why="已经超过期限")
    stop = Pause(timezone.localtime(at), timezone.localtime(until) if until else None, str(Clock.Pause(code).label))
    if until is not None and _first_moment(item) > at:
        return _put_off_by(explanation, item, stop)
    return _with_pauses(explanation, (*item.pauses, stop), now=None if until else at)


def _put_off_by(explanation: dict[str, Any], item: Deadline, stop: Pause) -> Due:
    """A day that somebody approved (延期) is counted from the old day on, which may still lie ahead: the days left out go on top."""
    assert stop.end is not None
    out = (local_day(stop.end) - local_day(stop.start)).days
    try:
        later = deadline(item.due_on, out, Unit.CALENDAR_DAY, item.calendar) if out > 0 else item
    except WorktimeError as error:
        raise NotPausable(why="算出的期限超出了工作日历") from error
    words = f"暂停计时（{stop.reason}）{out} 天，原定 {item.due_on} 到期，顺延至 {later.due_on}。"
    steps = [
        *explanation.get("extended", []),
        {"by": f"{out}cd", "from": explanation["inputs"]["due_at"], "words": words},
    ]
    return _told(later, _kept(explanation) | {"extended": steps, "before": _before(explanation)})


def resumed(explanation: dict[str, Any], *, at: datetime) -> Due:
    """The clock runs again from ``at``; the end moves by exactly what was left out. Raises NotPausable, NotRecorded."""
    item = item_of(explanation, now=at)
    if not item.paused:
        raise NotPausable(why="计时没有暂停")
    local = timezone.localtime(at)
    stops = tuple(stop if stop.end else Pause(stop.start, max(local, stop.start), stop.reason) for stop in item.pauses)
    return _with_pauses(explanation, stops, now=None)


def _with_pauses(explanation: dict[str, Any], stops: tuple[Pause, ...], *, now: datetime | None) -> Due:
    inputs = explanation["inputs"] | {"pauses": [stop.to_dict() for stop in stops], "now": ""}
    return _told(item_of({"inputs": inputs}, now=now), _kept(explanation))


def _kept(explanation: dict[str, Any]) -> dict[str, Any]:
    """What a new count carries over: the authority, the extensions, other limits of the same baton, who capped it."""
    names = ("regime", "extended", "before", "others", "recounted")
    return {name: explanation[name] for name in names if name in explanation}


def with_record(found: Due, **facts: Any) -> Due:
    """The same date with something more in its explanation."""
    return replace(found, explanation=found.explanation | facts)


def is_near(due_: Due, now: datetime) -> bool:
    """临期: not yet late, and no more left than its near-due rule says."""
    return due_.near_at <= now <= due_.due_at


def near_from(explanation: dict[str, Any]) -> datetime | None:
    """From when a stored date is near due; None for a date that was stored without it."""
    text = explanation.get("near_at", "")
    return datetime.fromisoformat(text) if text else None


# --- extensions -------------------------------------------------------------------------------------------------


def ask_before(rule: ExtensionView, *, due_on: date, due_at: datetime | None) -> datetime:
    """The last moment at which an extension may be asked for. ``due_at`` None: the limit ends with its day."""
    if not rule.before_amount:
        return due_at or end_of(due_on)
    unit = Unit(rule.before_unit)
    if unit is Unit.WORKING_DAY:
        return end_of(add_working_days(due_on, -rule.before_amount, calendar()))
    if unit is Unit.CALENDAR_DAY:
        return end_of(due_on - rule.before_amount * DAY)
    hours = rule.before_amount if unit is Unit.HOUR else 0
    minutes = rule.before_amount if unit is Unit.MINUTE else 0
    return (due_at or end_of(due_on)) - timedelta(hours=hours, minutes=minutes)


def end_of(on: date) -> datetime:
    """The last moment of a day, here."""
    return midnight(on + DAY) - timedelta(microseconds=1)


def check_extension(
    regime: RegimeView,
    *,
    due_on: date,
    due_at: datetime | None,
    asked_at: datetime,
    times: int,
    reason: str = "",
) -> ExtensionView:
    """The rule by which an extension may be asked at ``asked_at`` when ``times`` were granted already.

    ``reason`` is a class code (``ExtensionRule.Reason``), left out for a mere question whether one could be asked.
    Raises NoExtension, ExtensionsUsedUp, AskedTooLate, BadInput (a class of reasons the rule does not accept).
    """
    rule = regime.extension
    if rule is None:
        raise NoExtension(regime=regime.name)
    if times >= rule.times:
        raise ExtensionsUsedUp(times=rule.times)
    latest = ask_before(rule, due_on=due_on, due_at=due_at)
    if asked_at > latest:
        raise AskedTooLate(latest=f"{timezone.localtime(latest):%Y-%m-%d %H:%M}")
    if reason and reason not in {code for code, _word in rule.reason_choices}:
        raise BadInput("reason", "时限规则不接受这一类延期理由，请另选。")
    return rule


def check_length(rule: ExtensionView, explanation: dict[str, Any], until: date) -> None:
    """Whether the new day ``until`` is later than the old one and within the rule. Raises TooLong, BadInput."""
    item = item_of(explanation)
    if until <= item.due_on:
        raise BadInput("until", f"新的期限要晚于原来的 {item.due_on}。")
    if rule.amount is not None:
        longest = extended(explanation, amount=rule.amount, unit=rule.unit).due_on
        if until > longest:
            raise TooLong(longest=longest.isoformat())


def extended_until(explanation: dict[str, Any], until: date) -> Due:
    """The date put off to the end of ``until``, a day that somebody approved; counted in days, no rolling over."""
    item = item_of(explanation)
    amount = (until - item.due_on).days
    if amount < 1:
        raise BadInput("until", f"新的期限要晚于原来的 {item.due_on}。")
    later = deadline(item.due_on, amount, Unit.CALENDAR_DAY, item.calendar, roll_over=False)
    steps = [
        *explanation.get("extended", []),
        {
            "by": f"{amount}cd",
            "from": explanation["inputs"]["due_at"],
            "words": f"原定 {item.due_on} 到期，批准延至 {until}。",
        },
    ]
    return _told(later, _kept(explanation) | {"extended": steps, "before": _before(explanation)})


# --- quiet hours ------------------------------------------------------------------------------------------------


def quiet_until(at: datetime) -> datetime | None:
    """When the quiet hours (免打扰) around ``at`` end, None outside them.

    In quiet hours nobody is written to or rung up, except for limits that run round the clock
    (``RegimeView.round_the_clock``). From the setting QUIET_HOURS, local time; its two ends equal: never quiet.
    """
    begin, end = settings.QUIET_HOURS
    local = timezone.localtime(at)
    now = local.time()
    if begin == end:
        return None
    quiet = begin <= now < end if begin < end else now >= begin or now < end
    if not quiet:
        return None
    ends_on = local.date() + DAY if begin > end and now >= begin else local.date()
    return timezone.make_aware(datetime.combine(ends_on, end))
