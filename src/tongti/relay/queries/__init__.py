"""Reads on the relay, always for somebody."""

from tongti.relay.queries.batons import (
    Held,
    Relay,
    baton_for,
    batons_of,
    contact_results,
    contacts_of,
    counts_for,
    matter_case,
    my_relay,
    objection_for,
    objection_rulings,
    officers_for,
    open_objections,
    plan,
    progress_of,
    relay_of,
    role_choices,
    waiting_for,
)
from tongti.relay.queries.suggestions import Suggested, Suggestion, suggestion
from tongti.relay.queries.timelines import Step, public_timeline, timeline
from tongti.relay.queries.walls import DueWall, due_wall

__all__ = [
    "DueWall",
    "Held",
    "Relay",
    "Step",
    "Suggested",
    "Suggestion",
    "baton_for",
    "batons_of",
    "contact_results",
    "contacts_of",
    "counts_for",
    "due_wall",
    "matter_case",
    "my_relay",
    "objection_for",
    "objection_rulings",
    "officers_for",
    "open_objections",
    "plan",
    "progress_of",
    "public_timeline",
    "relay_of",
    "role_choices",
    "suggestion",
    "timeline",
    "waiting_for",
]
