"""Deadlines, pauses and readings of the clock, told as cases a clerk would recognise."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from worktime import (
    SHANGHAI,
    BadAmount,
    BadHours,
    BadPause,
    DayRule,
    DayState,
    Half,
    HoursTable,
    OutOfRange,
    Pause,
    Source,
    Unit,
    WorkHours,
    calendar_for,
    deadline,
    left,
    percentage,
    progress,
    recompute,
    used,
)

NATION = calendar_for()
GUANGXI = calendar_for("450000")
SEASONS = WorkHours(
    (
        HoursTable(((time(8), time(12)), (time(14, 30), time(17, 30))), (10, 1), "冬季"),
        HoursTable(((time(8), time(12)), (time(15), time(18))), (5, 1), "夏季"),
    ),
    Source("测试作息"),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_deadline_by_days_ends_with_the_last_instant_of_the_day() -> None:
    item = deadline(date(2026, 4, 15), 5, "wd", GUANGXI)
    assert item.due_at == at("2026-04-24T23:59:59.999999")
    assert item.due_at + timedelta(microseconds=1) == at("2026-04-25T00:00")
    assert item.calendar_version == GUANGXI.version


@pytest.mark.parametrize("start", ["2026-10-01", "2026-10-04", "2026-10-07T23:59"])
def test_a_start_on_a_day_off_is_day_zero_like_any_other(start: str) -> None:
    begin = datetime.fromisoformat(start)
    assert deadline(begin, 1, "wd", NATION).due_on == date(2026, 10, 8)


def test_the_start_day_counts_when_the_rule_says_so() -> None:
    begin = date(2026, 4, 15)
    assert deadline(begin, 1, "wd", NATION, count_start=True).due_on == begin
    assert deadline(begin, 5, "cd", NATION, count_start=True).due_on == date(2026, 4, 20), "19th is a Sunday"
    assert deadline(date(2026, 10, 1), 1, "wd", NATION, count_start=True).due_on == date(2026, 10, 8)


def test_rolling_over_can_be_switched_off() -> None:
    item = deadline(date(2026, 9, 18), 15, "cd", NATION, roll_over=False)
    assert (item.due_on, item.rolled) == (date(2026, 10, 3), False)
    rolled = deadline(date(2026, 9, 18), 15, "cd", NATION)
    assert (rolled.nominal_on, rolled.rolled) == (date(2026, 10, 3), True)


@pytest.mark.parametrize(
    ("start", "months", "counted", "due"),
    [
        ("2026-01-15", 1, False, "2026-02-15"),
        ("2026-01-31", 1, False, "2026-02-28"),
        ("2024-01-31", 1, False, "2024-02-29"),
        ("2026-11-30", 3, False, "2027-02-28"),
        ("2026-03-01", 1, True, "2026-03-31"),
        ("2026-01-31", 1, True, "2026-02-28"),
        ("2026-12-01", 12, True, "2027-11-30"),
    ],
)
def test_a_period_by_months_ends_on_the_same_day_or_at_the_month_end(
    start: str, months: int, counted: bool, due: str
) -> None:
    item = deadline(date.fromisoformat(start), months, "m", NATION, count_start=counted, roll_over=False)
    assert item.due_on.isoformat() == due


def test_hours_and_minutes_run_through_nights_and_holidays() -> None:
    assert deadline(at("2026-09-30T20:15"), 24, "h", NATION).due_at == at("2026-10-01T20:15")
    assert deadline(at("2026-10-03T23:50"), 30, "min", NATION).due_at == at("2026-10-04T00:20")


def test_a_moment_from_another_time_zone_is_read_in_shanghai() -> None:
    evening_utc = datetime(2026, 4, 14, 17, 0, tzinfo=UTC)
    assert deadline(evening_utc, 1, "wd", NATION).due_on == date(2026, 4, 16)
    assert deadline(evening_utc, 1, "h", NATION).due_at == at("2026-04-15T02:00")


def test_working_hours_skip_noon_nights_and_days_off() -> None:
    assert deadline(at("2026-04-15T11:30"), 1, "wh", NATION).due_at == at("2026-04-15T15:30")
    assert deadline(at("2026-04-15T12:30"), 3, "wh", NATION).due_at == at("2026-04-15T18:00"), "ends the same day"
    assert deadline(at("2026-04-16T17:00"), 2, "wh", GUANGXI).due_at == at("2026-04-21T09:00")
    assert deadline(date(2026, 10, 1), 7, "wh", NATION).due_at == at("2026-10-08T18:00")


def test_working_hours_follow_the_summer_and_the_winter_table() -> None:
    assert deadline(at("2026-04-30T17:00"), 1, "wh", NATION, hours=SEASONS).due_at == at("2026-05-06T08:30")
    assert deadline(at("2026-05-06T17:00"), 1, "wh", NATION, hours=SEASONS).due_at == at("2026-05-06T18:00")
    assert deadline(at("2026-01-05T14:30"), 3, "wh", NATION, hours=SEASONS).due_at == at("2026-01-05T17:30")


@pytest.mark.parametrize(
    ("half", "start", "due"),
    [
        (Half.MORNING, "2026-07-08T11:30", "2026-07-09T08:30"),
        (Half.AFTERNOON, "2026-07-08T08:00", "2026-07-08T16:00"),
    ],
)
def test_a_half_day_gives_only_its_half(half: Half, start: str, due: str) -> None:
    storm = DayRule(date(2026, 7, 8), DayState.HALF, "台风", Source("防指通告"), half)
    assert deadline(at(start), 1, "wh", calendar_for(extra_days=[storm])).due_at == at(due)


def test_a_day_that_waits_for_its_notice_makes_the_deadline_provisional() -> None:
    assert deadline(date(2026, 12, 28), 5, "wd", NATION).provisional
    assert not deadline(date(2026, 12, 28), 3, "wd", NATION).provisional
    assert deadline(date(2026, 12, 28), 15, "cd", NATION).provisional, "whether it rolls is not known"
    assert not deadline(date(2026, 12, 28), 15, "cd", NATION, roll_over=False).provisional
    assert not deadline(at("2026-12-31T20:00"), 24, "h", NATION).provisional
    assert deadline(at("2026-12-31T17:30"), 1, "wh", NATION).provisional


def test_an_expected_festival_already_moves_the_provisional_date() -> None:
    nation = deadline(date(2027, 4, 7), 3, "wd", NATION)
    assert nation.provisional
    assert deadline(date(2027, 4, 7), 3, "wd", GUANGXI).due_on > nation.due_on


def test_a_pause_shifts_the_end_by_the_working_days_left_out() -> None:
    stop = Pause(at("2026-04-08T10:00"), at("2026-04-10T16:00"), "征求第三方意见")
    plain = deadline(date(2026, 4, 7), 5, "wd", NATION)
    assert plain.due_on == date(2026, 4, 14)
    assert deadline(date(2026, 4, 7), 5, "wd", NATION, pauses=[stop]).due_on == date(2026, 4, 16)


def test_pauses_that_overlap_are_left_out_once() -> None:
    one = Pause(at("2026-04-08T10:00"), at("2026-04-10T16:00"), "补正")
    two = Pause(at("2026-04-09T10:00"), at("2026-04-10T12:00"), "听证")
    pair = deadline(date(2026, 4, 7), 5, "wd", NATION, pauses=[two, one])
    assert pair.due_on == deadline(date(2026, 4, 7), 5, "wd", NATION, pauses=[one]).due_on


def test_a_pause_after_the_end_changes_nothing() -> None:
    late = Pause(at("2026-04-20T10:00"), at("2026-04-30T16:00"), "补正")
    assert deadline(date(2026, 4, 7), 5, "wd", NATION, pauses=[late]).due_on == date(2026, 4, 14)


def test_a_pause_of_hours_shifts_by_exactly_its_length() -> None:
    stop = Pause(at("2026-04-08T10:00"), at("2026-04-08T11:30"), "等待家属到场")
    item = deadline(at("2026-04-08T09:00"), 2, "h", NATION, pauses=[stop])
    assert item.due_at == at("2026-04-08T12:30")
    noon = Pause(at("2026-04-08T11:00"), at("2026-04-08T16:00"), "停电")
    assert deadline(at("2026-04-08T10:00"), 2, "wh", NATION, pauses=[noon]).due_at == at("2026-04-08T17:00")


def test_a_period_by_months_is_lengthened_by_the_days_paused() -> None:
    stop = Pause(at("2026-03-10T10:00"), at("2026-03-15T10:00"), "补正")
    item = deadline(date(2026, 3, 2), 1, "m", NATION, pauses=[stop], roll_over=False)
    assert item.due_on == date(2026, 4, 7)


def test_an_open_pause_needs_the_present_and_says_so() -> None:
    stop = Pause(at("2026-04-08T10:00"), None, "征求第三方意见")
    with pytest.raises(BadPause, match="还在暂停"):
        deadline(date(2026, 4, 7), 5, "wd", NATION, pauses=[stop])
    item = deadline(date(2026, 4, 7), 5, "wd", NATION, pauses=[stop], now=at("2026-04-10T09:00"))
    assert (item.due_on, item.paused) == (date(2026, 4, 16), True)
    assert progress(item, at("2026-04-10T09:00")).paused
    assert used(item, at("2026-04-10T09:00")) == 1


def test_a_pause_must_have_a_reason_and_run_forward() -> None:
    with pytest.raises(BadPause, match="理由"):
        Pause(at("2026-04-08T10:00"), None, "  ")
    with pytest.raises(BadPause, match="早于"):
        Pause(at("2026-04-08T10:00"), at("2026-04-08T09:00"), "补正")


def test_the_reading_counts_the_day_it_is_taken_on() -> None:
    item = deadline(date(2026, 3, 6), 10, "wd", NATION)
    reading = progress(item, date(2026, 3, 12))
    assert (reading.used, reading.left, reading.total, reading.percent) == (4, 6, 10, 40)
    assert not reading.overdue


def test_on_the_last_day_nothing_is_left_and_nothing_is_late() -> None:
    item = deadline(date(2026, 4, 7), 3, "wd", NATION)
    assert (left(item, item.due_at), progress(item, item.due_at).overdue) == (0, False)
    after = item.due_at + timedelta(microseconds=1)
    assert (left(item, after), progress(item, after).overdue) == (0, True), "Saturday: late, but no working day yet"
    assert left(item, date(2026, 4, 13)) == -1
    assert percentage(item, date(2026, 4, 13)) == 133


def test_before_the_start_nothing_is_used() -> None:
    item = deadline(date(2026, 4, 7), 3, "wd", NATION)
    assert (used(item, date(2026, 4, 1)), left(item, date(2026, 4, 1))) == (0, 3)


def test_days_gained_by_rolling_over_belong_to_the_total() -> None:
    item = deadline(date(2026, 9, 18), 15, "cd", NATION)
    reading = progress(item, date(2026, 9, 28))
    assert (reading.total, reading.used, reading.left) == (20, 10, 10)


def test_hours_are_read_in_seconds() -> None:
    item = deadline(at("2026-04-15T09:00"), 24, "h", NATION)
    reading = progress(item, at("2026-04-15T15:00"))
    assert (reading.measure, reading.total, reading.used, reading.percent) == ("second", 86_400, 21_600, 25)


def test_recomputing_keeps_every_input() -> None:
    stop = Pause(at("2026-04-08T10:00"), at("2026-04-10T16:00"), "补正")
    item = deadline(date(2026, 4, 7), 9, "wd", NATION, pauses=[stop], count_start=True)
    assert recompute(item, NATION) == item
    assert recompute(item, GUANGXI).pauses == item.pauses
    assert recompute(item, GUANGXI).due_on > item.due_on


def test_the_record_of_a_deadline_is_json() -> None:
    stop = Pause(at("2026-04-08T10:00"), None, "补正")
    item = deadline(at("2026-04-07T09:00"), 5, "wd", NATION, pauses=[stop], now=at("2026-04-10T09:00"))
    record = json.loads(json.dumps(item.to_dict()))
    assert (record["amount"], record["start"], record["due_on"]) == ("5wd", "2026-04-07T09:00:00+08:00", "2026-04-16")
    assert record["pauses"] == [{"start": "2026-04-08T10:00:00+08:00", "end": "", "reason": "补正"}]


@pytest.mark.parametrize("amount", [0, -1, 1_000_001, 1.5, "5"])
def test_an_amount_that_is_no_limit_is_refused(amount: object) -> None:
    with pytest.raises(BadAmount):
        deadline(date(2026, 4, 7), amount, "wd", NATION)  # type: ignore[arg-type]


def test_a_whole_number_from_numpy_is_an_amount() -> None:
    assert deadline(date(2026, 4, 7), np.int64(3), "wd", NATION).amount.number == 3  # type: ignore[arg-type]


def test_an_unknown_unit_is_refused_by_name() -> None:
    with pytest.raises(BadAmount, match="不是时限单位"):
        deadline(date(2026, 4, 7), 3, "week", NATION)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_limit_that_leaves_the_table_is_refused_by_name(unit: Unit) -> None:
    with pytest.raises(OutOfRange, match="超出了日历范围"):
        deadline(date(2079, 12, 1), 1_000_000, unit, NATION)


def test_a_start_or_a_pause_outside_the_table_is_refused() -> None:
    with pytest.raises(OutOfRange):
        deadline(date(1990, 1, 1), 3, "wd", NATION)
    stop = Pause(datetime(1990, 1, 1), datetime(1990, 1, 2), "补正")
    with pytest.raises(OutOfRange):
        deadline(date(2026, 1, 1), 3, "wd", NATION, pauses=[stop])


@pytest.mark.parametrize(
    "spans",
    [(), ((time(12), time(8)),), ((time(8), time(12)), (time(11), time(18))), ((time(8), time(8)),)],
)
def test_hours_that_do_not_hold_together_are_refused(spans: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(BadHours):
        HoursTable(spans)


def test_hours_tables_begin_on_real_and_different_days() -> None:
    table = HoursTable(((time(8), time(12)),))
    with pytest.raises(BadHours, match="不存在"):
        HoursTable(((time(8), time(12)),), (2, 30))
    with pytest.raises(BadHours, match="同一天"):
        WorkHours((table, table), Source("测试"))
    with pytest.raises(BadHours, match="至少"):
        WorkHours((), Source("测试"))
