"""Reads on the level lists, always for somebody."""

from tongti.lifting.models import Level, Lift
from tongti.lifting.queries.lists import (
    Filters,
    LevelRow,
    level_row,
    level_rows,
    lifts,
    to_sign,
    waiting_for_reply,
)
from tongti.lifting.queries.one import (
    LiftView,
    asked_units,
    lift_for,
    lift_view,
    lifts_on,
    may_prepare,
    suggested,
)

LiftState = Lift.State

__all__ = [
    "Filters",
    "Level",
    "LevelRow",
    "LiftState",
    "LiftView",
    "asked_units",
    "level_row",
    "level_rows",
    "lift_for",
    "lift_view",
    "lifts",
    "lifts_on",
    "may_prepare",
    "suggested",
    "to_sign",
    "waiting_for_reply",
]
