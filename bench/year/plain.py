"""When things are due, worked out the slow obvious way: one day after another, from a list of days off.

Nothing here uses ``worktime`` or ``tongti.deadlines``. The nation's days come from ``chinesecalendar`` (the State Council's
notices), Guangxi's two days of 三月三 2026 are written down below (notice of the autonomous region for 2026).
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar

YEAR = 2026
SANYUESAN = {date(2026, 4, 17), date(2026, 4, 20)}
REGIMES = Path(__file__).resolve().parents[2] / "src" / "tongti" / "deadlines" / "data" / "regimes.json"
HOURS = {"h": 1.0, "min": 1 / 60}

Facts = tuple[str, str, str, str]
"""Channel, kind, urgency, kind of asker."""


def works(day: date) -> bool:
    """Whether people work on this day in Guangxi."""
    return day not in SANYUESAN and bool(chinese_calendar.is_workday(day))


def after_working_days(start: date, count: int) -> date:
    """The day on which ``count`` working days have passed; the start day does not count (民法典 201)."""
    day = start
    while count:
        day += timedelta(days=1)
        if works(day):
            count -= 1
    return day


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


def due(row: dict[str, Any], clock: str, start: datetime) -> datetime:
    """The last moment of a limit; a limit in days ends with its day."""
    limit = next(c for c in row["clocks"] if c["code"] == clock)
    if limit["unit"] in HOURS:
        return start + timedelta(hours=limit["amount"] * HOURS[limit["unit"]])
    if limit["unit"] != "wd":
        raise LookupError(f"{row['code']}/{clock}: {limit['unit']}")
    return datetime.combine(after_working_days(start.date(), limit["amount"]), datetime.max.time(), start.tzinfo)


def day_due(rows: list[dict[str, Any]], members: list[Facts], role: str, start: datetime, *, joint: bool) -> date:
    """The day a baton is due: of all its members' regimes the one whose handling ends first; a helper not after its lead."""
    picked = min((pick(rows, facts, joint=joint) for facts in members), key=lambda row: due(row, "handle", start))
    lead = due(picked, "handle", start).date()
    if role == "lead":
        return lead
    has = any(c["code"] == "helper" for c in picked["clocks"])
    return min(lead, due(picked, "helper", start).date()) if has else lead
