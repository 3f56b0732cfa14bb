"""Writes on deadlines: what ships, regimes, local days, hours, notices, recounts; and when something is due."""

from tongti.deadlines.actions.days import remove_special_day, set_special_day
from tongti.deadlines.actions.hours import remove_office_hours, set_office_hours
from tongti.deadlines.actions.notices import (
    NoticeDraft,
    draft_notice,
    drop_notice,
    enforce_notice,
    rows_of,
    withdraw_notice,
)
from tongti.deadlines.actions.recounting import continue_recount, push_recount, recount
from tongti.deadlines.actions.regimes import ClockDraft, RegimeDraft, load_samples, publish, withdraw
from tongti.deadlines.limits import Due, due

__all__ = [
    "ClockDraft",
    "Due",
    "NoticeDraft",
    "RegimeDraft",
    "continue_recount",
    "draft_notice",
    "drop_notice",
    "due",
    "enforce_notice",
    "load_samples",
    "publish",
    "push_recount",
    "recount",
    "remove_office_hours",
    "remove_special_day",
    "rows_of",
    "set_office_hours",
    "set_special_day",
    "withdraw",
    "withdraw_notice",
]
