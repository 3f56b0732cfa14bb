"""Figures are the same however they are read: day by day, by whole months, folded or not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongti.figures.actions import Count, add, compact
from tongti.figures.models import Daily, Monthly
from tongti.figures.queries import by_day, by_unit, totals, whole_months

pytestmark = pytest.mark.django_db
WATER, ROADS = 11, 12
SPANS = [
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 2, 15), date(2026, 4, 14)),  # one whole month between two halves
    (date(2026, 2, 15), date(2026, 3, 15)),  # no whole month
    (date(2026, 3, 1), date(2026, 3, 31)),  # exactly one
    (date(2026, 3, 7), date(2026, 3, 7)),
    (date(2000, 1, 1), date(2026, 3, 7)),
]


@pytest.fixture
def _counted() -> None:
    """Every day from December to May, some of it taken back, half of it folded; and one subject that must not be counted in."""
    first = date(2025, 12, 1)
    days = [first + timedelta(days=n) for n in range(180)]
    for half in (days[:120], days[60:]):
        compact()
        add(Count("answered", day, unit, amount=unit + day.day) for day in half for unit in (0, WATER, ROADS))
        add(Count("answered", day, WATER, amount=-3) for day in half if day.day % 7 == 0)
        add(Count("answered", day, 0, subject_id=5, amount=1000) for day in half)


@pytest.mark.usefixtures("_counted")
@pytest.mark.parametrize(("since", "until"), SPANS)
def test_a_sum_by_months_is_the_sum_of_its_days(since: date, until: date) -> None:
    for _ in ("half folded", "folded"):
        for unit in (0, WATER, ROADS):
            day_by_day = sum(by_day("answered", since=since, until=until, unit_id=unit).values())
            assert totals(["answered", "late"], since=since, until=until, unit_id=unit) == {
                "answered": day_by_day,
                "late": 0,
            }
            assert by_unit(["answered"], since=since, until=until)["answered"].get(unit, 0) == (
                day_by_day if unit else 0
            )
        compact()


@pytest.mark.usefixtures("_counted")
def test_folding_moves_every_row_once() -> None:
    before = totals(["answered"], since=date(2025, 1, 1), until=date(2027, 1, 1))
    assert compact() > 0
    assert compact() == 0
    assert totals(["answered"], since=date(2025, 1, 1), until=date(2027, 1, 1)) == before
    months = {(row.unit_id, row.month): row.amount for row in Monthly.objects.all()}
    recount: dict[tuple[int, date], int] = {}
    for row in Daily.objects.filter(subject_id=0):
        key = (row.unit_id, row.day.replace(day=1))
        recount[key] = recount.get(key, 0) + row.amount
    assert months == recount


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 800))
def test_whole_months_lie_within(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    first, after = whole_months(since, until)
    starts = [day for day in (since + timedelta(days=n) for n in range(length + 1)) if day.day == 1]
    whole = [start for start in starts if (start + timedelta(days=32)).replace(day=1) <= until + timedelta(days=1)]
    if not whole:
        assert first == after == until + timedelta(days=1)
        return
    assert (first, after) == (whole[0], (whole[-1] + timedelta(days=32)).replace(day=1))
