"""A stage on which time can be told: events in order of their moment, each seeing the clock of its moment.

The two functions of shared that know about now and later are exchanged while the stage is open, in this process only, and put
back whatever happens. Used by the demo district and by benches, never by a running site.
"""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from typing import Any

from django.utils import timezone

from tongti.shared import clock, later

Happening = Callable[[], None]


class Stage:
    """Events wait in ``at``; ``run`` lets them happen one after the other until the present moment."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.moment = until
        self.jobs: list[tuple[str, dict[str, Any]]] = []
        self._waiting: list[tuple[datetime, int, Happening]] = []
        self._order = count()

    def at(self, moment: datetime, happening: Happening) -> None:
        """Let it happen at ``moment``; what would be in the future never happens."""
        if moment <= self.until:
            heapq.heappush(self._waiting, (moment, next(self._order), happening))

    def run(self, after_each: Happening) -> int:
        """All of it, in order; ``after_each`` works off ``jobs``. Answers how many events there were."""
        events = 0
        while self._waiting:
            moment, _, happening = heapq.heappop(self._waiting)
            self.moment = max(moment, self.moment) if events else moment
            happening()
            after_each()
            events += 1
        self.moment = self.until
        return events

    def take_jobs(self) -> list[tuple[str, dict[str, Any]]]:
        """What was deferred since the last call."""
        taken, self.jobs = self.jobs, []
        return taken


@contextmanager
def opened(until: datetime) -> Iterator[Stage]:
    """A stage whose moment is what the whole process takes for now."""
    stage = Stage(until)

    def now() -> datetime:
        return stage.moment

    def today() -> date:
        return timezone.localdate(stage.moment)

    def defer(task: str, /, **arguments: Any) -> None:
        stage.jobs.append((task, arguments))

    kept = [(clock, "now", clock.now), (clock, "today", clock.today), (later, "defer", later.defer)]
    try:
        for module, name, ours in ((clock, "now", now), (clock, "today", today), (later, "defer", defer)):
            setattr(module, name, ours)
        yield stage
    finally:
        for module, name, original in kept:
            setattr(module, name, original)
