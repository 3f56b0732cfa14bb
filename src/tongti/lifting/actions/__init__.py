"""Writes on the level lists. One verb, one function; grouped in files by the stretch of the way."""

from tongti.lifting.actions.following import follow
from tongti.lifting.actions.preparing import change, prepare
from tongti.lifting.actions.standing import close, enter_paper, send_back, sign_off, withdraw
from tongti.lifting.drafts import LiftDraft

__all__ = [
    "LiftDraft",
    "change",
    "close",
    "enter_paper",
    "follow",
    "prepare",
    "send_back",
    "sign_off",
    "withdraw",
]
