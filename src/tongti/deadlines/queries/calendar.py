"""The day table of the district: nation, region, the local days and notices entered here."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet

from tongti.deadlines.models import CalendarNotice, OfficeHours, SpecialDay
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.units.access import May, Viewer
from worktime import (
    SAMPLE_HOURS,
    Calendar,
    DayRule,
    DayState,
    Evidence,
    Half,
    HoursTable,
    Notice,
    OutOfRange,
    Source,
    WorkHours,
    calendar_for,
)
from worktime import next_working_days as _next_working_days
from worktime import working_days_between as _working_days_between

NATIONAL = "000000"

# Notices, local days and hours are read again after this many seconds, so that what another process entered is known here at once enough;
# every due date stores the calendar version it was computed with.
KEEP_SECONDS = 10.0


@dataclass
class _Kept:
    calendar: Calendar | None = None
    hours: WorkHours = SAMPLE_HOURS
    until: float = 0.0


_kept = _Kept()


def calendar() -> Calendar:
    """The day table of this district: nation, region, the notices and the local days entered on the screen."""
    return _read().calendar or calendar_for(settings.REGION)


def work_hours() -> WorkHours:
    """The hours worked here, for limits by the working hour; the sample of the library until somebody enters them."""
    return _read().hours


def calendar_with(*, more: Iterable[Notice] = (), without: int | None = None) -> Calendar:
    """Today's calendar with more notices, or without the entered one of this id: for previews. Not kept."""
    return calendar_for(settings.REGION, notices=[*_entered(without), *more], extra_days=_local_days())


def forget_calendar() -> None:
    """Read notices, local days and hours again at the next call."""
    _kept.calendar = None


def _read() -> _Kept:
    if _kept.calendar is None or time.monotonic() >= _kept.until:
        _kept.calendar = calendar_with()
        _kept.hours = _local_hours()
        _kept.until = time.monotonic() + KEEP_SECONDS
    return _kept


def _entered(without: int | None) -> list[Notice]:
    rows = CalendarNotice.objects.filter(state=CalendarNotice.State.IN_FORCE).exclude(pk=without or 0)
    return [notice_value(row) for row in rows.order_by("year", "issued_on", "pk")]


def notice_value(row: CalendarNotice) -> Notice:
    """An entered notice as worktime knows notices."""
    evidence = Evidence.PRIMARY if row.verified else Evidence.SINGLE
    source = Source(row.title, row.number, row.issued_on, row.source_url, evidence)
    days = tuple(DayRule.from_dict(day | {"source": source.to_dict()}) for day in row.days)
    return Notice(row.region, row.year, source, days)


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


def _local_hours() -> WorkHours:
    rows = list(OfficeHours.objects.order_by("since_month", "since_day"))
    if not rows:
        return SAMPLE_HOURS
    checked = all(row.verified for row in rows)
    words = "；".join(dict.fromkeys(row.source for row in rows))
    source = Source(words, evidence=Evidence.PRIMARY if checked else Evidence.UNVERIFIED)
    return WorkHours(tuple(hours_value(row) for row in rows), source)


def hours_value(row: OfficeHours) -> HoursTable:
    """A row of 作息时间 as worktime knows it."""
    return HoursTable.from_dict({"spans": row.spans, "since": [row.since_month, row.since_day], "name": row.name})


def office_hours(viewer: Viewer) -> list[OfficeHours]:
    """The hours entered here, in the order of the year; for whoever administers. Raises NotVisible."""
    if not viewer.can(May.ADMINISTER):
        raise NotVisible
    return list(OfficeHours.objects.order_by("since_month", "since_day"))


def provisional_words() -> str:
    """What of this year and the next still waits for its notice, as one sentence; empty when nothing does."""
    this_year, days = clock.today().year, calendar()
    waiting = [str(year) for year in days.provisional_years(this_year, this_year + 1)]
    return f"{'、'.join(waiting)} 年还有放假通知没有公布或录入，涉及的期限都标“暂定”。" if waiting else ""


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
            "全国" if notice.region == NATIONAL else "本地区",
            notice.source.words(),
            notice.source.url,
            notice.source.verified,
            tuple(_runs(notice.days)),
        )
        for notice in found
    ]


def notice_runs(row: CalendarNotice) -> list[str]:
    """The days of an entered notice in runs."""
    return list(_runs(notice_value(row).days))


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


def in_calendar(on: date) -> bool:
    """Whether the day table reaches this date; a slip of the pen (3026) does not."""
    try:
        calendar().is_working_day(on)
    except OutOfRange:
        return False
    return True


def is_working_day(on: date) -> bool:
    """True when work is done on this date."""
    return calendar().is_working_day(on)


def is_provisional(on: date) -> bool:
    """True while the notice that settles this day is neither shipped nor entered."""
    return calendar().is_provisional(on)


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
