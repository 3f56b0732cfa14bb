"""Reading deadlines: the calendar of the district, the regime that fits, and the working-day bar with its words."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongti.deadlines.errors import NoSuchClock
from tongti.deadlines.models import Clock, Regime, SpecialDay
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.units.access import May, Viewer
from worktime import Calendar, DayCell, DayRule, DayState, Half, Phase, Source, Unit, calendar_for, day_cells
from worktime import next_working_days as _next_working_days
from worktime import working_days_between as _working_days_between

DEFAULT_CODE = "ordinary"

# Local days are read again after this many seconds, so that what another process entered is known here at once enough;
# every due date stores the calendar version it was computed with.
KEEP_SECONDS = 10.0


# --- calendar ---------------------------------------------------------------------------------------------------


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
            span = _day(first) if first == rule.on else f"{_day(first)}至{_day(rule.on)}"
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


# --- regimes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClockView:
    """One limit as a value."""

    code: str
    amount: int
    unit: str
    starts: str
    source: str = ""
    verified: bool = False

    @property
    def name(self) -> str:
        return str(Clock.Code(self.code).label)

    @property
    def words(self) -> str:
        """``5 个工作日``."""
        return f"{self.amount} {Clock.Unit(self.unit).label}"

    @property
    def start_words(self) -> str:
        return str(Clock.Start(self.starts).label)


@dataclass(frozen=True)
class RegimeView:
    """A regime as a value: what its clocks are and on whose authority."""

    code: str
    version: int
    name: str
    source: str
    verified: bool
    clocks: dict[str, ClockView] = field(hash=False)
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    joint: bool | None = None
    priority: int = 0
    restarts: bool = False

    @property
    def label(self) -> str:
        """``ordinary/1``: what a due date stores as its regime version."""
        return f"{self.code}/{self.version}"

    def has(self, code: str) -> bool:
        return code in self.clocks

    def clock(self, code: str) -> ClockView:
        """Raises NoSuchClock: a limit that nobody laid down is not invented."""
        found = self.clocks.get(code)
        if found is None:
            raise NoSuchClock(regime=self.name, clock=Clock.Code(code).label)
        return found

    def fits(self, *, channel: str, kind: str, urgency: str, party_kind: str, joint: bool) -> bool:
        """Whether it applies; an empty list means all."""
        return (
            (not self.channels or channel in self.channels)
            and (not self.kinds or kind in self.kinds)
            and (not self.urgencies or urgency in self.urgencies)
            and (not self.parties or party_kind in self.parties)
            and (self.joint is None or self.joint == joint)
        )


@dataclass(frozen=True)
class Regimes:
    """All regimes in force on one day, read once; ``pick`` costs nothing, so a question of thousands picks for each case."""

    on: date
    rows: tuple[RegimeView, ...]

    def pick(
        self, *, channel: str, kind: str, urgency: str, party_kind: str = "person", joint: bool = False
    ) -> RegimeView:
        """The fitting regime of the highest priority; the shipped ordinary one when the district has none."""
        for row in self.rows:
            if row.fits(channel=channel, kind=kind, urgency=urgency, party_kind=party_kind, joint=joint):
                return row
        return shipped_default()


def regimes_on(on: date) -> Regimes:
    """Regimes in use on a day, best first (priority, then code); two queries."""
    rows = (
        Regime.objects.filter(in_use=True, valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gte=on))
        .prefetch_related("clocks")
        .order_by("-priority", "code", "-version")
    )
    return Regimes(on=on, rows=tuple(view_of(row) for row in rows))


def regime_for(
    *, channel: str, kind: str, urgency: str, on: date, party_kind: str = "person", joint: bool = False
) -> RegimeView:
    """The regime for one case on a day. ``joint``: several units handle it together."""
    return regimes_on(on).pick(channel=channel, kind=kind, urgency=urgency, party_kind=party_kind, joint=joint)


def view_of(row: Regime) -> RegimeView:
    """A stored regime as a value."""
    return RegimeView(
        code=row.code,
        version=row.version,
        name=row.name,
        source=row.source,
        verified=row.verified,
        clocks={
            c.code: ClockView(c.code, c.amount, c.unit, c.starts, c.source, c.verified)
            for c in sorted(row.clocks.all(), key=lambda c: c.pk)
        },
        channels=tuple(row.applies_channels),
        kinds=tuple(row.applies_kinds),
        urgencies=tuple(row.applies_urgencies),
        parties=tuple(row.applies_parties),
        joint=row.applies_joint,
        priority=row.priority,
        restarts=row.restarts,
    )


@cache
def shipped() -> tuple[dict[str, Any], ...]:
    """The regimes that ship with the program, as written in ``data/regimes.json``."""
    text = resources.files("tongti.deadlines").joinpath("data/regimes.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["regimes"])


@cache
def shipped_default() -> RegimeView:
    """The ordinary regime that ships, for a district that has loaded none."""
    row = next(item for item in shipped() if item["code"] == DEFAULT_CODE)
    return RegimeView(
        code=row["code"],
        version=1,
        name=row["name"],
        source=row["source"],
        verified=row["verified"],
        clocks={
            c["code"]: ClockView(
                c["code"],
                c["amount"],
                c["unit"],
                c.get("starts", Clock.Start.DISPATCHED),
                c.get("source", ""),
                c.get("verified", False),
            )
            for c in row["clocks"]
        },
    )


def regimes(viewer: Viewer, *, samples: bool = False) -> list[Regime]:
    """Open versions for the administrator's screen: those in use, or the samples, best first, clocks prefetched."""
    if not viewer.can(May.ADMINISTER):
        raise NotVisible
    rows = Regime.objects.filter(in_use=not samples, valid_to=None).prefetch_related("clocks")
    return list(rows.order_by("-priority", "code"))


def regime(viewer: Viewer, pk: int) -> Regime:
    """One version, clocks prefetched; raises NotVisible."""
    found = Regime.objects.prefetch_related("clocks").filter(pk=pk).first() if viewer.can(May.ADMINISTER) else None
    if found is None:
        raise NotVisible
    return found


def versions(viewer: Viewer, code: str) -> list[Regime]:
    """All versions of one regime, newest first."""
    if not viewer.can(May.ADMINISTER):
        raise NotVisible
    return list(Regime.objects.filter(code=code).prefetch_related("clocks").order_by("-version"))


def clock_choices() -> dict[str, list[tuple[str, str]]]:
    """Codes, units and start events with their words, for forms."""
    return {"code": list(Clock.Code.choices), "unit": list(Clock.Unit.choices), "starts": list(Clock.Start.choices)}


def day_states() -> list[tuple[str, str]]:
    """States of a local day with their words, for forms."""
    return list(SpecialDay.State.choices)


# --- the bar ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One working day of a bar as ``{% workdays %}`` draws it: past, today, future, over or after."""

    on: date
    state: str
    due: bool
    gap_before: bool
    gap: str
    provisional: bool


_STATES = {
    Phase.PAST: "past",
    Phase.TODAY: "today",
    Phase.FUTURE: "future",
    Phase.OVER: "over",
    Phase.OUTSIDE: "after",
}


@dataclass(frozen=True)
class Bar:
    """A working-day bar with the same said in words. Iterating gives the cells.

    ``tone``: info, warn (due in two working days or less), bad (overdue, or done late), ok (done in time).
    """

    cells: tuple[Cell, ...]
    used: str
    left: str
    tone: str
    days_left: int
    provisional: bool

    def __iter__(self) -> Any:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


def cells(
    started_on: date,
    due_on: date,
    today: date | None = None,
    done_on: date | None = None,
    *,
    axis: tuple[date, date] | None = None,
    due_at: datetime | None = None,
) -> Bar:
    """The bar from the day after ``started_on`` to ``due_on`` (further when overdue), and its words.

    Words: “第 4 天 / 10 天” and “3 月 20 日到期”, “明天到期”, “已超期 1 天”, “3 月 7 日办结”. ``axis`` (see ``shared_axis``)
    makes several bars share their days. ``due_at`` is given for limits by the hour and says the time of day.
    """
    today = today or clock.today()
    days = calendar()
    total = _working_days_between(started_on, due_on, days)
    end = done_on or today
    spent = max(_working_days_between(started_on, end, days), 0)
    left = days_left(due_on, today) or 0
    drawn = day_cells(started_on, due_on, today, days, done_on=done_on, axis=axis) if axis or total or done_on else []
    row = tuple(
        Cell(c.on, _STATES[c.phase], c.due, c.gap_before, c.gap, c.provisional)
        for c in (drawn or _same_day(started_on, due_on, today))
    )
    provisional = any(c.provisional for c in row if started_on < c.on <= due_on)
    if done_on is not None:
        late = done_on > due_on
        used = f"用 {spent} 天 / {total} 天" if spent else f"当天 / {total} 天"
        words = f"{_day(done_on)}办结" + (
            f"，超期 {-(min(_working_days_between(done_on, due_on, days), -1))} 天" if late else ""
        )
        return Bar(row, used, words, "bad" if late else "ok", left, provisional)
    used = f"第 {spent} 天 / {total} 天" if spent and total else f"共 {total} 天" if total else "当天"
    return Bar(row, used, _left_words(left, due_on, today, due_at), _tone(left, due_at), left, provisional)


def _same_day(started_on: date, due_on: date, today: date) -> list[DayCell]:
    # A limit of hours may end on the day it began: one cell is drawn for that day.
    phase = Phase.TODAY if today <= due_on else Phase.OVER
    return [DayCell(due_on, phase, True, "", False)] if due_on == started_on else []


def _left_words(left: int, due_on: date, today: date, due_at: datetime | None) -> str:
    if due_at is not None and clock.now() > due_at and left >= 0:
        return "已超期"
    if left < 0:
        return f"已超期 {-left} 天"
    hour = f" {_local(due_at):%H:%M} " if due_at is not None else ""
    if due_on == today:
        return f"今天{hour}到期"
    if (due_on - today).days == 1:
        return f"明天{hour}到期"
    return f"{_day(due_on)}{hour}到期"


def _tone(left: int, due_at: datetime | None) -> str:
    if left < 0 or (due_at is not None and clock.now() > due_at):
        return "bad"
    return "warn" if left <= 2 else "info"


def _local(at: datetime) -> datetime:
    return timezone.localtime(at)


def _day(on: date) -> str:
    return f"{on.month} 月 {on.day} 日"


def shared_axis(spans: Iterable[tuple[date, date, date | None]], today: date | None = None) -> tuple[date, date] | None:
    """First and last day that bars with these (started_on, due_on, done_on) need together; None when there are none."""
    today = today or clock.today()
    rows = list(spans)
    if not rows:
        return None
    opening = min(start for start, _due, _done in rows)
    last = max(max(due, done or today) for _start, due, done in rows)
    return date.fromordinal(opening.toordinal() + 1), last


def unit_of_day(unit: str) -> bool:
    """True when a limit of this unit ends with a day, not at an hour."""
    return Unit(unit).by_day


def words_of(explanation: dict[str, Any]) -> Sequence[str]:
    """The stored explanation of a due date, as sentences to read."""
    if "summary" not in explanation:
        return []
    lines = [explanation["summary"], *explanation.get("warnings", []), *explanation.get("pauses", [])]
    regime_words = explanation.get("regime", {}).get("words", "")
    return [regime_words, *lines] if regime_words else lines
