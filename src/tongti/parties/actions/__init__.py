"""Writes on the people and firms we serve."""

from tongti.parties.actions.figures import FigureDraft, enter_figure, enter_figures
from tongti.parties.actions.firms import (
    add_contact,
    change_firm,
    end_contact,
    enter_firm,
    enter_many,
    note_export,
    reveal_contacts,
)
from tongti.parties.actions.imports import (
    compare_firms,
    decide_firm_rows,
    drop_firm_import,
    run_firm_import,
    start_firm_import,
    tidy_firm_imports,
    upload_firms,
)
from tongti.parties.actions.merging import (
    MergePreview,
    find_lookalikes,
    merge,
    preview_merge,
    tell_apart,
    undo_merge,
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
from tongti.parties.drafts import ContactDraft, FirmDraft

__all__ = [
    "NAME_LIMIT",
    "Contact",
    "ContactDraft",
    "FigureDraft",
    "FirmDraft",
    "MergePreview",
    "add_contact",
    "change_firm",
    "compare_firms",
    "contact",
    "decide_firm_rows",
    "drop_firm_import",
    "end_contact",
    "enter_figure",
    "enter_figures",
    "enter_firm",
    "enter_many",
    "find_lookalikes",
    "find_or_create",
    "keep",
    "keep_many",
    "merge",
    "note_export",
    "note_recognised",
    "preview_merge",
    "reveal",
    "reveal_contacts",
    "run_firm_import",
    "start_firm_import",
    "tell_apart",
    "tidy_firm_imports",
    "undo_merge",
    "upload_firms",
]
