"""Values from the rule book that must never change: published due dates with and without the Guangxi overlay."""

from __future__ import annotations

from datetime import date

import pytest

from worktime import calendar_for, deadline

VALUES = [
    ("2026-04-15", 5, "wd", "2026-04-22", "2026-04-24"),
    ("2026-09-30", 5, "wd", "2026-10-13", "2026-10-13"),
    ("2026-02-13", 3, "wd", "2026-02-25", "2026-02-25"),
    ("2026-09-18", 2, "wd", "2026-09-21", "2026-09-21"),
    ("2025-12-30", 3, "wd", "2026-01-05", "2026-01-05"),
    ("2026-04-30", 1, "wd", "2026-05-06", "2026-05-06"),
    ("2026-09-18", 15, "cd", "2026-10-08", "2026-10-08"),
    ("2026-08-08", 60, "cd", "2026-10-08", "2026-10-08"),
    ("2026-04-02", 15, "cd", "2026-04-17", "2026-04-21"),
]


@pytest.mark.parametrize(("start", "amount", "unit", "national", "guangxi"), VALUES)
def test_a_known_period_ends_on_its_published_day(
    start: str, amount: int, unit: str, national: str, guangxi: str
) -> None:
    begin = date.fromisoformat(start)
    assert deadline(begin, amount, unit, calendar_for()).due_on.isoformat() == national
    assert deadline(begin, amount, unit, calendar_for("450000")).due_on.isoformat() == guangxi
