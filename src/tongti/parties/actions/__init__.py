"""Writes on the people and firms we serve."""

from tongti.parties.actions.figures import FigureDraft, enter_figure, enter_figures
from tongti.parties.actions.firms import (
    ContactDraft,
    FirmDraft,
    add_contact,
    change_firm,
    end_contact,
    enter_firm,
    enter_many,
    note_export,
    reveal_contacts,
)
from tongti.parties.actions.people import (
    NAME_LIMIT,
    Contact,
    contact,
    find_or_create,
    keep,
    keep_many,
    note_recognised,
    reveal,
)

__all__ = [
    "NAME_LIMIT",
    "Contact",
    "ContactDraft",
    "FigureDraft",
    "FirmDraft",
    "add_contact",
    "change_firm",
    "contact",
    "end_contact",
    "enter_figure",
    "enter_figures",
    "enter_firm",
    "enter_many",
    "find_or_create",
    "keep",
    "keep_many",
    "note_export",
    "note_recognised",
    "reveal",
    "reveal_contacts",
]
