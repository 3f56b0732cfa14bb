"""The text behind ``tongti deadline``: the due date alone on the first line, then why."""

from __future__ import annotations

from worktime.amounts import parse_amount, parse_moment
from worktime.calendars import calendar_for
from worktime.deadlines import deadline
from worktime.explanations import explain as explanation_of


def run_deadline(start_text: str, amount_text: str, region: str = "", explain: bool = False) -> str:
    """The answer to ``tongti deadline START AMOUNT [--region CODE] [--explain]``, without a final newline.

    First line: the last day (ISO date), or for hours and minutes the last moment (ISO, Shanghai time). Then one
    sentence and any warning; with ``explain`` also every day counted or skipped and the legal basis.
    Raises BadDate, BadAmount, UnknownRegion or OutOfRange; ``str(error)`` is one Chinese sentence to show.
    """
    start = parse_moment(start_text)
    amount = parse_amount(amount_text)
    told = explanation_of(deadline(start, amount.number, amount.unit, calendar_for(region)))
    rest = told.sentences() if explain else [told.summary, *told.warnings]
    return "\n".join([told.due, *rest])
