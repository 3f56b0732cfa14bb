"""计算记录, written and read: a date is kept together with how it was computed, and can be counted again from that.

``KeptDay`` is what travels between the packages that keep dates. Nobody but a recount changes the record of a date; a new
date (an extension, a second dispatch) brings its own.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tongti.deadlines import limits
from tongti.deadlines.explained import Told, told_of
from tongti.deadlines.limits import Due
from tongti.deadlines.models import Clock, Reckoning
from tongti.deadlines.queries import RegimeView, regimes_on
from worktime import parse_amount

Sort = tuple[str, str, str, str, int | None]
"""What regimes ask of a case: channel, kind, urgency, kind of party, id of its category."""


@dataclass(frozen=True)
class KeptDay:
    """A last day with the id of its record; None for a day that a person set or that came from elsewhere."""

    on: date
    reckoning_id: uuid.UUID | None = None


def keep(found: Sequence[tuple[date, Mapping[str, Any]]]) -> list[KeptDay]:
    """Days with their explanations, as days with records; in the caller's transaction, one statement for all.

    A day whose explanation says nothing (an older row, a day set by hand) gets no record.
    """
    rows: dict[uuid.UUID, Reckoning] = {}
    days = []
    for on, explanation in found:
        row = _row(on, explanation) if "summary" in explanation else None
        if row is not None:
            rows[row.pk] = row
        days.append(KeptDay(on, row.pk if row else None))
    # in one order: two transactions that keep the same records never wait for each other in a ring
    Reckoning.objects.bulk_create((rows[pk] for pk in sorted(rows)), ignore_conflicts=True)
    return days


def kept(due: Due) -> KeptDay:
    """One date as it was just computed."""
    return keep([(due.due_on, due.explanation)])[0]


def kept_by_sort(
    sorts: Mapping[int, Sort],
    *,
    clock: str,
    start: datetime,
    joint: bool,
    received: Mapping[int, datetime] | None = None,
    otherwise: RegimeView | None = None,
) -> dict[int, KeptDay]:
    """When ``clock`` runs out for each of these (by its sort), each under its own regime, when it starts at ``start``.

    ``received`` says for each when it was received, where that may be what starts the limit. Where a regime does not lay
    the limit down, ``otherwise`` decides; without it such a one is left out. Two reads and one write, however many.
    """
    regimes = regimes_on(limits.local_day(start))
    views: dict[Sort, RegimeView] = {}
    for sort in dict.fromkeys(sorts.values()):
        channel, kind, urgency, party_kind, category = sort
        view = regimes.pick(
            channel=channel,
            kind=kind,
            urgency=urgency,
            party_kind=party_kind,
            joint=joint,
            category_id=category,
        )
        views[sort] = otherwise if otherwise and not view.has(clock) else view
    ways = {key: (views[sort], _begin(views[sort], clock, start, received, key)) for key, sort in sorts.items()}
    distinct = {(view.label, begin): view for view, begin in ways.values() if view.has(clock)}
    dues = {way: limits.due(regime=view, clock=clock, start=way[1]) for way, view in distinct.items()}
    days = dict(zip(dues, keep([(due.due_on, due.explanation) for due in dues.values()]), strict=True))
    return {key: days[view.label, begin] for key, (view, begin) in ways.items() if view.has(clock)}


def _begin(
    view: RegimeView, clock: str, start: datetime, received: Mapping[int, datetime] | None, key: int
) -> datetime:
    at_receipt = received is not None and view.has(clock) and view.clock(clock).starts == Clock.Start.RECEIVED
    return received[key] if received is not None and at_receipt else start


def told(reckoning_id: uuid.UUID | None) -> Told | None:
    """A record ready to be read; None where there is none. Whoever may see the date may see how it was computed."""
    row = Reckoning.objects.filter(pk=reckoning_id).first() if reckoning_id else None
    return told_of(row.explanation) if row else None


def _row(on: date, explanation: Mapping[str, Any]) -> Reckoning:
    shared = _shared(explanation)
    text = json.dumps([on.isoformat(), shared], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    inputs = shared["inputs"]
    return Reckoning(
        id=uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16]),
        regime_version=shared.get("regime", {}).get("version", ""),
        calendar_version=shared["calendar_version"],
        started_on=date.fromisoformat(inputs["start"][:10]),
        due_on=on,
        provisional=bool(inputs.get("provisional")),
        explanation=shared,
    )


def _shared(explanation: Mapping[str, Any]) -> dict[str, Any]:
    """What is the same for all who have the date from this count.

    Left out: the baton's other clocks, the moment from which it is near due, and the time of day at which a count by
    days began (it has no part in it, 民法典 201).
    """
    shared = {name: value for name, value in explanation.items() if name not in ("others", "near_at")}
    inputs = shared["inputs"]
    if parse_amount(inputs["amount"]).unit.by_day:
        shared["inputs"] = inputs | {"start": inputs["start"][:10]}
    if "before" in shared:
        shared["before"] = _shared(shared["before"])
    return shared
