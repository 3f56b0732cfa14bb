"""The working-day bar and the words beside it say the same."""

from datetime import date, datetime

import pytest
import time_machine
from django.utils import timezone

from tongti.deadlines import queries

pytestmark = pytest.mark.django_db
MON, FRI = date(2025, 3, 10), date(2025, 3, 14)


def states(bar):
    return "".join({"past": "d", "today": "n", "future": ".", "over": "o", "after": "x"}[c.state] for c in bar)


def test_the_prototypes_lead_bar():
    """Started 3 月 6 日, ten working days, today the fourth."""
    bar = queries.cells(date(2025, 3, 6), date(2025, 3, 20), date(2025, 3, 12))
    assert states(bar) == "dddn......"
    assert [c.gap_before for c in bar] == [False, True, False, False, False, False, True, False, False, False]
    assert [c.due for c in bar][-1]
    assert (bar.used, bar.left, bar.tone, bar.days_left) == ("第 4 天 / 10 天", "3 月 20 日到期", "info", 6)


def test_overdue_near_and_done_on_one_axis():
    lead, late, near, done = (
        (date(2025, 3, 6), date(2025, 3, 20), None),
        (date(2025, 3, 6), date(2025, 3, 11), None),
        (date(2025, 3, 6), date(2025, 3, 13), None),
        (date(2025, 3, 6), date(2025, 3, 13), date(2025, 3, 7)),
    )
    today = date(2025, 3, 12)
    axis = queries.shared_axis([lead, late, near, done], today)
    bars = [queries.cells(s, d, today, f, axis=axis) for s, d, f in (lead, late, near, done)]
    assert {len(bar) for bar in bars} == {10}
    assert states(bars[1]) == "dddoxxxxxx"
    assert (bars[1].used, bars[1].left, bars[1].tone) == ("第 4 天 / 3 天", "已超期 1 天", "bad")
    assert (bars[2].left, bars[2].tone) == ("明天到期", "warn")
    assert (bars[3].used, bars[3].left, bars[3].tone) == ("用 1 天 / 5 天", "3 月 7 日办结", "ok")
    assert states(bars[3]) == "dxxxxxxxxx"


def test_a_weekend_after_the_last_day_is_already_late():
    assert queries.days_left(FRI, date(2025, 3, 15)) == -1
    assert queries.cells(MON, FRI, date(2025, 3, 15)).left == "已超期 1 天"
    assert queries.days_left(FRI, FRI) == 0
    assert queries.cells(MON, FRI, FRI).left == "今天到期"
    assert queries.days_left(None) is None


def test_a_limit_of_hours_says_the_time():
    noon = timezone.make_aware(datetime(2025, 3, 12, 12))
    with time_machine.travel(timezone.make_aware(datetime(2025, 3, 12, 10)), tick=False):
        bar = queries.cells(date(2025, 3, 12), date(2025, 3, 12), due_at=noon)
        assert (states(bar), bar.left, bar.tone) == ("n", "今天 12:00 到期", "warn")
    with time_machine.travel(timezone.make_aware(datetime(2025, 3, 12, 13)), tick=False):
        bar = queries.cells(date(2025, 3, 12), date(2025, 3, 12), due_at=noon)
        assert (bar.left, bar.tone) == ("已超期", "bad")


def test_next_working_days_skip_the_holiday():
    days = queries.next_working_days(3, since=date(2026, 9, 30))
    assert days == [date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 9)]
