"""The working-day bar: the four rows of the workbench prototype, and the edges."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from worktime import DayCell, OutOfRange, Phase, calendar_for, day_cells

NATION = calendar_for()
START, TODAY = date(2026, 3, 5), date(2026, 3, 11)
AXIS = (date(2026, 3, 6), date(2026, 3, 19))


def drawn(cells: list[DayCell]) -> str:
    """One letter a cell (d past, n today, . future, o over, x outside), | for a gap before, ! for the tick."""
    letters = {Phase.PAST: "d", Phase.TODAY: "n", Phase.FUTURE: ".", Phase.OVER: "o", Phase.OUTSIDE: "x"}
    return "".join(("|" if c.gap_before else "") + letters[c.phase] + ("!" if c.due else "") for c in cells)


def test_a_running_limit_shows_past_today_future_and_the_day_due() -> None:
    assert drawn(day_cells(START, date(2026, 3, 19), TODAY, NATION)) == "d|ddn..|....!"


def test_an_overdue_limit_goes_on_after_its_tick() -> None:
    assert drawn(day_cells(START, date(2026, 3, 10), TODAY, NATION, axis=AXIS)) == "d|dd!oxx|xxxx"


def test_a_shorter_limit_leaves_the_rest_of_the_axis_empty() -> None:
    assert drawn(day_cells(START, date(2026, 3, 12), TODAY, NATION, axis=AXIS)) == "d|ddn.!x|xxxx"


def test_a_day_due_beyond_the_axis_has_no_tick() -> None:
    assert drawn(day_cells(START, date(2026, 3, 31), TODAY, NATION, axis=AXIS)) == "d|ddn..|...."


def test_finished_work_stops_the_bar() -> None:
    cells = day_cells(START, date(2026, 3, 12), TODAY, NATION, axis=AXIS, done_on=date(2026, 3, 6))
    assert drawn(cells) == "d|xxxxx|xxxx"


def test_work_finished_late_shows_the_days_over() -> None:
    assert drawn(day_cells(START, date(2026, 3, 9), date(2026, 3, 20), NATION, done_on=date(2026, 3, 11))) == "d|doo"


def test_the_axis_may_begin_before_the_start() -> None:
    assert drawn(day_cells(date(2026, 3, 10), date(2026, 3, 12), TODAY, NATION, axis=AXIS)) == "x|xxn.!x|xxxx"


def test_the_gap_is_named_after_the_holiday_in_it() -> None:
    cells = day_cells(date(2026, 9, 29), date(2026, 10, 12), date(2026, 9, 30), NATION)
    assert [(c.on.day, c.gap) for c in cells] == [(30, ""), (8, "国庆节"), (9, ""), (10, ""), (12, "周末")]
    assert cells[0].today
    assert cells[1].future


def test_the_start_has_a_cell_only_when_it_counts() -> None:
    assert len(day_cells(START, date(2026, 3, 9), TODAY, NATION, count_start=True)) == 5
    assert day_cells(START, date(2026, 3, 9), date(2026, 3, 6), NATION)[0].on == date(2026, 3, 6)


def test_a_day_due_on_a_day_off_ticks_the_working_day_before() -> None:
    cells = day_cells(date(2026, 9, 28), date(2026, 10, 3), date(2026, 9, 28), NATION)
    assert drawn(cells) == "..!"


def test_a_today_on_a_weekend_is_no_cell() -> None:
    assert drawn(day_cells(START, date(2026, 3, 10), date(2026, 3, 8), NATION)) == "d|..!"


def test_datetimes_are_read_in_shanghai_time() -> None:
    evening = datetime.fromisoformat("2026-03-10T17:30:00+00:00")
    assert day_cells(START, date(2026, 3, 12), evening, NATION) == day_cells(START, date(2026, 3, 12), TODAY, NATION)


def test_cells_of_an_unsettled_year_are_provisional() -> None:
    cells = day_cells(date(2026, 12, 30), date(2027, 1, 5), date(2026, 12, 31), NATION)
    assert [cell.provisional for cell in cells] == [False, True, True]


def test_a_bar_outside_the_table_is_refused() -> None:
    with pytest.raises(OutOfRange):
        day_cells(date(1990, 1, 1), date(1990, 1, 9), TODAY, NATION)
