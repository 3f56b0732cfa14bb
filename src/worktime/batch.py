"""Many deadlines at once with numpy: the same rules as ``deadline``, without pauses, millions a second.

Dates are ``datetime64[D]``, moments ``datetime64[us]`` in Shanghai local time (numpy knows no time zones).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from worktime.amounts import MOST, Unit, unit_of
from worktime.calendars import FIRST_DAY, LENGTH, Calendar
from worktime.deadlines import STEP
from worktime.errors import BadAmount, OutOfRange
from worktime.hours import SAMPLE_HOURS, WorkHours, working_time

Dates = NDArray[np.datetime64]
Ints = NDArray[np.int64]
ORIGIN = np.datetime64(FIRST_DAY, "D")
DAY_STEP = np.timedelta64(1, "D")


def batch_due_dates(
    starts: ArrayLike,
    amounts: ArrayLike,
    unit: Unit | str,
    calendar: Calendar,
    *,
    count_start: bool = False,
    roll_over: bool = True,
) -> Dates:
    """Last days of many deadlines by days. ``starts`` and ``amounts`` broadcast. Raises BadAmount, OutOfRange."""
    what = unit_of(unit)
    if not what.by_day:
        raise BadAmount(f"“{what.words}”不是按天的单位，请用 batch_due_times。")
    begin = np.asarray(starts, dtype="datetime64[D]")
    number = _amounts(amounts)
    first = _indexes(begin) - int(count_start)
    before, working = _arrays(calendar)
    if what is Unit.WORKING_DAY:
        return _dates(_taken(working, before[first + 1] + number - 1))
    nominal = first + number if what is Unit.CALENDAR_DAY else _months(begin, number, count_start)
    _check(nominal)
    return _dates(_taken(working, before[nominal]) if roll_over else nominal)


def batch_due_times(
    starts: ArrayLike, amounts: ArrayLike, unit: Unit | str, calendar: Calendar, *, hours: WorkHours = SAMPLE_HOURS
) -> Dates:
    """Last moments of many deadlines by hours or minutes, in local time. Raises BadAmount, OutOfRange."""
    what = unit_of(unit)
    if what.by_day:
        raise BadAmount(f"“{what.words}”是按天的单位，请用 batch_due_dates。")
    begin = np.asarray(starts, dtype="datetime64[us]")
    length = _amounts(amounts) * STEP[what]
    here = (begin - ORIGIN.astype("datetime64[us]")).astype(np.int64)
    _check(here // STEP[Unit.HOUR] // 24)
    end = here + length if what is not Unit.WORKING_HOUR else _worked(here, length, calendar, hours)
    _check(end // STEP[Unit.HOUR] // 24)
    moments: Dates = ORIGIN.astype("datetime64[us]") + end.astype("timedelta64[us]")
    return moments


def batch_working_days(after: ArrayLike, upto: ArrayLike, calendar: Calendar) -> Ints:
    """Working days in (after, upto] of many pairs; negative when ``upto`` lies before ``after``."""
    before, _ = _arrays(calendar)
    first = _indexes(np.asarray(after, dtype="datetime64[D]"))
    last = _indexes(np.asarray(upto, dtype="datetime64[D]"))
    counted: Ints = before[last + 1] - before[first + 1]
    return counted


@lru_cache(maxsize=64)
def _arrays(calendar: Calendar) -> tuple[Ints, Ints]:
    return np.array(calendar.before, dtype=np.int64), np.array(calendar.working, dtype=np.int64)


@lru_cache(maxsize=32)
def _hour_arrays(calendar: Calendar, hours: WorkHours) -> tuple[Ints, Ints, Ints, Ints]:
    time = working_time(calendar, hours)
    starts, ends, done_before, done_after = (
        np.array(part, dtype=np.int64) for part in (time.starts, time.ends, time.done_before, time.done_after)
    )
    return starts, ends, done_before, done_after


def _worked(here: Ints, length: Ints, calendar: Calendar, hours: WorkHours) -> Ints:
    starts, ends, done_before, done_after = _hour_arrays(calendar, hours)
    place = np.searchsorted(starts, here, side="right") - 1
    known = np.maximum(place, 0)
    done = np.where(place < 0, 0, done_before[known] + np.minimum(here, ends[known]) - starts[known])
    target = done + length
    last = np.searchsorted(done_after, target, side="left")
    if np.any(last >= len(done_after)):
        raise OutOfRange("有的时刻算出来超出了日历范围，请检查时限是不是写得太长。")
    end: Ints = starts[last] + target - done_before[last]
    return end


def _months(begin: Dates, number: Ints, count_start: bool) -> Ints:
    """Last days of periods by months (民法典 art. 202), vectorised twin of the single calculation."""
    month = begin.astype("datetime64[M]")
    day = (begin - month.astype("datetime64[D]")).astype(np.int64)
    target = month + number.astype("timedelta64[M]")
    first_of_target = target.astype("datetime64[D]")
    length = ((target + 1).astype("datetime64[D]") - first_of_target).astype(np.int64)
    last = (first_of_target - ORIGIN).astype(np.int64) + np.minimum(day, length - 1)
    ends: Ints = last - ((day < length) & count_start)
    return ends


def _amounts(amounts: ArrayLike) -> Ints:
    number = np.asarray(amounts)
    if not np.issubdtype(number.dtype, np.integer) or np.any(number < 1) or np.any(number > MOST):
        raise BadAmount(f"时限必须都是 1 至 {MOST} 之间的整数。")
    return number.astype(np.int64)


def _indexes(days: Dates) -> Ints:
    index = (days - ORIGIN).astype(np.int64)
    _check(index)
    return index


def _check(index: Ints) -> None:
    if np.any(index < 0) or np.any(index >= LENGTH):
        raise OutOfRange("有的日期超出了日历范围，请检查起算日和时限。")


def _taken(working: Ints, place: Ints) -> Ints:
    if np.any(place >= len(working)):
        raise OutOfRange("有的日期算出来超出了日历范围，请检查时限是不是写得太长。")
    taken: Ints = working[place]
    return taken


def _dates(index: Ints) -> Dates:
    days: Dates = ORIGIN + index * DAY_STEP
    return days
