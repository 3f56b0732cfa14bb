"""A keeper for tables whose rows have one date with a record: what is the same for call-backs, supervision and rechecks.

Rows that share a record are judged together, so it costs as much as there are records, not as there are rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongti.deadlines.models import Reckoning, RecountLine
from tongti.deadlines.reckonings import KeptDay, keep
from tongti.deadlines.recounts import REASON, Change, Reach, Scan, judge, renewed
from tongti.shared import rows as tables
from tongti.shared.actor import Actor
from worktime import Calendar

Outcome = RecountLine.Outcome
Facts = dict[str, Any]
Verdict = tuple[str, datetime, bool]


@dataclass(frozen=True)
class ReckonedRows:
    """The open rows of one table as a ``Keeper``. ``told``: somebody outside knows the date, so it never comes forward.

    ``exact``: rows also keep the moment in ``due_at``, None for a limit by days. ``clock`` is the code of their limit, ``record`` writes the trail of the rows that were touched, ``label`` says how an
    administrator, who sees no content, knows a row (fetch what it needs in ``open``).
    """

    kind: str
    word: str
    clock: str
    told: bool
    open: Callable[[], QuerySet[Any]]
    label: Callable[[Any], str]
    record: Callable[[Sequence[tuple[Any, Facts]], Actor], None]
    exact: bool = False

    def count(self, reach: Reach) -> int:
        """How many open rows may change."""
        return self._touched(reach).count()

    def scan(self, target: Calendar, *, after: int, most: int, reach: Reach) -> Scan:
        """Changes among the next ``most`` open rows."""
        found = list(self._touched(reach).filter(pk__gt=after).order_by("pk").values_list("pk", "reckoning_id")[:most])
        changes = self._judged(found, target)
        return Scan(tuple(changes), found[-1][0] if len(found) == most else None, len(found))

    def apply(self, changes: Sequence[Change], target: Calendar, *, by: Actor) -> list[Change]:
        """Lock the rows, judge again, write. A row that ended meanwhile is left alone."""
        wanted = [change.object_id for change in changes]
        locked = self.open().select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
        rows = {row.pk: row for row in locked}
        again = self._judged([(pk, row.reckoning_id) for pk, row in rows.items()], target)
        days = _renewed({rows[one.object_id].reckoning_id: one.outcome for one in again}, target)
        told = []
        for change in again:
            row = rows[change.object_id]
            day = days[row.reckoning_id]
            row.due_on, row.reckoning_id = day.on, day.reckoning_id
            if self.exact and change.outcome == Outcome.MOVED:
                row.due_at = None if change.by_day else change.new_at
            told.append((row, _facts(change, target)))
        written = ["due_on", "reckoning", "due_at"] if self.exact else ["due_on", "reckoning"]
        tables.update([row for row, _facts_ in told], written)
        self.record(told, by)
        return again

    def labels(self, object_ids: Sequence[int]) -> Mapping[int, str]:
        """How they are known on the list of what moves."""
        return {row.pk: self.label(row) for row in self.open().filter(pk__in=object_ids)}

    def _touched(self, reach: Reach) -> QuerySet[Any]:
        """Open rows that can change: counted by an older calendar, or touching the days that differ."""
        stale = ~Q(reckoning__calendar_version=reach.known)
        if reach.span is not None:
            stale |= Q(reckoning__started_on__lte=reach.span[1], reckoning__due_on__gte=reach.span[0])
        return self.open().filter(stale, reckoning__isnull=False)

    def _judged(self, found: Sequence[tuple[int, UUID]], target: Calendar) -> list[Change]:
        records = Reckoning.objects.in_bulk({record for _pk, record in found})
        verdicts = {pk: self._verdict(record, target) for pk, record in records.items()}
        return [
            Change(self.kind, pk, self.clock, _ends(records[record]), new_at, by_day, outcome)
            for pk, record in found
            if (verdict := verdicts[record])
            for outcome, new_at, by_day in (verdict,)
        ]

    def _verdict(self, record: Reckoning, target: Calendar) -> Verdict | None:
        return judge(record.explanation["inputs"], target, old_at=_ends(record), told=self.told)


def _ends(record: Reckoning) -> datetime:
    return datetime.fromisoformat(record.explanation["inputs"]["due_at"])


def _renewed(outcomes: Mapping[UUID, str], target: Calendar) -> dict[UUID, KeptDay]:
    """The new day and record for each old record."""
    records = Reckoning.objects.in_bulk(outcomes)
    found = []
    for pk, outcome in outcomes.items():
        old = records[pk]
        if outcome == Outcome.KEPT:
            step = {"outcome": outcome, "reason": REASON, "from": _ends(old).isoformat()}
            steps = [*old.explanation.get("recounted", []), step]
            found.append((old.due_on, old.explanation | {"recounted": steps}))
        else:
            due = renewed(old.explanation, target, outcome=outcome, reason=REASON)
            found.append((due.due_on, due.explanation))
    return dict(zip(outcomes, keep(found), strict=True))


def _facts(change: Change, target: Calendar) -> Facts:
    moved = [str(change.outcome), change.old_at.isoformat(), change.new_at.isoformat()]
    return {"clocks": {change.clock: moved}, "calendar": target.version}
