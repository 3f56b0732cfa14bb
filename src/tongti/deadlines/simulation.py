"""试算: a case like this, received then — which regime wins, why the others do not, and every date with its reasons."""

from dataclasses import dataclass
from datetime import datetime

from tongti.deadlines import limits
from tongti.deadlines.limits import Due
from tongti.deadlines.models import Clock
from tongti.deadlines.queries import ClockView, RegimeView, regimes_on, shipped_default
from tongti.shared.errors import BadInput, NotVisible
from tongti.units.access import May, Viewer
from worktime import WorktimeError

Start = Clock.Start


@dataclass(frozen=True)
class Kind:
    """A case as the filters of regimes see it; ``category`` is a code."""

    channel: str
    kind: str
    urgency: str
    party_kind: str
    joint: bool
    category: str = ""


@dataclass(frozen=True)
class Candidate:
    """One regime in force: it wins, or it fits but comes after, or its filters (``misfits``) keep the case out."""

    view: RegimeView
    wins: bool
    misfits: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """One clock run through: from when, on which assumption (empty when none was needed), until when."""

    limit: ClockView
    start: datetime
    assumed: str
    due: Due


@dataclass(frozen=True)
class Simulation:
    """The whole answer. ``ask_by``: the last moment to ask for an extension, None when the regime knows none."""

    regime: RegimeView
    shipped: bool
    candidates: tuple[Candidate, ...]
    runs: tuple[Run, ...]
    ask_by: datetime | None


def simulate(viewer: Viewer, kind: Kind, *, received: datetime, dispatched: datetime) -> Simulation:
    """Run a case through the regimes in force when it is dispatched; nothing is stored. Raises NotVisible, BadInput (beyond the calendar)."""
    if not viewer.can(May.ADMINISTER):
        raise NotVisible
    facts = {
        "channel": kind.channel,
        "kind": kind.kind,
        "urgency": kind.urgency,
        "party_kind": kind.party_kind,
        "joint": kind.joint,
        "category": kind.category,
    }
    rows = regimes_on(limits.local_day(dispatched)).rows
    judged = [(row, row.misfits(**facts)) for row in rows]  # type: ignore[arg-type]
    winner = next((row for row, misfits in judged if not misfits), None)
    candidates = tuple(Candidate(row, row is winner, misfits) for row, misfits in judged)
    regime = winner or shipped_default()
    try:
        runs = tuple(_runs(regime, received, dispatched))
    except WorktimeError as error:
        raise BadInput("received_on", str(error)) from error
    return Simulation(regime, winner is None, candidates, runs, _ask_by(regime, runs))


def _runs(regime: RegimeView, received: datetime, dispatched: datetime) -> list[Run]:
    """Each limit from its own event; an event that has not happened is assumed at the latest moment it may."""
    answered = dispatched
    if regime.has(Clock.Code.HANDLE):
        begin = received if regime.clock(Clock.Code.HANDLE).starts == Start.RECEIVED else dispatched
        answered = limits.due(regime=regime, clock=Clock.Code.HANDLE, start=begin).due_at
    moments = {
        Start.RECEIVED: (received, ""),
        Start.DISPATCHED: (dispatched, ""),
        Start.ACCEPTED: (dispatched, "假定派单时就受理"),
        Start.MADE: (received, "假定收到那天形成"),
    }
    found = []
    for code, limit in regime.clocks.items():
        start, assumed = moments.get(Start(limit.starts), (answered, f"假定{limit.start_words}在办理期限最后一刻"))
        found.append(Run(limit, start, assumed, limits.due(regime=regime, clock=code, start=start)))
    return found


def _ask_by(regime: RegimeView, runs: tuple[Run, ...]) -> datetime | None:
    handle = next((run.due for run in runs if run.limit.code == Clock.Code.HANDLE), None)
    if regime.extension is None or handle is None:
        return None
    return limits.ask_before(regime.extension, due_on=handle.due_on, due_at=None if handle.by_day else handle.due_at)
