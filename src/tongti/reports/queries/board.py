"""The leader's page, whole.

Cost: two dozen small queries, the same at a thousand cases and at ten million (docs/adr/0004-figures.md).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from tongti.deadlines import queries as deadlines
from tongti.figures import queries as figures
from tongti.formulas import queries as formulas
from tongti.formulas.queries import Figure
from tongti.questions import access as question_access
from tongti.questions.models import Question
from tongti.reports.queries.due import DueDay, due_days
from tongti.reports.queries.periods import BEGINNING, Period, period
from tongti.reports.queries.towns import TownTile, town_tiles
from tongti.reports.queries.unit_table import UnitRow, unit_rows
from tongti.shared import clock
from tongti.signals import queries as signals
from tongti.signals.models import Signal
from tongti.targets import queries as targets
from tongti.targets.models import Target
from tongti.targets.queries import GoalSet
from tongti.units.access import May, Viewer

OPEN_STATES = (Question.State.SET_UP, Question.State.HANDLING, Question.State.ANSWERED)
HOT = 5
UNITS = 14
SIGNALS = 3
DAYS = 7


@dataclass(frozen=True)
class RateCard:
    """One rate with its change in percentage points against the stretch before, and its course over twelve weeks."""

    key: str
    rate: Figure
    change: float | None
    course: tuple[float, ...]
    target: Target | None

    @property
    def goal(self) -> float | None:
        """What the rate is to reach, in percent; None while the office has not set it."""
        return float(self.target.value) if self.target else None

    @property
    def reached(self) -> bool:
        return self.goal is not None and self.rate.percent is not None and self.rate.percent >= self.goal

    @property
    def tone(self) -> str:
        """Reached or not: never red, which is for what is overdue or failed (ui.md principle 8)."""
        return "ok" if self.reached else "warn"

    @property
    def step(self) -> float:
        """How far it moved; the arrow beside it says which way."""
        return abs(self.change or 0.0)


@dataclass(frozen=True)
class HotQuestion:
    """A question with its askers, seven days of newcomers (oldest first) and working days left."""

    question: Question
    lead: str
    movement: tuple[int, ...]
    days_left: int | None

    @property
    def newcomers(self) -> int:
        return sum(self.movement)


@dataclass(frozen=True)
class Board:
    """Everything on the leader's page."""

    period: Period
    cards: tuple[RateCard, ...]
    questions_open: int
    cases_open: int
    received_today: int
    received: int
    hot: tuple[HotQuestion, ...]
    due: tuple[DueDay, ...]
    overdue_by_unit: tuple[tuple[str, int], ...]
    units: tuple[UnitRow, ...]
    towns: tuple[TownTile, ...]
    goals: GoalSet | None
    signals: tuple[Signal, ...]

    @property
    def first_units(self) -> tuple[UnitRow, ...]:
        """As many units as stand on one screen; the rest are a tap away."""
        return self.units[:UNITS]

    @property
    def more_units(self) -> bool:
        return len(self.units) > UNITS

    @property
    def overdue(self) -> int:
        return self.due[0].count

    @property
    def near(self) -> int:
        return sum(d.count for d in self.due[1:] if d.near)

    @property
    def overdue_words(self) -> str:
        return f"超期 {self.overdue}"

    @property
    def near_words(self) -> str:
        return f"临期 {self.near}"


def board(viewer: Viewer, code: str = "month") -> Board:
    """The leader's page. Raises NotAllowed without the permission “看板”."""
    viewer.require(May.BOARD)
    span, today = period(code), clock.today()
    stock = figures.totals(["questions_open", "open"], since=BEGINNING, until=today)
    units = unit_rows(viewer, span)
    due = due_days(today)
    received = figures.by_day("received", since=span.since, until=today)
    return Board(
        period=span,
        cards=_cards(viewer, span),
        questions_open=stock["questions_open"],
        cases_open=stock["open"],
        received_today=received.get(today, 0),
        received=sum(received.values()),
        hot=hot_questions(viewer),
        due=due,
        overdue_by_unit=tuple((row.unit.short_name, row.overdue) for row in units if row.overdue)[:5],
        units=units,
        towns=town_tiles(viewer, span),
        goals=targets.goal_set(viewer),
        signals=tuple(signals.loudest(viewer, SIGNALS)),
    )


def _cards(viewer: Viewer, span: Period) -> tuple[RateCard, ...]:
    since, until = span.before
    now = {figure.code: figure for figure in formulas.rates(viewer, 0, span.since, span.until)}
    before = {figure.code: figure for figure in formulas.rates(viewer, 0, since, until)}
    weeks, wanted = _weekly_rates(span.until), targets.in_force(span.until)
    return tuple(
        RateCard(
            key=key,
            rate=now[key],
            change=_change(now[key], before.get(key)),
            course=weeks[key],
            target=wanted.get(key),
        )
        for key in ("responded", "solved", "satisfied")
        if key in now
    )


def _change(now: Figure, before: Figure | None) -> float | None:
    if before is None or now.percent is None or before.percent is None:
        return None
    return round(now.percent - before.percent, 1)


def _weekly_rates(until: date, weeks: int = 12) -> dict[str, tuple[float, ...]]:
    since = until - timedelta(days=7 * weeks - 1)
    stems = {"responded": "contacted", "solved": "solved", "satisfied": "satisfied"}
    measures = [f"{stem}_{which}" for stem in stems.values() for which in ("yes", "all")]
    days = figures.by_measure_and_day(measures, since=since, until=until)
    return {key: _course(days[f"{stem}_yes"], days[f"{stem}_all"], since) for key, stem in stems.items()}


def _course(yes: dict[date, int], all_: dict[date, int], since: date) -> tuple[float, ...]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for at, counts in enumerate((yes, all_)):
        for day, n in counts.items():
            sums[(day - since).days // 7][at] += n
    return tuple(round(100 * y / n, 1) for _, (y, n) in sorted(sums.items()) if n)


def hot_questions(viewer: Viewer, limit: int = HOT) -> tuple[HotQuestion, ...]:
    """The open questions with the most askers that the viewer may see."""
    rows = list(
        Question.objects.filter(question_access.visible(viewer), state__in=OPEN_STATES)
        .select_related("lead")
        .defer("features", "keys", "search", "facts", "root_cause", "handling_note")
        .order_by("-asker_count", "-id")[:limit]
    )
    today = clock.today()
    since = today - timedelta(days=DAYS - 1)
    moved = figures.by_subject_and_day("question_askers", [q.pk for q in rows], since=since, until=today)
    days = [since + timedelta(days=n) for n in range(DAYS)]
    return tuple(
        HotQuestion(
            question=q,
            lead=q.lead.short_name if q.lead else "待派",
            movement=tuple(max(0, moved.get((q.pk, day), 0)) for day in days),
            days_left=deadlines.days_left(q.due_on) if q.state == Question.State.HANDLING else None,
        )
        for q in rows
    )
