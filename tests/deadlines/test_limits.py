"""A stored date is stopped, put off and counted anew from what it recorded about itself."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from tongti.deadlines import actions, limits, queries
from tongti.deadlines.errors import (
    AskedTooLate,
    ExtensionsUsedUp,
    NoExtension,
    NotPausable,
    NotRecorded,
    TooLong,
)
from tongti.deadlines.queries import ClockView, ExtensionView, NearRule, RegimeView
from tongti.shared.errors import BadInput

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


def regime(amount: int = 5, unit: str = "wd", **facts: object) -> RegimeView:
    """A regime of one handling limit that may stand still for a third party, and be put off once."""
    limit = ClockView("handle", amount, unit, pauses=("third_party",))
    limit = replace(limit, **{k: v for k, v in facts.items() if k in ("near", "roll_over", "count_start")})  # type: ignore[arg-type]
    rule = facts.get("extension", ExtensionView(5, "wd", times=1, before_amount=1, before_unit="wd"))
    return RegimeView("trial", 1, "试算", "本地暂定", False, {"handle": limit}, extension=rule)  # type: ignore[arg-type]


def due(of: RegimeView, start: str) -> actions.Due:
    return limits.due(regime=of, clock="handle", start=at(start))


# --- near due ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "unit", "start", "near"),
    [
        # 16, 21, 22, 23, 24 April count (17 and 20 are 三月三): one of five is left all through the 23rd
        (5, "wd", "2026-04-15T10:00", "2026-04-23T00:00"),
        # 20 % of fifteen days are three, and come before the last working day
        (15, "wd", "2026-05-06T10:00", "2026-05-21T00:00"),
        (1, "wd", "2026-05-06T10:00", "2026-05-06T10:00"),
        # twenty per cent of a day and a night are 4 h 48 min; one working day says nothing here
        (24, "h", "2026-05-06T10:00", "2026-05-07T05:12"),
        (2, "h", "2026-05-06T23:00", "2026-05-07T00:36"),
        # sixty days end on a Sunday and gain the Monday: twelve of the sixty-one are left
        (60, "cd", "2026-05-06T10:00", "2026-06-24T00:00"),
    ],
)
def test_a_limit_is_near_due_at_a_fifth_or_one_working_day(amount: int, unit: str, start: str, near: str) -> None:
    found = due(regime(amount, unit), start)
    assert timezone.localtime(found.near_at) == at(near)
    assert not limits.is_near(found, found.near_at - timedelta(seconds=1)) or amount == 1
    assert limits.is_near(found, found.near_at)
    assert limits.is_near(found, found.due_at)
    assert not limits.is_near(found, found.due_at + timedelta(seconds=1))
    assert limits.near_from(found.explanation) == found.near_at


def test_a_rule_of_hours_counts_back_from_the_end() -> None:
    found = due(regime(24, "h", near=NearRule(0, 4, "h")), "2026-05-06T10:00")
    assert timezone.localtime(found.near_at) == at("2026-05-07T06:00")
    never = due(regime(24, "h", near=NearRule(0, 0)), "2026-05-06T10:00")
    assert never.near_at == never.due_at


# --- pause and resume -------------------------------------------------------------------------------------------


def test_a_pause_moves_the_end_by_exactly_what_was_left_out() -> None:
    first = due(regime(), "2026-05-11T10:00")
    assert first.due_on == date(2026, 5, 18)
    standing = limits.paused(first.explanation, at=at("2026-05-13T09:00"), code="third_party")
    assert standing.paused
    running = limits.resumed(standing.explanation, at=at("2026-05-20T16:00"))
    # 14, 15, 18, 19 and 20 May are five working days
    assert (running.due_on, running.paused) == (date(2026, 5, 25), False)
    assert queries.working_days_between(first.due_on, running.due_on) == 5
    assert any("征求第三方意见" in line for line in running.explanation["pauses"])
    assert running.explanation["regime"] == first.explanation["regime"]


def test_a_pause_of_hours_moves_the_end_by_its_own_length() -> None:
    first = due(regime(24, "h"), "2026-05-11T22:00")
    standing = limits.paused(first.explanation, at=at("2026-05-12T01:00"), code="third_party")
    running = limits.resumed(standing.explanation, at=at("2026-05-12T04:30"))
    assert running.due_at - first.due_at == timedelta(hours=3, minutes=30)


def test_a_clock_stands_still_only_for_the_reasons_of_its_regime_and_once_at_a_time() -> None:
    first = due(regime(), "2026-05-11T10:00")
    with pytest.raises(NotPausable, match="没有写明"):
        limits.paused(first.explanation, at=at("2026-05-13T09:00"), code="hearing")
    with pytest.raises(NotPausable, match="没有暂停"):
        limits.resumed(first.explanation, at=at("2026-05-13T09:00"))
    with pytest.raises(NotPausable, match="超过期限"):
        limits.paused(first.explanation, at=at("2026-05-19T00:00"), code="third_party")
    standing = limits.paused(first.explanation, at=at("2026-05-13T09:00"), code="third_party")
    with pytest.raises(NotPausable, match="已经暂停"):
        limits.paused(standing.explanation, at=at("2026-05-14T09:00"), code="third_party")


# --- extensions -------------------------------------------------------------------------------------------------


def test_an_extension_in_the_same_unit_makes_one_longer_limit() -> None:
    petition = due(regime(60, "cd"), "2026-08-08T10:00")
    assert petition.due_on == date(2026, 10, 8)  # 7 October is a holiday
    later = limits.extended(petition.explanation, amount=30, unit="cd")
    assert later.due_on == date(2026, 11, 6)  # ninety days, not thirty from the day it rolled to
    assert later.explanation["inputs"]["amount"] == "90cd"
    assert later.explanation["before"]["due"] == "2026-10-08"
    assert later.explanation["extended"][0]["by"] == "30cd"


def test_an_extension_in_another_unit_counts_from_the_last_day() -> None:
    urgent = due(regime(24, "h"), "2026-05-11T22:00")
    later = limits.extended(urgent.explanation, amount=1, unit="wd")
    assert later.due_on == date(2026, 5, 13)
    assert later.by_day


def test_an_extension_keeps_what_was_paused() -> None:
    first = due(regime(), "2026-05-11T10:00")
    running = limits.resumed(
        limits.paused(first.explanation, at=at("2026-05-13T09:00"), code="third_party").explanation,
        at=at("2026-05-20T16:00"),
    )
    later = limits.extended(running.explanation, amount=2, unit="wd")
    assert queries.working_days_between(running.due_on, later.due_on) == 2


def test_an_extension_is_asked_in_time_as_often_as_the_rule_says() -> None:
    of = regime()
    first = due(of, "2026-05-11T10:00")
    facts = {"due_on": first.due_on, "due_at": None}
    assert limits.check_extension(of, **facts, asked_at=at("2026-05-15T23:59"), times=0, reason="complex")
    with pytest.raises(AskedTooLate, match="2026-05-15 23:59"):
        limits.check_extension(of, **facts, asked_at=at("2026-05-16T00:00"), times=0)
    with pytest.raises(ExtensionsUsedUp, match="1 次"):
        limits.check_extension(of, **facts, asked_at=at("2026-05-12T09:00"), times=1)
    with pytest.raises(NoExtension, match="试算"):
        limits.check_extension(regime(extension=None), **facts, asked_at=at("2026-05-12T09:00"), times=0)
    picky = regime(extension=ExtensionView(5, "wd", reasons=("complex",)))
    with pytest.raises(BadInput):
        limits.check_extension(picky, **facts, asked_at=at("2026-05-12T09:00"), times=0, reason="works")


def test_a_chosen_day_is_later_than_the_old_one_and_within_the_rule() -> None:
    of = regime()
    first = due(of, "2026-05-11T10:00")
    rule = of.extension
    assert rule is not None
    limits.check_length(rule, first.explanation, date(2026, 5, 25))
    with pytest.raises(TooLong, match="2026-05-25"):
        limits.check_length(rule, first.explanation, date(2026, 5, 26))
    with pytest.raises(BadInput, match="晚于"):
        limits.check_length(rule, first.explanation, first.due_on)
    later = limits.extended_until(first.explanation, date(2026, 5, 23))
    assert later.due_on == date(2026, 5, 23)  # a Saturday somebody approved stays
    assert later.explanation["before"]["due"] == "2026-05-18"
    with pytest.raises(BadInput):
        limits.extended_until(first.explanation, first.due_on)


def test_a_rule_without_a_length_leaves_it_to_whoever_approves() -> None:
    of = regime(extension=ExtensionView(None, "wd"))
    first = due(of, "2026-05-11T10:00")
    assert of.extension is not None
    limits.check_length(of.extension, first.explanation, date(2027, 5, 11))


# --- counted anew -----------------------------------------------------------------------------------------------


def test_counting_anew_uses_the_recorded_inputs_under_the_calendar_of_today() -> None:
    admin_day = date(2026, 5, 13)
    first = due(regime(), "2026-05-11T10:00")
    assert limits.recounted(first.explanation).due_on == first.due_on
    from tests.cast import make_cast

    actions.set_special_day(
        day=admin_day, state="off", name="防汛停工", source="区政府通知〔2026〕3号", by=make_cast().viewer("赵工")
    )
    again = limits.recounted(first.explanation)
    assert again.due_on == date(2026, 5, 19)
    assert again.calendar_version != first.calendar_version
    assert again.regime_version == first.regime_version == "trial/1"
    queries.forget_calendar()


@pytest.mark.parametrize("explanation", [{}, {"inputs": 3}, {"inputs": {"amount": "5wd"}}, {"inputs": {"amount": 5}}])
def test_a_date_without_its_record_says_so(explanation: dict[str, object]) -> None:
    with pytest.raises(NotRecorded):
        limits.recounted(explanation)


def test_the_version_named_on_a_date_can_be_read_again() -> None:
    assert queries.regime_of_version("ordinary/1").name == queries.shipped_default().name
    actions.load_samples()
    assert queries.regime_of_version("enterprise/1").clock("handle").words == "7 个工作日"


# --- quiet hours ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-05-11T21:29", None),
        ("2026-05-11T21:30", "2026-05-12T08:00"),
        ("2026-05-12T03:00", "2026-05-12T08:00"),
        ("2026-05-12T08:00", None),
    ],
)
def test_at_night_nobody_is_disturbed(settings: object, now: str, until: str | None) -> None:
    settings.QUIET_HOURS = (time(21, 30), time(8))  # type: ignore[attr-defined]
    assert limits.quiet_until(at(now)) == (at(until) if until else None)


def test_a_quiet_noon_and_no_quiet_hours_at_all(settings: object) -> None:
    settings.QUIET_HOURS = (time(12), time(14, 30))  # type: ignore[attr-defined]
    assert limits.quiet_until(at("2026-05-12T13:00")) == at("2026-05-12T14:30")
    assert limits.quiet_until(at("2026-05-12T15:00")) is None
    settings.QUIET_HOURS = (time(8), time(8))  # type: ignore[attr-defined]
    assert limits.quiet_until(at("2026-05-12T03:00")) is None


def test_emergencies_run_round_the_clock() -> None:
    actions.load_samples()
    rows = {row.code: row for row in queries.regimes_on(date(2026, 5, 11)).rows}
    assert rows["critical"].round_the_clock
    assert rows["urgent"].round_the_clock
    assert not rows["ordinary"].round_the_clock
