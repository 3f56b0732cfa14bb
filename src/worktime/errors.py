"""Named errors of worktime: a permanent code, and one Chinese sentence a clerk can act on."""

from __future__ import annotations


class WorktimeError(ValueError):
    """Base of every error this library raises on purpose; ``code`` never changes, ``str(error)`` is the sentence."""

    code = "worktime.error"


class BadDate(WorktimeError):
    """The text is not a date or a moment."""

    code = "worktime.bad_date"


class BadAmount(WorktimeError):
    """The amount is not a positive whole number with a known unit."""

    code = "worktime.bad_amount"


class UnknownRegion(WorktimeError):
    """The region is not an administrative division code."""

    code = "worktime.unknown_region"


class OutOfRange(WorktimeError):
    """The calculation leaves the years the day table covers."""

    code = "worktime.out_of_range"


class BadNotice(WorktimeError):
    """A holiday notice or local day does not hold together (empty, contradictory, unreadable)."""

    code = "worktime.bad_notice"


class BadHours(WorktimeError):
    """A table of working hours does not hold together (overlapping spans, no hours at all)."""

    code = "worktime.bad_hours"


class BadPause(WorktimeError):
    """A pause has no reason, ends before it starts, or is still open and no present moment was given."""

    code = "worktime.bad_pause"


class BadRecord(WorktimeError):
    """A stored record of a deadline cannot be read back."""

    code = "worktime.bad_record"
