"""What a new calendar would change: every open deadline that would move, before anything is moved."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from worktime.amounts import day_words, moment_words
from worktime.calendars import Calendar
from worktime.deadlines import Deadline, recompute

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Move(Generic[Key]):
    """One deadline that changes under the new calendar. ``key`` is the caller's own name for it."""

    key: Key
    before: Deadline
    after: Deadline

    @property
    def days(self) -> int:
        """Calendar days by which the last day moves; positive is later."""
        return (self.after.due_on - self.before.due_on).days

    @property
    def earlier(self) -> bool:
        """True when the date moves forward: a date told to a requester must not be shortened silently."""
        return self.after.due_at < self.before.due_at

    def words(self) -> str:
        """The move as one Chinese sentence."""
        by_day = self.before.amount.unit.by_day
        old, new = (day_words(d.due_on) if by_day else moment_words(d.due_at) for d in (self.before, self.after))
        span = f" {abs(self.days)} 天" if self.days else ""
        return f"原定 {old}到期，改为 {new}，{'提前' if self.earlier else '推后'}{span}。"


@dataclass(frozen=True, slots=True)
class Preview(Generic[Key]):
    """``moved``: the date changes. ``settled``: same date, no longer provisional. ``unchanged``: how many others."""

    moved: tuple[Move[Key], ...]
    settled: tuple[Move[Key], ...]
    unchanged: int


def preview_moves(items: Iterable[tuple[Key, Deadline]], calendar: Calendar) -> Preview[Key]:
    """Recompute open deadlines under a new calendar and list what would change; nothing is stored.

    Raises OutOfRange when a deadline leaves the table (it cannot happen for the same years).
    """
    moved: list[Move[Key]] = []
    settled: list[Move[Key]] = []
    unchanged = 0
    for key, before in items:
        after = recompute(before, calendar)
        if after.due_at != before.due_at:
            moved.append(Move(key, before, after))
        elif after.provisional != before.provisional:
            settled.append(Move(key, before, after))
        else:
            unchanged += 1
    return Preview(tuple(moved), tuple(settled), unchanged)
