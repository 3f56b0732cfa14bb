"""发布的数: the list, one with its lines, a page of its frozen list, and the proof that the numbers are what the list gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from tongti.formulas import access, versions
from tongti.formulas.frozen import rows_at, sums
from tongti.formulas.models import Habit, Published, PublishedLine, Publishing
from tongti.formulas.queries.rates import Counted, faces_of
from tongti.formulas.versions import FormulaView, Share
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Unit

PROVED_AT_SIGHT = 50_000
"""Lists up to this size are added up again whenever the page is opened; larger ones when asked (a second for a million rows)."""
PAGE = 30


@dataclass(frozen=True)
class Line:
    """One unit's published number. ``unit`` None: the whole district."""

    unit: Unit | None
    whole: Share
    out: Share
    rows: int
    small: bool

    @property
    def left(self) -> Share:
        """Without what was left out."""
        return self.whole - self.out


def published(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[Published]:
    """The newest first. Raises NotAllowed."""
    viewer.require(May.BOARD)
    return page_of(Published.objects.select_related("by", "retraction"), order=("-id",), cursor=cursor, size=size)


def wholes(rows: Sequence[Published]) -> dict[int, Line]:
    """The district's number of each."""
    lines = PublishedLine.objects.filter(published__in=[row.pk for row in rows], unit_id=0)
    formulas = {row.pk: versions.from_kept(row.formula) for row in rows}
    return {line.published_id: _line(line, None, formulas[line.published_id]) for line in lines}


def published_for(viewer: Viewer, pk: int) -> Published:
    """Raises NotAllowed, NotVisible."""
    viewer.require(May.BOARD)
    found = Published.objects.select_related("by", "retraction__by", "corrects").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def replaced_by(row: Published) -> Published | None:
    """The one that corrects it."""
    return Published.objects.filter(corrects=row).order_by("-pk").first()


def formula_of(row: Published) -> FormulaView:
    """The formula as it was, word for word."""
    return versions.from_kept(row.formula)


def lines_of(viewer: Viewer, row: Published) -> list[Line]:
    """The district's line, and those of the units she may open."""
    formula = formula_of(row)
    lines = {line.unit_id: line for line in PublishedLine.objects.filter(published=row)}
    units = [unit for unit in Unit.objects.filter(pk__in=lines).order_by("code") if access.reaches(viewer, unit)]
    return [_line(lines[0], None, formula), *(_line(lines[unit.pk], unit, formula) for unit in units)]


def _line(line: PublishedLine, unit: Unit | None, formula: FormulaView) -> Line:
    return Line(
        unit=unit,
        whole=Share(line.numerator, line.denominator),
        out=Share(line.left_numerator, line.left_denominator),
        rows=line.rows,
        small=0 < line.denominator < formula.small,
    )


@dataclass(frozen=True)
class FrozenPage:
    """Some rows of a frozen list; ``after`` is where the next page begins (None at the end)."""

    rows: list[Counted]
    first: int
    total: int
    after: int | None


def frozen(viewer: Viewer, row: Published, *, unit_id: int = 0, after: int = 0) -> FrozenPage:
    """A page of the list behind it, from place ``after`` on: the rows stand in one order for ever, so a place is a key.

    The whole list for those whose board reaches the whole district, else a unit's. Raises NotVisible.
    """
    if unit_id:
        unit = Unit.objects.filter(pk=unit_id).first()
        if unit is None or not access.reaches(viewer, unit):
            raise NotVisible
    elif viewer.scope(May.BOARD) != Scope.ALL:
        raise NotVisible
    line = PublishedLine.objects.filter(published=row, unit_id=unit_id).first()
    if line is None:
        raise NotVisible
    after = min(max(after, 0), line.rows)
    first = line.first + after
    last = min(first + PAGE, line.first + line.rows) - 1
    found = rows_at(row.pk, first, last)
    rows = [(key, case, unit, level, left_out, None) for key, case, unit, level, left_out in found]
    following = after + len(found)
    faces = faces_of(viewer, rows, formula_of(row))
    return FrozenPage(rows=faces, first=after, total=line.rows, after=following if following < line.rows else None)


def proves(row: Published) -> bool:
    """Whether its frozen list, added up again now by its own formula, gives the numbers that were published."""
    formula = formula_of(row)
    counted: dict[tuple[int, bool], dict[str, int]] = {}
    for unit, level, left_out, n in sums(row.pk):
        for which in {0, unit}:
            for out in {False, left_out}:
                of = counted.setdefault((which, out), {})
                of[formula.base.codes[level]] = of.get(formula.base.codes[level], 0) + n
    lines = PublishedLine.objects.filter(published=row)
    return all(
        formula.share(counted.get((line.unit_id, False), {})) == Share(line.numerator, line.denominator)
        and formula.share(counted.get((line.unit_id, True), {})) == Share(line.left_numerator, line.left_denominator)
        for line in lines
    )


def publishings(viewer: Viewer) -> QuerySet[Publishing]:
    """What is being counted now. Raises NotAllowed."""
    viewer.require(May.BOARD)
    return Publishing.objects.exclude(state=Publishing.State.DONE).order_by("pk")[:10]


def may_publish(viewer: Viewer) -> bool:
    """Whether she may publish, retract and set the habit."""
    return viewer.can(access.PUBLISHES)


def habit() -> Habit | None:
    """Whether numbers go out by themselves; None: not set."""
    return Habit.objects.order_by("-pk").first()
