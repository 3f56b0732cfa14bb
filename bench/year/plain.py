"""When things are due, worked out the slow obvious way: one day after another, from a list of days off.

Nothing here uses ``worktime`` or ``tongti.deadlines``. The nation's days come from ``chinesecalendar`` (the State Council's
notices), Guangxi's two days of 三月三 2026 are written down below (notice of the autonomous region for 2026). Days of 2027, whose
notice has not come out, are weekdays less New Year's Day (全国年节及纪念日放假办法); the simulated year reaches no further festival.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar

YEAR = 2026
SANYUESAN = {date(2026, 4, 17), date(2026, 4, 20)}
NEW_YEAR = date(YEAR + 1, 1, 1)
REGIMES = Path(__file__).resolve().parents[2] / "src" / "tongti" / "deadlines" / "data" / "regimes.json"
HOURS = {"h": 1.0, "min": 1 / 60}
Stretch = tuple[date, date]
"""A clock stood from the day after the first to the end of the last: these days do not count."""
SIDES = ("sign", "objection", "contact")
"""Clocks that run beside the baton's own."""

Facts = tuple[str, str, str, str]
"""Channel, kind, urgency, kind of asker."""


@dataclass(frozen=True)
class Limit:
    """The last moment of a limit; a limit in days ends with its day."""

    at: datetime
    by_day: bool

    @property
    def day(self) -> date:
        return self.at.date()


@dataclass
class Days:
    """Which days are worked, with what was announced during the year (``changed``: day → worked or not)."""

    changed: dict[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether people work on this day in Guangxi."""
        if day in self.changed:
            return self.changed[day]
        if day.year > YEAR:
            return day.weekday() < 5 and day != NEW_YEAR
        return day not in SANYUESAN and bool(chinese_calendar.is_workday(day))

    def after(self, start: date, count: int, stood: tuple[Stretch, ...] = ()) -> date:
        """The day on which ``count`` working days have passed; the start day does not count (民法典 201), nor do days on
        which the clock ``stood``.
        """
        day = start
        while count:
            day += timedelta(days=1)
            if self.works(day) and not any(first < day <= last for first, last in stood):
                count -= 1
        return day

    def next_worked(self, day: date) -> date:
        """This day, or the first one after it on which people work."""
        while not self.works(day):
            day += timedelta(days=1)
        return day


def end_of(day: date, like: datetime) -> Limit:
    """The whole of a day, in the time zone of ``like``."""
    return Limit(datetime.combine(day, time.max, like.tzinfo), True)


def regimes() -> list[dict[str, Any]]:
    """The shipped regimes in use, the strongest first."""
    rows = json.loads(REGIMES.read_text(encoding="utf-8"))["regimes"]
    return sorted(
        (row for row in rows if row.get("in_use", True)), key=lambda row: (-row.get("priority", 0), row["code"])
    )


def pick(rows: list[dict[str, Any]], facts: Facts, *, joint: bool) -> dict[str, Any]:
    """The first regime that does not say no."""
    channel, kind, urgency, party = facts
    for row in rows:
        asked = (
            (row.get("applies_channels"), channel),
            (row.get("applies_kinds"), kind),
            (row.get("applies_urgencies"), urgency),
            (row.get("applies_parties"), party),
        )
        if all(not wanted or value in wanted for wanted, value in asked) and row.get("applies_joint") in (None, joint):
            return row
    raise LookupError(facts)


def clock_of(row: dict[str, Any], code: str) -> dict[str, Any] | None:
    """The regime's clock of this name, if it has one."""
    return next((c for c in row["clocks"] if c["code"] == code), None)


def due(row: dict[str, Any], code: str, start: datetime, days: Days, stood: tuple[Stretch, ...] = ()) -> Limit:
    """The limit that this clock of the regime sets from ``start``; ``stood``: when it stood still, for a limit in days."""
    limit = clock_of(row, code)
    if limit is None:
        raise LookupError(f"{row['code']}/{code}")
    if limit["unit"] in HOURS:
        return Limit(start + timedelta(hours=limit["amount"] * HOURS[limit["unit"]]), False)
    if limit["unit"] != "wd":
        raise LookupError(f"{row['code']}/{code}: {limit['unit']}")
    return end_of(days.after(start.date(), limit["amount"], stood), start)


def strictest(
    rows: list[dict[str, Any]], members: list[Facts], start: datetime, days: Days, *, joint: bool
) -> dict[str, Any]:
    """Of all the members' regimes the one whose handling ends first."""
    picked = [pick(rows, facts, joint=joint) for facts in members]
    return min(picked, key=lambda row: due(row, "handle", start, days).at)


def code_of(row: dict[str, Any], role: str) -> str:
    """Which clock of the regime is a baton's own."""
    return "helper" if role != "lead" and clock_of(row, "helper") else "handle"


def own_limit(row: dict[str, Any], role: str, start: datetime, days: Days, stood: tuple[Stretch, ...] = ()) -> Limit:
    """What a baton of this role would be due by if it stood alone."""
    return due(row, code_of(row, role), start, days, stood)


def pauses(row: dict[str, Any], role: str) -> list[str]:
    """For which reasons the regime lets a baton of this role stand still."""
    clock = clock_of(row, code_of(row, role)) or {}
    return list(clock.get("pauses", []))


def sides(row: dict[str, Any], start: datetime, days: Days) -> dict[str, datetime]:
    """Signing, objecting and the first contact, where the regime limits them."""
    return {code: due(row, code, start, days).at for code in SIDES if clock_of(row, code)}
