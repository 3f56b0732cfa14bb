"""The same-question panel: what strangers may see of questions that many ask. The only place here that asks the engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tongti.deadlines import queries as deadlines
from tongti.deadlines.queries import Bar
from tongti.questions import matching
from tongti.web.wording import local_date

LEAST_WORDS = 6
MOST = 3


@dataclass(frozen=True)
class Panel:
    """At most three shared questions for what was typed; ``words`` goes to the status line that is read aloud."""

    matches: Sequence["Shown"] = ()
    asked: bool = False

    @property
    def most_askers(self) -> int:
        return max((m.match.asker_count for m in self.matches), default=0)

    @property
    def words(self) -> str:
        if self.matches:
            return f"找到 {len(self.matches)} 个相同的问题，最多的有 {self.most_askers} 人同问"
        return "没有找到相同的问题，请接着往下填" if self.asked else ""


@dataclass(frozen=True)
class Shown:
    """One match with its working-day bar (None while no unit has it, or once it is answered)."""

    match: Any
    bar: Bar | None

    @property
    def is_open(self) -> bool:
        return str(self.match.state) not in ("answered", "closed")


def panel(words: str) -> Panel:
    """What the engine finds for these words; nothing for a word or two."""
    if len(words.strip()) < LEAST_WORDS:
        return Panel()
    found = matching.public_matches(words, limit=MOST)
    return Panel(tuple(Shown(match, bar_of(match)) for match in found), asked=True)


def bar_of(question: Any) -> Bar | None:
    """The working-day bar of a question, from dispatch to its date."""
    started: datetime | date | None = getattr(question, "dispatched_at", None) or getattr(question, "started_on", None)
    if started is None or question.due_on is None or str(question.state) in ("answered", "closed"):
        return None
    return deadlines.cells(local_date(started), question.due_on)
