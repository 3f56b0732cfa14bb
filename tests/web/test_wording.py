"""Dates, deadlines and rates in words."""

from datetime import UTC, date, datetime

import pytest

from tongti.web import wording

TODAY = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 3, 20), "3 月 20 日"),
        (date(2025, 11, 2), "2025 年 11 月 2 日"),
        # 17:30 in UTC is already the next morning here
        (datetime(2026, 3, 19, 17, 30, tzinfo=UTC), "3 月 20 日"),
        (None, ""),
    ],
)
def test_a_day(value: date | None, words: str) -> None:
    assert wording.day_words(value, TODAY) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 3, 12, 2, 42, tzinfo=UTC), "今天 10:42"),
        (datetime(2026, 3, 11, 12, 3, tzinfo=UTC), "昨天 20:03"),
        (datetime(2026, 3, 7, 1, 10, tzinfo=UTC), "3 月 7 日 09:10"),
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), "1 月 1 日 00:30"),
        (None, ""),
    ],
)
def test_a_moment(value: datetime | None, words: str) -> None:
    assert wording.moment_words(value, TODAY) == words


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (6, "剩 6 天", "info"),
        (2, "剩 2 天", "warn"),
        (0, "今天到期", "warn"),
        (-2, "超期 2 天", "bad"),
        (None, "不限时", "mute"),
    ],
)
def test_working_days_left(left: int | None, words: str, tone: str) -> None:
    assert (wording.due_words(left), wording.due_tone(left)) == (words, tone)


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        (842, 917, "91.8%"),
        (9997, 10000, "99.9%"),
        (1, 10000, "0.1%"),
        (10, 10, "100%"),
        (0, 10, "0%"),
        (0, 0, "无数据"),
        (5, 4, "125.0%"),
    ],
)
def test_nearly_all_is_not_all_and_nearly_none_is_not_none(numerator: int, denominator: int, words: str) -> None:
    assert wording.percent(numerator, denominator) == words


def test_machine_time_is_local_with_its_offset() -> None:
    assert wording.iso(datetime(2026, 3, 12, 2, 42, tzinfo=UTC)) == "2026-03-12T10:42+08:00"
    assert wording.iso(TODAY) == "2026-03-12"
