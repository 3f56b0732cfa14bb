"""Writes on the relay. One verb, one function; grouped in files by the stretch of the way.

Locks are always taken from the matter to its batons (question or case row first), so two steps on one matter queue instead
of deadlocking; every step then moves its row by compare-and-set.
"""

from tongti.relay.actions.dispatching import add_unit, dispatch
from tongti.relay.actions.endings import (
    call_back,
    close_rest,
    end_for_withdrawn,
    finish,
    lock_matter,
    recall,
    reopen_to_last_holder,
)
from tongti.relay.actions.objections import TRIES, object_, redispatch, rule
from tongti.relay.actions.working import accept, hand_over, note_progress, record_contact

__all__ = [
    "TRIES",
    "accept",
    "add_unit",
    "call_back",
    "close_rest",
    "dispatch",
    "end_for_withdrawn",
    "finish",
    "hand_over",
    "lock_matter",
    "note_progress",
    "object_",
    "recall",
    "record_contact",
    "redispatch",
    "reopen_to_last_holder",
    "rule",
]
