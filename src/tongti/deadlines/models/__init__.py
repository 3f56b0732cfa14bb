"""Shapes of this package: 时限规则 and what it consists of, the calendar's own entries, and recounts."""

from tongti.deadlines.models.calendar import CalendarNotice, OfficeHours, Recount, RecountLine, SpecialDay
from tongti.deadlines.models.records import Reckoning
from tongti.deadlines.models.regimes import Clock, ExtensionRule, Regime

__all__ = [
    "CalendarNotice",
    "Clock",
    "ExtensionRule",
    "OfficeHours",
    "Reckoning",
    "Recount",
    "RecountLine",
    "Regime",
    "SpecialDay",
]
