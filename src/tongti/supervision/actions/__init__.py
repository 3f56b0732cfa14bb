"""Writes of supervision. One verb, one function; grouped in files by the stretch of the way."""

from tongti.supervision.actions.closing import (
    ask_recheck,
    conclude,
    decide_recheck,
    give_feedback,
    send_back,
    tolerate,
)
from tongti.supervision.actions.instructing import close, instruct, report, return_report
from tongti.supervision.actions.ladder import Pressure, accept, open_item, take_step
from tongti.supervision.actions.ledgering import note_export, note_ledger
from tongti.supervision.actions.proposing import MOST_AT_ONCE, dismiss, propose, scan, set_rule
from tongti.supervision.actions.reminding import remind

__all__ = [
    "MOST_AT_ONCE",
    "Pressure",
    "accept",
    "ask_recheck",
    "close",
    "conclude",
    "decide_recheck",
    "dismiss",
    "give_feedback",
    "instruct",
    "note_export",
    "note_ledger",
    "open_item",
    "propose",
    "remind",
    "report",
    "return_report",
    "scan",
    "send_back",
    "set_rule",
    "take_step",
    "tolerate",
]
