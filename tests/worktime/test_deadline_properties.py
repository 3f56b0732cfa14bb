"""Laws that hold for every input, and a slow obvious twin that walks the calendar one day or one minute at a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from worktime import (
    SHANGHAI,
    Calendar,
    HoursTable,
    Pause,
    Source,
    Unit,
    WorkHours,
    add_working_days,
    calendar_for,
    day_cells,
    deadline,
    explain,
    progress,
    working_days_between,
)

NATION = calendar_for()
GUANGXI = calendar_for("450000")
SEASONS = WorkHours(
    (
        HoursTable(((time(8), time(12)), (time(14, 30), time(17, 30))), (10, 1)),
        HoursTable(((time(8), time(12)), (time(15), time(18))), (5, 1)),
    ),
    Source("测试作息"),
)

unhurried = settings(deadline=None)  # the first use of a calendar builds its index
calendars = st.sampled_from([NATION, GUANGXI])
dates = st.dates(date(2013, 1, 1), date(2027, 12, 31))
amounts = st.integers(1, 90)
day_units = st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH])
units = st.sampled_from(list(Unit))
moments = st.datetimes(datetime(2013, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=SHANGHAI))
minutes = moments.map(lambda at: at.replace(second=0, microsecond=0))
one_day = timedelta(days=1)


@st.composite
def pauses(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Up to three pauses after a start, which may overlap."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + timedelta(minutes=draw(st.integers(0, 60 * 24 * 30)))
        found.append(Pause(begin, begin + timedelta(minutes=draw(st.integers(0, 60 * 24 * 20))), "补正材料"))
    return found


def twin_by_day(
    start: date, amount: int, unit: Unit, calendar: Calendar, counted: bool, roll: bool, stops: list[Pause]
) -> date:
    """Walk day by day: the opening day, then every day that is not paused and (for working days) worked."""
    left, on = amount, start - one_day if counted else start
    if unit is Unit.MONTH:
        left = twin_month_days(start, amount, counted)
    while left:
        on += one_day
        standing = any(stop.start.date() < on <= stop.end.date() for stop in stops if stop.end)
        if not standing and (unit is not Unit.WORKING_DAY or calendar.day(on).works):
            left -= 1
    while roll and not calendar.day(on).works:
        on += one_day
    return on


def twin_month_days(start: date, months: int, counted: bool) -> int:
    """Walk month by month to the corresponding day, stepping back while the month has no such day."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = start.day
    while True:
        try:
            last = date(year, month, day)
            break
        except ValueError:
            day -= 1
    short = day != start.day
    return (last - start).days + (1 if counted and short else 0)


def twin_by_minute(start: datetime, amount: int, calendar: Calendar, hours: WorkHours, stops: list[Pause]) -> datetime:
    """Walk minute by minute through working hours."""
    at, left = start, amount * 60
    while left:
        day = calendar.day(at.date())
        table = hours.table_on(at.date())
        open_now = any(first <= at.time() < last for first, last in table.spans)
        standing = any(stop.start <= at < stop.end for stop in stops if stop.end)
        if day.works and open_now and not standing:
            left -= 1
        elif not day.works and not standing:
            at = datetime.combine(at.date(), time(23, 59), SHANGHAI)
        at += timedelta(minutes=1)
    return at


@unhurried
@given(st.data(), dates, amounts, day_units, calendars, st.booleans(), st.booleans())
def test_the_fast_and_the_slow_count_of_days_agree(
    data: st.DataObject, start: date, amount: int, unit: Unit, calendar: Calendar, counted: bool, roll: bool
) -> None:
    stops = data.draw(pauses(datetime.combine(start, time(9), SHANGHAI)))
    fast = deadline(start, amount, unit, calendar, count_start=counted, roll_over=roll, pauses=stops)
    assert fast.due_on == twin_by_day(start, amount, unit, calendar, counted, roll, stops)


@settings(unhurried, max_examples=40)
@given(st.data(), minutes, st.integers(1, 20), calendars)
def test_the_fast_and_the_slow_count_of_working_hours_agree(
    data: st.DataObject, start: datetime, amount: int, calendar: Calendar
) -> None:
    stops = data.draw(pauses(start))
    fast = deadline(start, amount, "wh", calendar, pauses=stops, hours=SEASONS)
    assert fast.due_at == twin_by_minute(start, amount, calendar, SEASONS, stops)


@unhurried
@given(moments, moments, amounts, units, calendars, st.booleans())
def test_a_later_start_never_ends_sooner(
    a: datetime, b: datetime, amount: int, unit: Unit, calendar: Calendar, counted: bool
) -> None:
    early, late = sorted([a, b])
    ends = [deadline(at, amount, unit, calendar, count_start=counted, hours=SEASONS).due_at for at in (early, late)]
    assert ends[0] <= ends[1]


@unhurried
@given(moments, amounts, amounts, units, calendars)
def test_a_longer_limit_never_ends_sooner(at: datetime, a: int, b: int, unit: Unit, calendar: Calendar) -> None:
    short, long = sorted([a, b])
    assert deadline(at, short, unit, calendar).due_at <= deadline(at, long, unit, calendar).due_at


@unhurried
@given(dates, amounts, st.integers(0, 40), st.integers(0, 40), calendars)
def test_a_pause_shifts_a_working_day_limit_by_the_working_days_it_covers(
    start: date, amount: int, wait: int, length: int, calendar: Calendar
) -> None:
    begin, end = start + timedelta(days=wait), start + timedelta(days=wait + length)
    stop = Pause(datetime.combine(begin, time(10)), datetime.combine(end, time(16)), "补正材料")
    plain = deadline(start, amount, "wd", calendar).due_on
    shifted = deadline(start, amount, "wd", calendar, pauses=[stop]).due_on
    covered = working_days_between(begin, end, calendar) if begin < plain else 0
    assert shifted == add_working_days(plain, covered, calendar)


@unhurried
@given(moments, st.integers(1, 200), st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_pause_shifts_a_limit_by_hours_by_its_own_length(at: datetime, amount: int, wait: int, length: int) -> None:
    begin = at + timedelta(minutes=wait)
    stop = Pause(begin, begin + timedelta(minutes=length), "等待到场")
    plain = deadline(at, amount, "h", NATION).due_at
    moved = timedelta(minutes=length) if begin < plain else timedelta(0)
    assert deadline(at, amount, "h", NATION, pauses=[stop]).due_at == plain + moved


@unhurried
@given(dates, st.integers(0, 400), st.integers(0, 400), calendars)
def test_working_days_of_two_adjoining_runs_add_up(start: date, a: int, b: int, calendar: Calendar) -> None:
    middle, end = start + timedelta(days=a), start + timedelta(days=a + b)
    whole = working_days_between(start, end, calendar)
    assert whole == working_days_between(start, middle, calendar) + working_days_between(middle, end, calendar)
    assert working_days_between(end, start, calendar) == -whole


@unhurried
@given(dates, st.integers(1, 60), st.integers(1, 60), calendars)
def test_a_limit_split_in_two_ends_where_the_whole_ends(start: date, a: int, b: int, calendar: Calendar) -> None:
    half_way = deadline(start, a, "wd", calendar).due_on
    assert deadline(half_way, b, "wd", calendar).due_on == deadline(start, a + b, "wd", calendar).due_on
    here = deadline(datetime.combine(start, time(9)), a, "wh", calendar, hours=SEASONS).due_at
    whole = deadline(datetime.combine(start, time(9)), a + b, "wh", calendar, hours=SEASONS).due_at
    assert deadline(here, b, "wh", calendar, hours=SEASONS).due_at == whole


@unhurried
@given(dates, st.integers(1, 300), calendars)
def test_adding_and_counting_working_days_are_inverse(start: date, amount: int, calendar: Calendar) -> None:
    end = add_working_days(start, amount, calendar)
    assert calendar.is_working_day(end)
    assert working_days_between(start, end, calendar) == amount
    if calendar.is_working_day(start):
        assert add_working_days(end, -amount, calendar) == start


@unhurried
@given(st.data(), moments, amounts, units, calendars, st.booleans(), st.integers(-40, 200))
def test_used_and_left_always_make_the_total(
    data: st.DataObject, start: datetime, amount: int, unit: Unit, calendar: Calendar, counted: bool, offset: int
) -> None:
    item = deadline(start, amount, unit, calendar, count_start=counted, pauses=data.draw(pauses(start)))
    now = start + timedelta(days=offset, hours=5)
    reading = progress(item, now)
    assert reading.used + reading.left == reading.total
    assert reading.used >= 0
    assert reading.overdue is (now > item.due_at)
    if now <= item.due_at:
        assert reading.left >= 0
        assert reading.percent <= 100
    assert progress(item, item.due_at).left == 0


@unhurried
@given(st.data(), dates, amounts, calendars, st.booleans())
def test_an_explanation_counts_exactly_the_amount(
    data: st.DataObject, start: date, amount: int, calendar: Calendar, counted: bool
) -> None:
    stops = data.draw(pauses(datetime.combine(start, time(9), SHANGHAI)))
    item = deadline(start, amount, "wd", calendar, count_start=counted, pauses=stops)
    lines = explain(item).lines
    assert [line.number for line in lines if line.counted] == list(range(1, amount + 1))
    assert [line.on for line in lines] == [
        (start + timedelta(days=n)).isoformat() for n in range((item.due_on - start).days + 1)
    ]
    assert lines[-1].counted


@unhurried
@given(st.data(), moments, st.integers(1, 40), calendars)
def test_an_explanation_of_working_hours_adds_up_to_the_amount(
    data: st.DataObject, start: datetime, amount: int, calendar: Calendar
) -> None:
    whole = start.replace(microsecond=0)
    item = deadline(whole, amount, "wh", calendar, pauses=data.draw(pauses(whole)))
    assert sum(line.seconds or 0 for line in explain(item).lines) == amount * 3600


@unhurried
@given(dates, amounts, dates, calendars, st.booleans())
def test_a_bar_has_one_cell_for_each_working_day_and_one_tick(
    start: date, amount: int, today: date, calendar: Calendar, counted: bool
) -> None:
    item = deadline(start, amount, "wd", calendar, count_start=counted)
    cells = day_cells(start, item.due_on, today, calendar, count_start=counted)
    assert sum(not cell.over for cell in cells) == amount
    assert [cell.on for cell in cells if cell.due] == [item.due_on]
    over = max(0, working_days_between(item.due_on, today, calendar))
    assert sum(cell.over for cell in cells) == over
    assert sum(cell.past or cell.today for cell in cells) == min(progress(item, today).used, amount)
