"""What a person types and what ``tongti deadline`` answers."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from worktime import (
    SHANGHAI,
    Amount,
    BadAmount,
    BadDate,
    OutOfRange,
    Unit,
    UnknownRegion,
    WorktimeError,
    parse_amount,
    parse_moment,
    run_deadline,
)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("5wd", 5, Unit.WORKING_DAY),
        ("15cd", 15, Unit.CALENDAR_DAY),
        ("24h", 24, Unit.HOUR),
        ("8wh", 8, Unit.WORKING_HOUR),
        ("2m", 2, Unit.MONTH),
        ("30min", 30, Unit.MINUTE),
        (" 5 WD ", 5, Unit.WORKING_DAY),
        ("５个工作日", 5, Unit.WORKING_DAY),
        ("60日", 60, Unit.CALENDAR_DAY),
        ("3个月", 3, Unit.MONTH),
        ("2小时", 2, Unit.HOUR),
    ],
)
def test_an_amount_is_read(text: str, number: int, unit: Unit) -> None:
    assert parse_amount(text) == Amount(number, unit)


@pytest.mark.parametrize("unit", list(Unit))
def test_an_amount_reads_back_what_it_prints(unit: Unit) -> None:
    assert parse_amount(str(Amount(7, unit))) == Amount(7, unit)
    assert Amount(7, unit).words.startswith("7 ")


@pytest.mark.parametrize(
    "text", ["", "wd", "5", "5x", "0wd", "-5wd", "1.5h", "5wd 3h", "9" * 5000 + "wd", "9999999wd", "²wd"]
)
def test_an_amount_that_cannot_be_read_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BadAmount) as caught:
        parse_amount(text)
    assert str(caught.value).endswith("。")


def test_a_date_and_a_moment_are_read() -> None:
    assert parse_moment("2026-04-15") == date(2026, 4, 15)
    assert parse_moment("2026-04-15T09:30") == datetime(2026, 4, 15, 9, 30, tzinfo=SHANGHAI)
    assert parse_moment(" 2026-04-15 09:30 ") == datetime(2026, 4, 15, 9, 30, tzinfo=SHANGHAI)
    assert parse_moment("2026-04-15T01:30:00Z") == datetime(2026, 4, 15, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["", "昨天", "2026-02-30", "2026/04/15", "20260415", "2026-04-15T25:00", "0000-01-01"])
def test_a_date_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        parse_moment(text)


def test_the_due_date_stands_alone_on_the_first_line() -> None:
    lines = run_deadline("2026-04-15", "5wd", "450000").splitlines()
    assert lines[0] == "2026-04-24"
    assert lines[1].startswith("从 2026-04-15（星期三）起算")
    assert len(lines) == 2


def test_with_explain_every_day_follows() -> None:
    lines = run_deadline("2026-04-15", "5wd", "450000", explain=True).splitlines()
    assert lines[0] == "2026-04-24"
    assert sum(line.startswith("2026-04-") for line in lines[1:]) == 10
    assert lines[-1].startswith("日历版本：2026-11-23/450000/")


def test_a_limit_by_hours_answers_with_a_moment() -> None:
    assert run_deadline("2026-04-15T09:30", "24h").splitlines()[0] == "2026-04-16T09:30+08:00"


def test_seconds_are_shown_only_when_there_are_any() -> None:
    lines = run_deadline("2026-04-15T09:30:20", "24h").splitlines()
    assert lines[0] == "2026-04-16T09:30:20+08:00"
    assert "09:30:20起算" in lines[1]


def test_a_provisional_answer_says_so_without_being_asked() -> None:
    assert "暂定" in run_deadline("2026-12-28", "5wd")


@pytest.mark.parametrize(
    ("start", "amount", "region", "error"),
    [
        ("2026-13-01", "5wd", "", BadDate),
        ("2026-04-15", "5", "", BadAmount),
        ("2026-04-15", "5wd", "guangxi", UnknownRegion),
        ("2079-04-15", "999999wd", "", OutOfRange),
        ("1950-04-15", "5wd", "", OutOfRange),
    ],
)
def test_bad_input_raises_a_named_error_with_one_sentence(
    start: str, amount: str, region: str, error: type[WorktimeError]
) -> None:
    with pytest.raises(error) as caught:
        run_deadline(start, amount, region)
    assert str(caught.value).endswith("。")
    assert "\n" not in str(caught.value)
    assert caught.value.code.startswith("worktime.")
