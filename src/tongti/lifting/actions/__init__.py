"""Writes on the level lists. One verb, one function; grouped in files by the stretch of the way."""

from tongti.lifting.actions.declining import decline
from tongti.lifting.actions.following import follow
from tongti.lifting.actions.peers import (
    add_peer,
    change_peer,
    confirm_peer,
    hurry,
    make_own_key,
    revoke_peer,
    rotate_own_key,
    send_again,
)
from tongti.lifting.actions.preparing import change, prepare
from tongti.lifting.actions.receiving import Answer, receive
from tongti.lifting.actions.sending import peers_with_letters, remind_senders, send_letters
from tongti.lifting.actions.standing import close, enter_paper, send_back, sign_off, withdraw
from tongti.lifting.actions.telling import tell_below
from tongti.lifting.drafts import LiftDraft
from tongti.lifting.limits import MOST_BODY

__all__ = [
    "MOST_BODY",
    "Answer",
    "LiftDraft",
    "add_peer",
    "change",
    "change_peer",
    "close",
    "confirm_peer",
    "decline",
    "enter_paper",
    "follow",
    "hurry",
    "make_own_key",
    "peers_with_letters",
    "prepare",
    "receive",
    "remind_senders",
    "revoke_peer",
    "rotate_own_key",
    "send_again",
    "send_back",
    "send_letters",
    "sign_off",
    "tell_below",
    "withdraw",
]
