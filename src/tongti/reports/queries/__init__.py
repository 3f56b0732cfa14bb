"""What leaders look at. Every number comes from counters and opens its list; nothing here counts rows of cases."""

from tongti.reports.queries.board import Board, HotQuestion, RateCard, board, hot_questions
from tongti.reports.queries.brief import Brief, brief
from tongti.reports.queries.checks import DriftLine, checks, drift_lines, standing_check
from tongti.reports.queries.due import Due, DueDay, due_days, due_list
from tongti.reports.queries.periods import BEGINNING, PERIODS, Period, period
from tongti.reports.queries.towns import TownTile, town_for, town_tiles
from tongti.reports.queries.unit_table import Answered, UnitRow, answered_list, unit_for, unit_rows, units_on_board

__all__ = [
    "BEGINNING",
    "PERIODS",
    "Answered",
    "Board",
    "Brief",
    "DriftLine",
    "Due",
    "DueDay",
    "HotQuestion",
    "Period",
    "RateCard",
    "TownTile",
    "UnitRow",
    "answered_list",
    "board",
    "brief",
    "checks",
    "drift_lines",
    "due_days",
    "due_list",
    "hot_questions",
    "period",
    "standing_check",
    "town_for",
    "town_tiles",
    "unit_for",
    "unit_rows",
    "units_on_board",
]
