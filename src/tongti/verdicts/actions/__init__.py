"""Writes on verdicts: what askers say, and what leaves the ledger because of it."""

from tongti.verdicts.actions.dictated import take_down
from tongti.verdicts.actions.listening import APART, MAX_TRIES, RESULTS, again, give, invite, record_call
from tongti.verdicts.actions.striking import apply_strike_off, return_strike_off, review_strike_off, sign_strike_off
from tongti.verdicts.actions.weighing import weigh

__all__ = [
    "APART",
    "MAX_TRIES",
    "RESULTS",
    "again",
    "apply_strike_off",
    "give",
    "invite",
    "record_call",
    "return_strike_off",
    "review_strike_off",
    "sign_strike_off",
    "take_down",
    "weigh",
]
