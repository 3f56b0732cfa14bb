"""时限墙: every open baton on one axis of working days, by unit, the worst first.

One row of the wall is one unit. All its batons are drawn as thin lines over the shared axis, so two thousand read as a picture;
the first few, and those of one unit on request, are written out with their words.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from tongti.deadlines import queries as days
from tongti.relay import access as relay_access
from tongti.relay.models import OPEN, Baton
from tongti.shared import clock
from tongti.shared.pages import Page, page_of
from tongti.supervision import rules
from tongti.supervision.models import Item
from tongti.units.access import Viewer
from tongti.units.models import Unit

BACK, AHEAD = 10, 20
"""Working days drawn before and after today; what reaches further is cut at the edge and says so in words."""
MOST = 6000
"""More open batons than this and the wall draws the most pressing ones, and says so."""
WRITTEN = 6
"""Rows written out under a unit."""
SORTS = {"worst": "超期最久的在前", "count": "超期最多的在前", "unit": "按单位顺序"}


@dataclass(frozen=True)
class Axis:
    """Working days from ``BACK`` before today to ``AHEAD`` after it. Positions count in working days from the left edge."""

    days: tuple[date, ...]
    today: date

    @property
    def length(self) -> int:
        return len(self.days)

    def at_end_of(self, day: date) -> float:
        """Where a day ends: the right edge of its cell; a day off ends with the working day before it."""
        return float(bisect_right(self.days, day))

    @property
    def now(self) -> float:
        """The middle of today's cell (or the seam, on a day off)."""
        end = self.at_end_of(self.today)
        return end - 0.5 if self.today in self.days else end

    def gaps(self) -> list[int]:
        """Cells that follow a weekend or holiday."""
        return [n for n in range(1, len(self.days)) if (self.days[n] - self.days[n - 1]).days > 1]


def axis(today: date | None = None) -> Axis:
    """The axis of today, by the district's own calendar."""
    today = today or clock.today()
    ahead = days.next_working_days(AHEAD + 1, since=today)
    # far enough back for the longest holiday
    before = [day for day in days.next_working_days(BACK * 4, since=today - timedelta(days=BACK * 3)) if day < today]
    return Axis(tuple(before[-BACK:] + ahead), today)


@dataclass(frozen=True)
class Mark:
    """One baton as drawn: from its start to its due day, and on to now when it is late; positions on the axis."""

    pk: int
    start: float
    due: float
    tone: str
    over: int = 0


@dataclass(frozen=True)
class WallRow:
    """One baton written out. ``waits_for`` names helpers whose lateness this lead suffers: theirs, not the lead's."""

    baton: Baton
    mark: Mark
    left: int
    waits_for: str = ""
    pressed: str = ""

    @property
    def paused(self) -> bool:
        """Whether its clock stands."""
        return self.baton.paused_until is not None

    @property
    def title(self) -> str:
        """What it is about."""
        thing = self.baton.question.title if self.baton.question else self.baton.case and self.baton.case.headline
        return thing or ""

    @property
    def words(self) -> str:
        due = f"{self.baton.due_on.month} 月 {self.baton.due_on.day} 日"
        if self.mark.over:
            return f"超期 {self.mark.over} 个工作日（{due}）"
        if self.mark.tone == "bad":
            return f"已超期（{due}）"
        return f"今天到期（{due}）" if self.left == 0 else f"还有 {self.left} 个工作日（{due}）"


@dataclass(frozen=True)
class UnitWall:
    """One unit's share of the wall."""

    unit: Unit
    marks: tuple[Mark, ...]
    rows: tuple[WallRow, ...] = ()

    @property
    def open(self) -> int:
        return len(self.marks)

    @property
    def overdue(self) -> int:
        return sum(mark.tone == "bad" for mark in self.marks)

    @property
    def near(self) -> int:
        return sum(mark.tone == "warn" for mark in self.marks)

    @property
    def worst(self) -> int:
        return max((mark.over for mark in self.marks), default=0)

    @property
    def more(self) -> int:
        """Batons that are drawn but not written out."""
        return len(self.marks) - len(self.rows)

    @property
    def spoken(self) -> str:
        """The drawing in words."""
        return f"{self.unit.short_name}：在办 {self.open}，超期 {self.overdue}，临期 {self.near}"


@dataclass(frozen=True)
class Wall:
    """All units on one axis."""

    axis: Axis
    units: tuple[UnitWall, ...] = field(default=())
    cut: bool = False

    @property
    def open(self) -> int:
        return sum(unit.open for unit in self.units)

    @property
    def overdue(self) -> int:
        return sum(unit.overdue for unit in self.units)

    @property
    def near(self) -> int:
        return sum(unit.near for unit in self.units)


_COLUMNS = ("pk", "unit_id", "started_on", "due_on", "due_at")


def wall(viewer: Viewer, *, sort: str = "worst", only_late: bool = False) -> Wall:
    """The wall as this viewer may see it; seven queries whatever the number of batons."""
    now = clock.now()
    along = axis(timezone.localdate(now))
    rows = Baton.objects.filter(relay_access.visible(viewer), state__in=OPEN).order_by("due_on", "pk")
    found = list(rows.values_list(*_COLUMNS)[: MOST + 1])
    left = _LeftBy(along.today)
    by_unit: dict[int, list[Mark]] = {}
    for pk, unit_id, started_on, due_on, due_at in found[:MOST]:
        mark = _mark(along, left, pk, started_on, due_on, due_at, now)
        if not only_late or mark.tone == "bad":
            by_unit.setdefault(unit_id, []).append(mark)
    units = Unit.objects.in_bulk(by_unit)
    walls = [UnitWall(units[pk], _worst_first(marks)) for pk, marks in by_unit.items()]
    walls.sort(key=_ORDERS[sort if sort in SORTS else "worst"])
    return Wall(along, tuple(_written(walls, left)), len(found) > MOST)


def unit_wall(viewer: Viewer, unit: Unit, cursor: str = "", *, size: int = 50) -> tuple[Axis, Page[Baton]]:
    """Every open baton of one unit, first due first, on the same axis; each row carries ``row`` (a WallRow)."""
    now = clock.now()
    along = axis(timezone.localdate(now))
    rows = Baton.objects.filter(relay_access.visible(viewer), state__in=OPEN, unit=unit)
    page = page_of(rows.select_related(*_SHOWN), order=("due_on", "id"), cursor=cursor, size=size)
    left = _LeftBy(along.today)
    marks = {b.pk: _mark(along, left, b.pk, b.started_on, b.due_on, b.due_at, now) for b in page.rows}
    for row in _rows(page.rows, marks, left):
        row.baton.row = row  # type: ignore[attr-defined]
    return along, page


def batons_on_wall(viewer: Viewer, pks: Sequence[int]) -> list[Baton]:
    """Batons that were ticked on the wall and that she may see, in the order of their days."""
    rows = Baton.objects.filter(relay_access.visible(viewer), pk__in=pks).select_related(*_SHOWN)
    return list(rows.order_by("due_on", "pk"))


_SHOWN = ("unit", "officer", "question", "case")
_ORDERS = {
    "worst": lambda w: (-w.worst, -w.overdue, -w.near, w.unit.code),
    "count": lambda w: (-w.overdue, -w.near, -w.open, w.unit.code),
    "unit": lambda w: (w.unit.code,),
}


class _LeftBy:
    """Working days left until a day, counted once per day: two thousand batons share a few dozen days."""

    def __init__(self, today: date) -> None:
        self._today = today
        self.near = rules.in_force()[rules.WALL_NEAR].threshold
        self._known: dict[date, int] = {}

    def __call__(self, due_on: date) -> int:
        if due_on not in self._known:
            self._known[due_on] = days.days_left(due_on, self._today) or 0
        return self._known[due_on]


def _mark(
    along: Axis, left: _LeftBy, pk: int, started_on: date, due_on: date, due_at: datetime | None, now: datetime
) -> Mark:
    days_left = left(due_on)
    late = days_left < 0 or (due_at is not None and due_at < now)
    tone = "bad" if late else "warn" if days_left <= left.near else "info"
    return Mark(pk, along.at_end_of(started_on), along.at_end_of(due_on), tone, max(-days_left, 0))


def _worst_first(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    tones = {"bad": 0, "warn": 1, "info": 2}
    return tuple(sorted(marks, key=lambda mark: (-mark.over, tones[mark.tone], mark.due, mark.pk)))


def _written(walls: list[UnitWall], left: _LeftBy) -> Iterable[UnitWall]:
    wanted = [mark.pk for one in walls for mark in one.marks[:WRITTEN]]
    batons = {b.pk: b for b in Baton.objects.filter(pk__in=wanted).select_related(*_SHOWN)}
    marks = {mark.pk: mark for one in walls for mark in one.marks[:WRITTEN]}
    rows = {row.baton.pk: row for row in _rows(list(batons.values()), marks, left)}
    for one in walls:
        yield replace(one, rows=tuple(rows[mark.pk] for mark in one.marks[:WRITTEN] if mark.pk in rows))


def _rows(batons: Sequence[Baton], marks: dict[int, Mark], left: _LeftBy) -> list[WallRow]:
    waits, pressed = _late_helpers(batons), _pressed(batons)
    return [
        WallRow(
            baton=b,
            mark=marks[b.pk],
            left=left(b.due_on),
            waits_for=waits.get((b.question_id, b.case_id), "") if b.role == Baton.Role.LEAD else "",
            pressed=pressed.get((b.question_id, b.case_id, b.unit_id), ""),
        )
        for b in batons
    ]


Key = tuple[int | None, int | None]


def _late_helpers(batons: Sequence[Baton]) -> dict[Key, str]:
    """Helpers past their own day, by matter."""
    questions = [b.question_id for b in batons if b.role == Baton.Role.LEAD and b.question_id]
    cases = [b.case_id for b in batons if b.role == Baton.Role.LEAD and b.case_id]
    late = Baton.objects.filter(state__in=OPEN, due_on__lt=clock.today()).exclude(role=Baton.Role.LEAD)
    names: dict[Key, list[str]] = {}
    for q, c, name in [
        *late.filter(question_id__in=questions).values_list("question_id", "case_id", "unit__short_name"),
        *late.filter(case_id__in=cases).values_list("question_id", "case_id", "unit__short_name"),
    ]:
        names.setdefault((q, c), []).append(name)
    return {key: "、".join(found) for key, found in names.items()}


def _pressed(batons: Sequence[Baton]) -> dict[tuple[int | None, int | None, int], str]:
    """What supervision is open on these matters at these units."""
    rows = Item.objects.exclude(state=Item.State.CLOSED).filter(unit_id__in={b.unit_id for b in batons})
    return {(row.question_id, row.case_id, row.unit_id): row.get_rung_display() for row in rows}
