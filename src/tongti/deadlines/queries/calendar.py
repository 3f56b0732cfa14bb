"""The day table of the district: nation, region, the local days and notices entered here."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet

from tongti.deadlines.models import SpecialDay
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.units.access import May, Viewer
from worktime import SAMPLE_HOURS, Calendar, DayRule, DayState, Half, Source, WorkHours, calendar_for
from worktime import next_working_days as _next_working_days
from worktime import working_days_between as _working_days_between

# Local days are read again after this many seconds, so that what another process entered is known here at once enough;
# every due date stores the calendar version it was computed with.
KEEP_SECONDS = 10.0


@dataclass
class _Kept:
    calendar: Calendar | None = None
    until: float = 0.0


_kept = _Kept()


def calendar() -> Calendar:
    """The day table of this district: nation, region, and the local days entered on the screen."""
    if _kept.calendar is None or time.monotonic() >= _kept.until:
        _kept.calendar = calendar_for(settings.REGION, extra_days=_local_days())
        _kept.until = time.monotonic() + KEEP_SECONDS
    return _kept.calendar


def forget_calendar() -> None:
    """Read the local days again at the next call."""
    _kept.calendar = None


def _local_days() -> list[DayRule]:
    return [
        DayRule(
            row.day,
            DayState(row.state),
            row.name,
            Source(row.source),
            Half.MORNING if row.state == SpecialDay.State.HALF else None,
        )
        for row in SpecialDay.objects.order_by("day")
    ]


def work_hours() -> WorkHours:
    """The hours worked here, for limits by the working hour."""
    return SAMPLE_HOURS


def special_days(viewer: Viewer) -> QuerySet[SpecialDay]:
    """Local days, newest first; for whoever administers."""
    return SpecialDay.objects.order_by("-day") if viewer.can(May.ADMINISTER) else SpecialDay.objects.none()


@dataclass(frozen=True)
class NoticeView:
    """One published arrangement as the administrator reads it: where it comes from, and its days in runs."""

    region: str
    source: str
    url: str
    verified: bool
    runs: tuple[str, ...]


def notices(viewer: Viewer, year: int) -> list[NoticeView]:
    """The shipped notices that settle a year, the nation's before the region's. Raises NotVisible."""
    if not viewer.can(May.ADMINISTER):
        raise NotVisible
    found = sorted((n for n in calendar().notices if n.year == year), key=lambda n: n.region)
    return [
        NoticeView(
            "全国" if notice.region == "000000" else "本地区",
            notice.source.words(),
            notice.source.url,
            notice.source.verified,
            tuple(_runs(notice.days)),
        )
        for notice in found
    ]


def notice_years() -> list[int]:
    """Years that some shipped notice settles, newest first."""
    return sorted({notice.year for notice in calendar().notices}, reverse=True)


def calendar_version() -> str:
    """What every due date stores as its calendar."""
    return calendar().version


def _runs(days: Sequence[DayRule]) -> Iterator[str]:
    """``2 月 9 日至 15 日 春节（放假）``: neighbouring days with one name and state as one line."""
    rows = sorted(days, key=lambda rule: rule.on)
    start = 0
    for place, rule in enumerate(rows):
        last = place + 1 == len(rows)
        if (
            last
            or (rows[place + 1].on - rule.on).days > 1
            or (rows[place + 1].name, rows[place + 1].state) != (rule.name, rule.state)
        ):
            first = rows[start].on
            span = day_words(first) if first == rule.on else f"{day_words(first)}至{day_words(rule.on)}"
            yield f"{span}　{rule.name}（{SpecialDay.State(rule.state.value).label}）"
            start = place + 1


def special_day(viewer: Viewer, pk: int) -> SpecialDay:
    """One local day. Raises NotVisible."""
    found = special_days(viewer).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def day_kind(on: date) -> str:
    """工作日, 周末, or the holiday's name."""
    return calendar().day(on).name


def is_working_day(on: date) -> bool:
    """True when work is done on this date."""
    return calendar().is_working_day(on)


def next_working_days(n: int, *, since: date | None = None) -> list[date]:
    """The first ``n`` working days from ``since`` (today) on, that day included when it is one."""
    return _next_working_days(since or clock.today(), n, calendar())


def working_days_between(a: date, b: date) -> int:
    """Working days after ``a`` up to and including ``b``; negative when ``b`` lies before ``a``."""
    return _working_days_between(a, b, calendar())


def days_left(due_on: date | None, today: date | None = None) -> int | None:
    """Working days left (0 = today is the last), negative when overdue, None without a date.

    On a weekend after the last day it is already −1: the limit has passed, even though no working day has.
    """
    if due_on is None:
        return None
    today = today or clock.today()
    left = working_days_between(today, due_on)
    return min(left, -1) if today > due_on else left


def day_words(on: date) -> str:
    """``3 月 6 日``."""
    return f"{on.month} 月 {on.day} 日"


def day_states() -> list[tuple[str, str]]:
    """States of a local day with their words, for forms."""
    return list(SpecialDay.State.choices)
