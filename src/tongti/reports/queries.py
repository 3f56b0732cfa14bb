"""What leaders look at. Every number comes from counters and opens its list; nothing here counts rows of cases.

Cost: a dozen small queries, the same at a thousand cases and at ten million (docs/adr/0004-figures.md).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import QuerySet, Subquery

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.deadlines import queries as deadlines
from tongti.figures import queries as figures
from tongti.figures.checks import drift_of
from tongti.figures.models import Check
from tongti.questions import access as question_access
from tongti.questions.models import Question
from tongti.relay import access as relay_access
from tongti.relay.models import OPEN, Baton
from tongti.reports.measures import measures
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.trail import queries as trail
from tongti.trail.models import Event
from tongti.units.access import May, Viewer
from tongti.units.models import Unit
from tongti.verdicts import queries as verdicts
from tongti.verdicts.queries import Rate, Rates

BEGINNING = date(2000, 1, 1)  # stocks are sums of all their changes
OPEN_STATES = (Question.State.SET_UP, Question.State.HANDLING, Question.State.ANSWERED)
HOT = 8
DAYS = 7
WALL_DAYS = 10
NEAR_DAYS = 2  # 临期: due within two working days (ui.md tokens)
ON_TIME_GOOD, ON_TIME_FAIR = 97.0, 92.0
CHECKS_SHOWN = 14
PERIODS = {"week": "本周", "month": "本月", "quarter": "本季", "year": "今年"}


@dataclass(frozen=True)
class Period:
    """Some days with a name; ``before`` is the same stretch one step earlier, for comparison."""

    code: str
    name: str
    since: date
    until: date

    @property
    def before(self) -> tuple[date, date]:
        length = self.until - self.since
        end = self.since - timedelta(days=1)
        return end - length, end


def period(code: str, today: date | None = None) -> Period:
    """The running week, month, quarter or year up to today; an unknown code is the month."""
    until = today or clock.today()
    starts = {
        "week": until - timedelta(days=until.weekday()),
        "month": until.replace(day=1),
        "quarter": until.replace(month=(until.month - 1) // 3 * 3 + 1, day=1),
        "year": until.replace(month=1, day=1),
    }
    code = code if code in starts else "month"
    return Period(code=code, name=PERIODS[code], since=starts[code], until=until)


@dataclass(frozen=True)
class RateCard:
    """One rate with its change in percentage points against the stretch before, and its course over twelve weeks."""

    key: str
    rate: Rate
    change: float | None
    course: tuple[float, ...]

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
class DueDay:
    """Open batons that fall due on one working day; ``day`` None gathers everything overdue."""

    day: date | None
    count: int
    near: bool = False


@dataclass(frozen=True)
class UnitRow:
    """One unit of the table: stock, on-time rate, satisfied rate, overdue batons."""

    unit: Unit
    open: int
    on_time: Rate
    solved: Rate
    satisfied: Rate
    overdue: int

    @property
    def tone(self) -> str:
        """Colour of the on-time bar; the number stands beside it."""
        share = self.on_time.percent or 0.0
        return "ok" if share >= ON_TIME_GOOD else "warn" if share >= ON_TIME_FAIR else "bad"


@dataclass(frozen=True)
class Board:
    """Everything on the leader's page."""

    period: Period
    cards: tuple[RateCard, ...]
    asked: int
    given: int
    questions_open: int
    cases_open: int
    received_today: int
    received: int
    hot: tuple[HotQuestion, ...]
    due: tuple[DueDay, ...]
    overdue_by_unit: tuple[tuple[str, int], ...]
    units: tuple[UnitRow, ...]

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
    now = verdicts.rates(since=span.since, until=span.until)
    stock = figures.totals(["questions_open", "open"], since=BEGINNING, until=today)
    units = unit_rows(viewer, span)
    due = due_days(today)
    return Board(
        period=span,
        cards=_cards(span, now),
        asked=now.asked,
        given=now.given,
        questions_open=stock["questions_open"],
        cases_open=stock["open"],
        received_today=figures.totals(["received"], since=today, until=today)["received"],
        received=figures.totals(["received"], since=span.since, until=span.until)["received"],
        hot=hot_questions(viewer),
        due=due,
        overdue_by_unit=tuple((row.unit.short_name, row.overdue) for row in units if row.overdue)[:5],
        units=units,
    )


def _cards(span: Period, now: Rates) -> tuple[RateCard, ...]:
    since, until = span.before
    before = verdicts.rates(since=since, until=until)
    weeks = _weekly_rates(span.until)
    return tuple(
        RateCard(
            key=key, rate=getattr(now, key), change=_change(getattr(now, key), getattr(before, key)), course=weeks[key]
        )
        for key in ("responded", "solved", "satisfied")
    )


def _change(now: Rate, before: Rate) -> float | None:
    if now.percent is None or before.percent is None:
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


def due_days(today: date, unit_id: int = 0) -> tuple[DueDay, ...]:
    """Overdue first, then the next ten working days; what falls due on a day off is shown on the working day after it."""
    days = deadlines.next_working_days(WALL_DAYS, since=today)
    previous = today - timedelta(days=1)
    overdue = figures.totals(["batons_due"], since=BEGINNING, until=previous, unit_id=unit_id)["batons_due"]
    counts = figures.by_day("batons_due", since=today, until=days[-1], unit_id=unit_id)
    columns = [DueDay(day=None, count=max(0, overdue))]
    for at, day in enumerate(days):
        count = sum(n for due, n in counts.items() if previous < due <= day)
        columns.append(DueDay(day=day, count=max(0, count), near=at < NEAR_DAYS))
        previous = day
    return tuple(columns)


def unit_rows(viewer: Viewer, span: Period) -> tuple[UnitRow, ...]:
    """Units that hold or held something in the period, the most overdue first; a unit without any is left out."""
    today = clock.today()
    stock = figures.by_unit(["batons_open"], since=BEGINNING, until=today)["batons_open"]
    overdue = figures.by_unit(["batons_due"], since=BEGINNING, until=today - timedelta(days=1))["batons_due"]
    measures = ["answered", "answered_late", "solved_yes", "solved_all", "satisfied_yes", "satisfied_all"]
    flows = figures.by_unit(measures, since=span.since, until=span.until)
    ids = {pk for counts in (stock, *flows.values()) for pk, n in counts.items() if n}
    rows = [_unit_row(unit, stock, overdue, flows) for unit in Unit.objects.filter(pk__in=ids) if _sees(viewer, unit)]
    return tuple(sorted(rows, key=lambda row: (-row.overdue, -row.open, row.unit.code)))


def _unit_row(unit: Unit, stock: dict[int, int], overdue: dict[int, int], flows: dict[str, dict[int, int]]) -> UnitRow:
    n = {measure: counts.get(unit.pk, 0) for measure, counts in flows.items()}
    return UnitRow(
        unit=unit,
        open=max(0, stock.get(unit.pk, 0)),
        on_time=Rate("按期率", n["answered"] - n["answered_late"], n["answered"]),
        solved=Rate("解决率", n["solved_yes"], n["solved_all"]),
        satisfied=Rate("满意率", n["satisfied_yes"], n["satisfied_all"]),
        overdue=max(0, overdue.get(unit.pk, 0)),
    )


def _sees(viewer: Viewer, unit: Unit) -> bool:
    return viewer.can_at(May.BOARD, unit.pk, unit.path)


class Due(StrEnum):
    """Which open batons a list shows when it is not about one day."""

    OVERDUE = "overdue"
    NEAR = "near"
    ALL = "all"


def due_list(
    viewer: Viewer, *, on: date | None = None, which: str = Due.OVERDUE, unit_id: int = 0, cursor: str = ""
) -> Page[Baton]:
    """The open batons behind one column (``on``) or one figure (``which``), of one unit or of all, by due date."""
    viewer.require(May.BOARD)
    rows = Baton.objects.filter(relay_access.visible(viewer), state__in=OPEN).select_related("unit", "question", "case")
    today = clock.today()
    if on is None and which == Due.NEAR:
        rows = rows.filter(due_on__gte=today, due_on__lte=deadlines.next_working_days(NEAR_DAYS, since=today)[-1])
    elif on is None and which != Due.ALL:
        rows = rows.filter(due_on__lt=today)
    elif on is not None:
        rows = rows.filter(due_on__gt=_working_day_before(on), due_on__lte=on)
    if unit_id:
        rows = rows.filter(unit_id=unit_id)
    return page_of(rows, order=["due_on", "id"], cursor=cursor)


@dataclass(frozen=True)
class Answered:
    """One answering behind an on-time rate; ``case`` is None for whoever may not read cases."""

    at: datetime
    late: bool
    case: Case | None


def answered_list(
    viewer: Viewer, unit_id: int, span: Period, *, late: bool | None = None, cursor: str = ""
) -> tuple[Page[Event], list[Answered]]:
    """What the unit answered in the period, newest first: all, the late ones, or those on time. Read from the trail, because a
    case that came back and was answered again counts twice. Raises NotAllowed."""
    viewer.require(May.BOARD)
    rows = trail.between(Event.objects.filter(verb="case.answered", facts__holder=unit_id), span.since, span.until)
    if late is not None:
        rows = rows.filter(facts__late=True) if late else rows.exclude(facts__has_key="late")
    page = page_of(rows, order=["-id"], cursor=cursor)
    cases = Case.objects.filter(case_access.visible(viewer)).defer("search").in_bulk([e.object_id for e in page.rows])
    return page, [Answered(e.at, bool(e.facts.get("late")), cases.get(e.object_id)) for e in page.rows]


def _working_day_before(day: date) -> date:
    # the column of today starts today; a later one also takes the days off before it
    if day <= clock.today():
        return day - timedelta(days=1)
    earlier = [d for d in deadlines.next_working_days(WALL_DAYS + 1, since=clock.today()) if d < day]
    return earlier[-1] if earlier else clock.today() - timedelta(days=1)


def unit_for(viewer: Viewer, pk: int) -> Unit:
    """Raises NotVisible when the viewer's board does not reach the unit."""
    unit = Unit.objects.filter(pk=pk).first()
    if unit is None or not _sees(viewer, unit):
        raise NotVisible
    return unit


def units_on_board(viewer: Viewer) -> Sequence[Unit]:
    """Units whose figures the viewer may open, for the filter."""
    return [unit for unit in Unit.objects.filter(active=True).order_by("code") if _sees(viewer, unit)]


# --- the nightly check of the figures, for the auditor ----------------------------------------------------------------


@dataclass(frozen=True)
class DriftLine:
    """One figure that does not agree, in words."""

    measure: str
    whose: str
    day: date | None
    kept: int
    counted: int


def checks(viewer: Viewer) -> list[Check]:
    """The last CHECKS_SHOWN checks of the figures, newest first. Raises NotAllowed."""
    viewer.require(May.AUDIT)
    return list(Check.objects.order_by("-id").defer("drifts")[:CHECKS_SHOWN])


def standing_check(viewer: Viewer) -> QuerySet[Check]:
    """The newest check, when it found something that nobody has put right; else nothing."""
    if not viewer.can(May.AUDIT):
        return Check.objects.none()
    newest = Check.objects.order_by("-id").values("pk")[:1]
    return Check.objects.filter(pk=Subquery(newest), drifted__gt=0, corrected_at=None)


def drift_lines(viewer: Viewer, check_id: int) -> tuple[Check, list[DriftLine]]:
    """One check with the figures that did not agree, the largest of each measure. Raises NotAllowed, NotVisible."""
    viewer.require(May.AUDIT)
    check = Check.objects.filter(pk=check_id).first()
    if check is None:
        raise NotVisible
    names = {measure.code: measure.name for measure in measures()}
    found = [drift_of(stored) for stored in check.drifts]
    units = dict(Unit.objects.filter(pk__in={d.unit_id for d in found}).values_list("pk", "short_name"))
    questions = dict(Question.objects.filter(pk__in={d.subject_id for d in found}).values_list("pk", "number"))
    return check, [
        DriftLine(
            measure=names.get(d.measure, d.measure),
            whose=questions.get(d.subject_id, "")
            or units.get(d.unit_id, "")
            or ("全区" if not d.unit_id else f"单位 {d.unit_id}"),
            day=d.day,
            kept=d.kept,
            counted=d.counted,
        )
        for d in found
    ]
