"""Writes on needs and offers, their pairs and introductions."""

from tongti.linkups.actions.introducing import agree, introduce, note_step, pass_on
from tongti.linkups.actions.listings import change, close, enter, enter_many, propose_title, reopen
from tongti.linkups.actions.pairing import expire, find_pairs, find_recent, reread, set_aside, take_back
from tongti.linkups.actions.stating import MOST_WAITING, confirm_stated, refuse_stated, state_listing
from tongti.linkups.drafts import ListingDraft

__all__ = [
    "MOST_WAITING",
    "ListingDraft",
    "agree",
    "change",
    "close",
    "confirm_stated",
    "enter",
    "enter_many",
    "expire",
    "find_pairs",
    "find_recent",
    "introduce",
    "note_step",
    "pass_on",
    "propose_title",
    "refuse_stated",
    "reopen",
    "reread",
    "set_aside",
    "state_listing",
    "take_back",
]
