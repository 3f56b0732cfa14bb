"""Writes on kept views and on runs over many. One verb, one function."""

from tongti.worksets.actions.bulk import ask_bulk, note_taken, stop_bulk
from tongti.worksets.actions.running import run_bulk, tidy_bulks
from tongti.worksets.actions.views import remove_view, save_view, share_view

__all__ = ["ask_bulk", "note_taken", "remove_view", "run_bulk", "save_view", "share_view", "stop_bulk", "tidy_bulks"]
