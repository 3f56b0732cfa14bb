"""The rates as they stand: two numbers each, from counters, with and without what is left out; and the rows behind every number.

Cost: two queries for one unit's rates (the versions, the counters), three for all units', at ten cases and at ten million.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.figures import queries as figures
from tongti.formulas import access, counters, versions
from tongti.formulas.versions import FormulaView, Share
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Unit

NOTHING = "无诉求"


@dataclass(frozen=True)
class Figure:
    """One rate of one unit (or the district) over some days.

    ``numerator`` and ``denominator`` are of everything counted; ``excluded`` is the part of them that was left out (None: nothing),
    ``left`` what remains without it. ``percent`` is of everything; None without any case, and then ``words`` says “无诉求”: not
    ranked, not 100 %. ``small``: too few to mean much. ``formula`` names the version, ``href`` opens the list.
    """

    code: str
    name: str
    whole: Share
    out: Share
    small: bool
    lower: bool
    formula: str
    href: str

    @property
    def numerator(self) -> int | float:
        return self.whole.plain

    @property
    def denominator(self) -> int:
        return self.whole.denominator

    @property
    def percent(self) -> float | None:
        return self.whole.percent

    @property
    def excluded(self) -> tuple[int | float, int] | None:
        return (self.out.plain, self.out.denominator) if self.out.denominator else None

    @property
    def left(self) -> Share:
        """Without what was left out."""
        return self.whole - self.out

    @property
    def words(self) -> str:
        """The number as it is read: “85.7%”, or “无诉求”."""
        return NOTHING if self.percent is None else f"{self.percent:g}%"

    @property
    def left_words(self) -> str:
        """The same without what was left out."""
        return NOTHING if self.left.percent is None else f"{self.left.percent:g}%"


def rates(viewer: Viewer, unit_id: int, since: date, until: date) -> tuple[Figure, ...]:
    """Every rate of one unit (0: the whole district), each by the formula in force on ``until``. Two queries; a unit costs a third.

    Raises NotAllowed, NotVisible when her board does not reach the unit.
    """
    viewer.require(May.BOARD)
    if unit_id:
        unit_for(viewer, unit_id)
    formulas = versions.book().all_on(until)
    n = figures.totals(_counters(formulas), since=since, until=until, unit_id=unit_id)
    return tuple(figure_of(formula, n, unit_id, since, until) for formula in formulas)


@dataclass(frozen=True)
class UnitRates:
    """One line of the table of all units."""

    unit: Unit
    figures: tuple[Figure, ...]


def rates_by_unit(viewer: Viewer, since: date, until: date) -> tuple[UnitRates, ...]:
    """The rates of every unit that she may open and that had anything to count, by the units' own order: nobody is ranked.

    Three queries. Raises NotAllowed.
    """
    viewer.require(May.BOARD)
    formulas = versions.book().all_on(until)
    sums = figures.by_unit(_counters(formulas), since=since, until=until)
    ids = {unit for counts in sums.values() for unit, n in counts.items() if n}
    found = []
    for unit in Unit.objects.filter(pk__in=ids).order_by("code"):
        if access.reaches(viewer, unit):
            n = {name: counts.get(unit.pk, 0) for name, counts in sums.items()}
            found.append(UnitRates(unit, tuple(figure_of(f, n, unit.pk, since, until) for f in formulas)))
    return tuple(found)


def figure_of(formula: FormulaView, n: Mapping[str, int], unit_id: int, since: date, until: date) -> Figure:
    """One rate from the sums of its counters."""
    whole = formula.share(formula.base.counted(n))
    out = formula.share(
        {
            level: max(0, n.get(counters.left_out_counter(formula.code, formula.basis, level), 0))
            for level in formula.base.codes
        }
    )
    asked: dict[str, str | int] = {"since": since.isoformat(), "until": until.isoformat()}
    if unit_id:
        asked["unit"] = unit_id
    return Figure(
        code=formula.code,
        name=formula.name,
        whole=whole,
        # the hourly count may lag: more cannot be left out than there is
        out=out if out.denominator <= whole.denominator and out.numerator <= whole.numerator else whole,
        small=0 < whole.denominator < formula.small,
        lower=formula.lower,
        formula=formula.label,
        href=f"{reverse('desk:rate', args=[formula.code])}?{urlencode(asked)}",
    )


def _counters(formulas: Iterable[FormulaView]) -> list[str]:
    found = [name for f in formulas for name in (*f.base.counters, *counters.left_out_counters(f))]
    return list(dict.fromkeys(found))


def preview(formula: FormulaView, since: date, until: date) -> Figure:
    """What the district's figure would be by a formula that is not in force (yet). One query; for whoever keeps formulas."""
    return figure_of(formula, figures.totals(_counters([formula]), since=since, until=until), 0, since, until)


def rows_counted(codes: Sequence[str], since: date, until: date) -> int:
    """How many rows the lists of these rates hold together, by the counters. For the action that publishes them."""
    book = versions.book()
    formulas = [book.on(code, until) for code in codes]
    n = figures.totals(_counters(formulas), since=since, until=until)
    return sum(formula.share(formula.base.counted(n)).denominator for formula in formulas)


def unit_for(viewer: Viewer, pk: int) -> Unit:
    """Raises NotVisible when her board does not reach the unit."""
    unit = Unit.objects.filter(pk=pk).first()
    if unit is None or not access.reaches(viewer, unit):
        raise NotVisible
    return unit


# --- the rows behind a number -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """One row of a list: which case (or whose baton), how it turned out, what it weighs, left out or not.

    ``case`` and ``question`` are None for whoever may not read them.
    """

    key: int
    unit: str
    day: date | None
    level: str
    weight: str
    left_out: bool
    case: Case | None
    question: Question | None
    number: str


def behind(
    viewer: Viewer, code: str, since: date, until: date, *, unit_id: int = 0, only: str = "", cursor: str = ""
) -> tuple[Page[Any], list[Counted]]:
    """The rows that a rate counts: all, those in its numerator (``met``), the others (``unmet``), or what is left out (``out``).

    Raises NotAllowed, NotVisible.
    """
    viewer.require(May.BOARD)
    if code not in versions.shipped():
        raise NotVisible
    formula = versions.book().on(code, until)
    base = formula.base
    left = counters.standing(code).filter(case=OuterRef("of_case"))
    rows = base.between(base.rows(), since, until).annotate(left_out=Exists(left))
    levels = [
        level
        for level in formula.counted
        if only not in ("met", "unmet") or bool(formula.weight(level)) == (only == "met")
    ]
    rows = rows.filter(level__in=[base.codes.index(level) for level in levels])
    if only == "out":
        rows = rows.filter(left_out=True)
    if unit_id:
        rows = rows.filter(of_unit=unit_for(viewer, unit_id).pk)
    elif viewer.scope(May.BOARD) != Scope.ALL:
        rows = rows.filter(of_unit__in=_units_within(viewer))
    page = page_of(rows, order=base.order, cursor=cursor)
    faces = faces_of(viewer, [(r.pk, r.of_case, r.of_unit, r.level, r.left_out, r.on_day) for r in page.rows], formula)
    return page, faces


def _units_within(viewer: Viewer) -> list[int]:
    return [unit.pk for unit in Unit.objects.only("pk", "path") if access.reaches(viewer, unit)]


Row = tuple[int, int, int, int, bool, date | None]


def faces_of(viewer: Viewer, rows: Sequence[Row], formula: FormulaView) -> list[Counted]:
    """Rows (key, case, unit, level, left out, day) with what this viewer may see of them; three queries a page."""
    units = dict(Unit.objects.filter(pk__in={row[2] for row in rows}).values_list("pk", "short_name"))
    batons = _batons([row[0] for row in rows]) if formula.base.of_batons else {}
    case_ids = {row[1] for row in rows} - {0}
    seen = Case.objects.filter(case_access.visible(viewer), pk__in=case_ids).defer("search").in_bulk()
    numbers = dict(Case.objects.filter(pk__in=case_ids - set(seen)).values_list("pk", "number"))
    names = {level.code: level.name for level in formula.base.levels}
    found = []
    for key, case_id, unit, level, left_out, day in rows:
        code = formula.base.codes[level]
        baton = batons.get(key)
        question = baton.question if baton else None
        case = seen.get(case_id)
        found.append(
            Counted(
                key=key,
                unit=units.get(unit, "—"),
                day=day,
                level=names[code],
                weight=f"{formula.weight(code).normalize():f}",
                left_out=left_out,
                case=case,
                question=question if viewer.can(May.SEE) else None,
                number=case.number if case else question.number if question else numbers.get(case_id, "—"),
            )
        )
    return found


def _batons(ids: Sequence[int]) -> dict[int, Baton]:
    rows = Baton.objects.filter(pk__in=ids).select_related("question").only("id", "question__number", "question__title")
    return rows.in_bulk()
