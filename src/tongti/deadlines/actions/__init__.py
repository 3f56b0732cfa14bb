"""Writes on deadlines: load what ships, publish a changed regime, enter a local day; and compute when something is due."""

from tongti.deadlines.actions.days import remove_special_day, set_special_day
from tongti.deadlines.actions.regimes import ClockDraft, RegimeDraft, load_samples, publish, withdraw
from tongti.deadlines.limits import Due, due

__all__ = [
    "ClockDraft",
    "Due",
    "RegimeDraft",
    "due",
    "load_samples",
    "publish",
    "remove_special_day",
    "set_special_day",
    "withdraw",
]
