"""What a changed calendar would do to the deadlines that are open: judged here, for whoever keeps deadlines to apply.

The tables that keep deadlines lie above this package, so each of them brings a ``Keeper`` (as catalogues bring a kind of
file). A date told to an asker never comes forward: it is kept, and listed as kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from tongti.deadlines import limits
from tongti.deadlines.errors import NotRecorded
from tongti.deadlines.limits import Due
from tongti.deadlines.models import Clock, RecountLine
from tongti.deadlines.queries import calendar
from tongti.shared.actor import Actor
from worktime import Calendar

__all__ = [
    "KEEPERS",
    "REASON",
    "Calendar",
    "Change",
    "Keeper",
    "Outcome",
    "Reach",
    "Scan",
    "judge",
    "renewed",
    "span_of",
]

REASON = "日历变动"
Outcome = RecountLine.Outcome


@dataclass(frozen=True)
class Change:
    """One deadline under the new calendar. ``old_at`` and ``new_at`` are last moments; ``kept``: old stays in force."""

    kind: str
    object_id: int
    clock: str
    old_at: datetime
    new_at: datetime
    by_day: bool
    outcome: str
    label: str = ""

    @property
    def clock_words(self) -> str:
        return str(Clock.Code(self.clock).label)

    @property
    def outcome_words(self) -> str:
        return str(Outcome(self.outcome).label)


@dataclass(frozen=True)
class Reach:
    """Which open rows a change of the calendar can touch: those counted by another version than ``known``, the calendar
    before it, and those that touch the days of ``span`` (as ``span_of`` says; None when no day changed).
    """

    known: str
    span: tuple[date, date] | None


@dataclass(frozen=True)
class Scan:
    """Changes among the next rows of a keeper, how many rows were looked at, and the last one (None: no more rows)."""

    changes: tuple[Change, ...]
    last: int | None
    looked_at: int


class Keeper(Protocol):
    """A table that keeps deadlines with their explanations."""

    kind: str
    word: str

    def count(self, reach: Reach) -> int:
        """How many open rows are within ``reach``."""

    def scan(self, target: Calendar, *, after: int, most: int, reach: Reach) -> Scan:
        """What changes among at most ``most`` open rows within ``reach`` with an id above ``after``."""

    def apply(self, changes: Sequence[Change], target: Calendar, *, by: Actor) -> list[Change]:
        """Judge these once more under lock and write what holds; answers what was written or kept."""

    def labels(self, object_ids: Sequence[int]) -> Mapping[int, str]:
        """How an administrator, who sees no content, knows these rows: number, unit, role."""


KEEPERS: dict[str, Keeper] = {}
"""By kind; filled when the apps above are ready."""


def span_of(target: Calendar) -> tuple[date, date] | None:
    """First and last day on which ``target`` differs from today's calendar; None when no day does.

    A deadline counted by today's calendar can only change when it touches this span.
    """
    now = calendar()
    counted = (now.works != target.works) | (now.provisional != target.provisional)
    told = {
        index for index in now.rules.keys() | target.rules.keys() if now.rules.get(index) != target.rules.get(index)
    }
    differing = told.union(counted.nonzero()[0].tolist())
    return (now.date_at(min(differing)), now.date_at(max(differing))) if differing else None


def judge(
    inputs: Mapping[str, Any] | None,
    target: Calendar,
    *,
    old_at: datetime,
    told: bool,
    latest: datetime | None = None,
) -> tuple[str, datetime, bool] | None:
    """What becomes of one stored deadline: (outcome, last moment under ``target``, by day); None when nothing changes.

    ``told``: an asker knows the date, so it never comes forward. ``latest``: it must not outlast this moment (a helper's
    lead). A date without a record of its inputs stays as it is.
    """
    try:
        item = limits.item_of({"inputs": inputs}, under=target)
    except NotRecorded:
        return None
    was_provisional = bool(inputs and inputs.get("provisional"))
    new_at = min(item.due_at, latest) if latest else item.due_at
    by_day = item.amount.unit.by_day
    if new_at > old_at or (new_at < old_at and not told):
        return Outcome.MOVED, new_at, by_day
    if new_at < old_at:
        return Outcome.KEPT, new_at, by_day
    return (Outcome.SETTLED, new_at, by_day) if was_provisional and not item.provisional else None


def renewed(explanation: dict[str, Any], target: Calendar, *, outcome: str, reason: str) -> Due:
    """The stored date under ``target`` with the step on record; a kept one keeps its day and says why."""
    found = limits.recounted(explanation, under=target)
    step = {"outcome": outcome, "reason": reason, "from": explanation["inputs"]["due_at"]}
    steps = [*explanation.get("recounted", []), step]
    return limits.with_record(found, recounted=steps)
