"""Writes on the relay. One verb, one function; grouped in files by the stretch of the way.

Locks are always taken from the matter to its batons (question or case row first), so two steps on one matter queue instead
of deadlocking; every step then moves its row by compare-and-set.
"""

from tongti.relay.actions.consulting import consult, give_opinion, settle_consultation
from tongti.relay.actions.contacting import record_contact, report_urgent
from tongti.relay.actions.dispatching import add_unit, call_in, dispatch
from tongti.relay.actions.diverting import ask_diversion, decide_diversion
from tongti.relay.actions.endings import (
    call_back,
    close_rest,
    end_for_withdrawn,
    finish,
    let_go,
    lock_matter,
    recall,
    reopen_to_last_holder,
)
from tongti.relay.actions.extending import ask_extension, decide_extension, take_back_extension
from tongti.relay.actions.matters import kept_day_of
from tongti.relay.actions.objections import TRIES, object_, redispatch, rule
from tongti.relay.actions.pausing import clocks_run_on, run_clock, stop_clock
from tongti.relay.actions.promising import (
    ask_promise,
    decide_promise,
    finish_step,
    promises_come_back,
    record_promise_revisit,
    remind_promises,
    take_back_promise,
)
from tongti.relay.actions.proofs import keep_evidence
from tongti.relay.actions.sheets import cancel_sheet, confirm_sheet, end_absence, make_sheet, turn_sheets
from tongti.relay.actions.succeeding import begin_succession, continue_succession
from tongti.relay.actions.working import accept, hand_over, note_progress

__all__ = [
    "TRIES",
    "accept",
    "add_unit",
    "ask_diversion",
    "ask_extension",
    "ask_promise",
    "begin_succession",
    "call_back",
    "call_in",
    "cancel_sheet",
    "clocks_run_on",
    "close_rest",
    "confirm_sheet",
    "consult",
    "continue_succession",
    "decide_diversion",
    "decide_extension",
    "decide_promise",
    "dispatch",
    "end_absence",
    "end_for_withdrawn",
    "finish",
    "finish_step",
    "give_opinion",
    "hand_over",
    "keep_evidence",
    "kept_day_of",
    "let_go",
    "lock_matter",
    "make_sheet",
    "note_progress",
    "object_",
    "promises_come_back",
    "recall",
    "record_contact",
    "record_promise_revisit",
    "redispatch",
    "remind_promises",
    "reopen_to_last_holder",
    "report_urgent",
    "rule",
    "run_clock",
    "settle_consultation",
    "stop_clock",
    "take_back_extension",
    "take_back_promise",
    "turn_sheets",
]
