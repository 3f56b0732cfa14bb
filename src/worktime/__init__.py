"""法定工作时间: day tables with their sources, working-day and working-hour clocks, deadlines that explain themselves.

A library by itself: no Django, no database, no clock of its own. See ``docs/worktime.md``.
"""

from worktime.amounts import SHANGHAI, Amount, Unit, parse_amount, parse_moment
from worktime.bars import DayCell, Phase, day_cells
from worktime.batch import batch_due_dates, batch_due_times, batch_working_days
from worktime.calendars import (
    Calendar,
    add_working_days,
    calendar_for,
    next_working_days,
    working_days_between,
    working_days_of,
)
from worktime.cli import run_deadline
from worktime.clocks import Pause
from worktime.days import Day, DayRule, DayState, Evidence, Half, Notice, Source
from worktime.deadlines import Deadline, Progress, deadline, left, left_reaches, percentage, progress, recompute, used
from worktime.errors import (
    BadAmount,
    BadDate,
    BadHours,
    BadNotice,
    BadPause,
    BadRecord,
    OutOfRange,
    UnknownRegion,
    WorktimeError,
)
from worktime.explanations import DayLine, Explanation, explain
from worktime.hours import SAMPLE_HOURS, HoursTable, WorkHours
from worktime.notices import notice_from_csv, notice_from_rows
from worktime.previews import Move, Preview, preview_moves

__all__ = [
    "SAMPLE_HOURS",
    "SHANGHAI",
    "Amount",
    "BadAmount",
    "BadDate",
    "BadHours",
    "BadNotice",
    "BadPause",
    "BadRecord",
    "Calendar",
    "Day",
    "DayCell",
    "DayLine",
    "DayRule",
    "DayState",
    "Deadline",
    "Evidence",
    "Explanation",
    "Half",
    "HoursTable",
    "Move",
    "Notice",
    "OutOfRange",
    "Pause",
    "Phase",
    "Preview",
    "Progress",
    "Source",
    "Unit",
    "UnknownRegion",
    "WorkHours",
    "WorktimeError",
    "add_working_days",
    "batch_due_dates",
    "batch_due_times",
    "batch_working_days",
    "calendar_for",
    "day_cells",
    "deadline",
    "explain",
    "left",
    "left_reaches",
    "next_working_days",
    "notice_from_csv",
    "notice_from_rows",
    "parse_amount",
    "parse_moment",
    "percentage",
    "preview_moves",
    "progress",
    "recompute",
    "run_deadline",
    "used",
    "working_days_between",
    "working_days_of",
]
