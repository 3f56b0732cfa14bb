"""Shapes of this package: 时限规则 and what it consists of, the calendar's own entries, and recounts."""

from tongti.deadlines.models.calendar import SpecialDay
from tongti.deadlines.models.regimes import Clock, ExtensionRule, Regime

__all__ = ["Clock", "ExtensionRule", "Regime", "SpecialDay"]
