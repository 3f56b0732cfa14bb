"""Writes on papers. One verb, one function."""

from tongti.papers.actions.making import drop_paper, make_paper, retake_paper, sign_paper, void_paper, word_paper
from tongti.papers.actions.taking import note_taken
from tongti.papers.actions.templates import TemplateDraft, blank_look, change_template, template_in_use

__all__ = [
    "TemplateDraft",
    "blank_look",
    "change_template",
    "drop_paper",
    "make_paper",
    "note_taken",
    "retake_paper",
    "sign_paper",
    "template_in_use",
    "void_paper",
    "word_paper",
]
