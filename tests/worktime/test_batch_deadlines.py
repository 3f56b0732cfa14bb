"""The vectorised functions against the single ones, one by one."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worktime import (
    SHANGHAI,
    BadAmount,
    OutOfRange,
    Unit,
    batch_due_dates,
    batch_due_times,
    batch_working_days,
    calendar_for,
    deadline,
    working_days_between,
)

GUANGXI = calendar_for("450000")
DAY_UNITS = [Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH]
TIME_UNITS = [Unit.WORKING_HOUR, Unit.HOUR, Unit.MINUTE]
unhurried = settings(deadline=None)  # the first use builds an index
dates = st.dates(date(2012, 1, 1), date(2028, 12, 31))


@unhurried
@given(
    st.lists(st.tuples(dates, st.integers(1, 120)), min_size=1, max_size=20),
    st.sampled_from(DAY_UNITS),
    st.booleans(),
    st.booleans(),
)
def test_dates_in_a_batch_equal_single_ones(
    rows: list[tuple[date, int]], unit: Unit, counted: bool, roll: bool
) -> None:
    starts, amounts = np.array([row[0] for row in rows], "datetime64[D]"), np.array([row[1] for row in rows])
    batch = batch_due_dates(starts, amounts, unit, GUANGXI, count_start=counted, roll_over=roll)
    single = [deadline(on, n, unit, GUANGXI, count_start=counted, roll_over=roll).due_on for on, n in rows]
    assert batch.astype(object).tolist() == single


@pytest.mark.parametrize("counted", [False, True])
def test_month_ends_in_a_batch_equal_single_ones(counted: bool) -> None:
    starts = [date(2026, month, day) for month in (1, 3, 12) for day in (1, 27, 28, 29, 30, 31)]
    for months in (1, 2, 11):
        batch = batch_due_dates(
            np.array(starts, "datetime64[D]"), months, "m", GUANGXI, count_start=counted, roll_over=False
        )
        single = [deadline(on, months, "m", GUANGXI, count_start=counted, roll_over=False).due_on for on in starts]
        assert batch.astype(object).tolist() == single


@unhurried
@given(
    st.lists(
        st.tuples(st.datetimes(datetime(2012, 1, 1), datetime(2028, 12, 31)), st.integers(1, 500)),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(TIME_UNITS),
)
def test_moments_in_a_batch_equal_single_ones(rows: list[tuple[datetime, int]], unit: Unit) -> None:
    starts, amounts = np.array([row[0] for row in rows], "datetime64[us]"), np.array([row[1] for row in rows])
    batch = batch_due_times(starts, amounts, unit, GUANGXI)
    single = [deadline(at, n, unit, GUANGXI).due_at for at, n in rows]
    assert [at.replace(tzinfo=SHANGHAI) for at in batch.astype(object).tolist()] == single


@unhurried
@given(st.lists(st.tuples(dates, dates), min_size=1, max_size=20))
def test_working_days_in_a_batch_equal_single_ones(rows: list[tuple[date, date]]) -> None:
    first, last = (np.array(part, "datetime64[D]") for part in zip(*rows, strict=True))
    assert batch_working_days(first, last, GUANGXI).tolist() == [working_days_between(a, b, GUANGXI) for a, b in rows]


def test_one_amount_serves_many_starts() -> None:
    starts = np.array(["2026-04-15", "2026-09-30"], "datetime64[D]")
    assert [str(on) for on in batch_due_dates(starts, 5, "wd", GUANGXI)] == ["2026-04-24", "2026-10-13"]


def test_the_first_midnight_of_the_table_is_no_special_case() -> None:
    assert str(batch_due_times("2000-01-01T00:00", 1, "wh", GUANGXI)) == "2000-01-03T09:00:00.000000"


def test_the_wrong_kind_of_unit_is_refused() -> None:
    with pytest.raises(BadAmount, match="batch_due_times"):
        batch_due_dates("2026-04-15", 5, "h", GUANGXI)
    with pytest.raises(BadAmount, match="batch_due_dates"):
        batch_due_times("2026-04-15T09:00", 5, "wd", GUANGXI)


@pytest.mark.parametrize("amounts", [[1, 0], [-1], [1_000_001], [1.5]])
def test_a_batch_with_one_bad_amount_is_refused(amounts: list[float]) -> None:
    with pytest.raises(BadAmount):
        batch_due_dates("2026-04-15", amounts, "wd", GUANGXI)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_batch_that_leaves_the_table_is_refused(unit: Unit) -> None:
    single = batch_due_dates if unit.by_day else batch_due_times
    for start, amount in (("1999-12-31", 1), ("2079-12-01", 1_000_000)):
        with pytest.raises(OutOfRange):
            single(start, amount, unit, GUANGXI)


def test_a_result_on_the_last_days_of_the_table_is_refused_when_it_would_roll_out() -> None:
    assert str(batch_due_dates("2079-12-28", 1, "cd", GUANGXI)) == "2079-12-29"
    with pytest.raises(OutOfRange):
        batch_due_dates("2079-12-29", 2, "wd", GUANGXI)
