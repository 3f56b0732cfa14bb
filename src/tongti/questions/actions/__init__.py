"""Writes on questions. One verb, one function; grouped in files by what they change."""

from tongti.questions.actions import teaching
from tongti.questions.actions.deciding import Decided, count_me_in, decide, make, set_up
from tongti.questions.actions.lifecycle import (
    classify,
    clear_for_public,
    extend,
    extend_each,
    inherit,
    mark_answered,
    mark_closed,
    note_progress,
    record_findings,
    rename,
    reopen_for,
    set_units,
    start_handling,
    stop_handling,
    unclear,
)
from tongti.questions.actions.moving import drop, join, merge, move, remove, split
from tongti.questions.actions.proposing import (
    Grouped,
    Placed,
    count_words,
    group_all,
    match_batch,
    match_case,
    refresh_question,
)
from tongti.questions.actions.teaching import learn, set_threshold, switch
from tongti.questions.actions.undoing import undo

__all__ = [
    "Decided",
    "Grouped",
    "Placed",
    "classify",
    "clear_for_public",
    "count_me_in",
    "count_words",
    "decide",
    "drop",
    "extend",
    "extend_each",
    "group_all",
    "inherit",
    "join",
    "learn",
    "make",
    "mark_answered",
    "mark_closed",
    "match_batch",
    "match_case",
    "merge",
    "move",
    "note_progress",
    "record_findings",
    "refresh_question",
    "remove",
    "rename",
    "reopen_for",
    "set_threshold",
    "set_units",
    "set_up",
    "split",
    "start_handling",
    "stop_handling",
    "switch",
    "teaching",
    "unclear",
    "undo",
]
