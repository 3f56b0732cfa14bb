"""Writes on exports. One verb, one function."""

from tongti.exports.actions.asking import ask_for_export, note_taken
from tongti.exports.actions.writing import tidy_exports, write_export

__all__ = ["ask_for_export", "note_taken", "tidy_exports", "write_export"]
