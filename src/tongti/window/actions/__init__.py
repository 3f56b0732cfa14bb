"""Writes of the window. One verb, one function; grouped in files by what they are about."""

from tongti.window.actions.causes import CauseDraft, add_cause, change_cause, load_causes, set_threshold
from tongti.window.actions.items import add_item, publish_version, switch_item
from tongti.window.actions.matters import MatterDraft, change_matter, find_cause, record_matter, register
from tongti.window.actions.reforms import accept, finish, merge, propose_candidates, refuse, tell_askers
from tongti.window.drafts import ItemDraft, PaperDraft, StepDraft, papers_of, steps_of

__all__ = [
    "CauseDraft",
    "ItemDraft",
    "MatterDraft",
    "PaperDraft",
    "StepDraft",
    "accept",
    "add_cause",
    "add_item",
    "change_cause",
    "change_matter",
    "find_cause",
    "finish",
    "load_causes",
    "merge",
    "papers_of",
    "propose_candidates",
    "publish_version",
    "record_matter",
    "refuse",
    "register",
    "set_threshold",
    "steps_of",
    "switch_item",
    "tell_askers",
]
