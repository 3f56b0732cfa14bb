"""The working-day bar and its words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from tongti.deadlines.queries.calendar import calendar, day_words, days_left
from tongti.shared import clock
from worktime import DayCell, Phase, Unit, day_cells
from worktime import working_days_between as _working_days_between


@dataclass(frozen=True)
class Cell:
    """One working day of a bar as ``{% workdays %}`` draws it: past, today, future, over or after."""

    on: date
    state: str
    due: bool
    gap_before: bool
    gap: str
    provisional: bool


_STATES = {
    Phase.PAST: "past",
    Phase.TODAY: "today",
    Phase.FUTURE: "future",
    Phase.OVER: "over",
    Phase.OUTSIDE: "after",
}


@dataclass(frozen=True)
class Bar:
    """A working-day bar with the same said in words. Iterating gives the cells.

    ``tone``: info, warn (due in two working days or less), bad (overdue, or done late), ok (done in time).
    """

    cells: tuple[Cell, ...]
    used: str
    left: str
    tone: str
    days_left: int
    provisional: bool

    def __iter__(self) -> Any:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


def cells(
    started_on: date,
    due_on: date,
    today: date | None = None,
    done_on: date | None = None,
    *,
    axis: tuple[date, date] | None = None,
    due_at: datetime | None = None,
) -> Bar:
    """The bar from the day after ``started_on`` to ``due_on`` (further when overdue), and its words.

    Words: “第 4 天 / 10 天” and “3 月 20 日到期”, “明天到期”, “已超期 1 天”, “3 月 7 日办结”. ``axis`` (see ``shared_axis``)
    makes several bars share their days. A date that waits for a holiday notice adds “（暂定）”. ``due_at`` is given for limits by the hour and says the time of day.
    """
    today = today or clock.today()
    days = calendar()
    total = _working_days_between(started_on, due_on, days)
    end = done_on or today
    spent = max(_working_days_between(started_on, end, days), 0)
    left = days_left(due_on, today) or 0
    drawn = day_cells(started_on, due_on, today, days, done_on=done_on, axis=axis) if axis or total or done_on else []
    row = tuple(
        Cell(c.on, _STATES[c.phase], c.due, c.gap_before, c.gap, c.provisional)
        for c in (drawn or _same_day(started_on, due_on, today))
    )
    provisional = any(c.provisional for c in row if started_on < c.on <= due_on)
    if done_on is not None:
        late = done_on > due_on
        used = f"用 {spent} 天 / {total} 天" if spent else f"当天 / {total} 天"
        words = f"{day_words(done_on)}办结" + (
            f"，超期 {-(min(_working_days_between(done_on, due_on, days), -1))} 天" if late else ""
        )
        return Bar(row, used, words, "bad" if late else "ok", left, provisional)
    used = f"第 {spent} 天 / {total} 天" if spent and total else f"共 {total} 天" if total else "当天"
    unsure = "（暂定）" if provisional else ""
    return Bar(row, used, _left_words(left, due_on, today, due_at) + unsure, _tone(left, due_at), left, provisional)


def _same_day(started_on: date, due_on: date, today: date) -> list[DayCell]:
    # A limit of hours may end on the day it began: one cell is drawn for that day.
    phase = Phase.TODAY if today <= due_on else Phase.OVER
    return [DayCell(due_on, phase, True, "", False)] if due_on == started_on else []


def _left_words(left: int, due_on: date, today: date, due_at: datetime | None) -> str:
    if due_at is not None and clock.now() > due_at and left >= 0:
        return "已超期"
    if left < 0:
        return f"已超期 {-left} 天"
    hour = f" {_local(due_at):%H:%M} " if due_at is not None else ""
    if due_on == today:
        return f"今天{hour}到期"
    if (due_on - today).days == 1:
        return f"明天{hour}到期"
    return f"{day_words(due_on)}{hour}到期"


def _tone(left: int, due_at: datetime | None) -> str:
    if left < 0 or (due_at is not None and clock.now() > due_at):
        return "bad"
    return "warn" if left <= 2 else "info"


def _local(at: datetime) -> datetime:
    return timezone.localtime(at)


def shared_axis(spans: Iterable[tuple[date, date, date | None]], today: date | None = None) -> tuple[date, date] | None:
    """First and last day that bars with these (started_on, due_on, done_on) need together; None when there are none."""
    today = today or clock.today()
    rows = list(spans)
    if not rows:
        return None
    opening = min(start for start, _due, _done in rows)
    last = max(max(due, done or today) for _start, due, done in rows)
    return date.fromordinal(opening.toordinal() + 1), last


def unit_of_day(unit: str) -> bool:
    """True when a limit of this unit ends with a day, not at an hour."""
    return Unit(unit).by_day


def words_of(explanation: dict[str, Any]) -> Sequence[str]:
    """The stored explanation of a due date, as sentences to read."""
    if "summary" not in explanation:
        return []
    lines = [explanation["summary"], *explanation.get("warnings", []), *explanation.get("pauses", [])]
    regime_words = explanation.get("regime", {}).get("words", "")
    return [regime_words, *lines] if regime_words else lines
