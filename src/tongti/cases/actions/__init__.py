"""Writes on cases. One verb, one function; grouped in files by who does it."""

from tongti.cases.actions.desk import (
    add_words,
    answer_on_the_spot,
    checked_diversion,
    correct,
    divert,
    divert_late,
    link_repeat,
    register_and_answer,
    reveal_asker,
    unlink_repeat,
    withdraw,
)
from tongti.cases.actions.imports import (
    drop_import,
    resume_import,
    run_import,
    start_import,
    tidy_imports,
    upload_import,
)
from tongti.cases.actions.intake import Intake, register
from tongti.cases.actions.moves import add_units, close, extend, extend_each, hold, mark_answered, pass_to, reopen

__all__ = [
    "Intake",
    "add_units",
    "add_words",
    "answer_on_the_spot",
    "checked_diversion",
    "close",
    "correct",
    "divert",
    "divert_late",
    "drop_import",
    "extend",
    "extend_each",
    "hold",
    "link_repeat",
    "mark_answered",
    "pass_to",
    "register",
    "register_and_answer",
    "reopen",
    "resume_import",
    "reveal_asker",
    "run_import",
    "start_import",
    "tidy_imports",
    "unlink_repeat",
    "upload_import",
    "withdraw",
]
