"""The counters behind the rates: those that the hourly count keeps, and those of what is left out. All have rows, so all are checked."""

from collections.abc import Sequence
from datetime import date

from django.db.models import BigIntegerField, QuerySet, Value

from tongti.figures.checks import Measure
from tongti.formulas import versions
from tongti.formulas.models import Exclusion
from tongti.formulas.vocabulary import BASES, Basis, Rows

# counter → (basis, level): kept by the hourly count, or (the two of verdicts) with the verdict and made good by the hourly count
HOURLY: dict[str, tuple[str, str]] = {
    **{f"due_{level}": ("due", level) for level in BASES["due"].codes},
    "solved_partly": ("solved", "partly"),
    "satisfied_very": ("satisfied", "very"),
    "answered_again": ("again", "again"),
    "answered_redone": ("redone", "redone"),
    **{f"assigned_{level}": ("assigned", level) for level in BASES["assigned"].codes},
}
_FAR = date(9000, 1, 1)
_NO_SUBJECT = Value(0, output_field=BigIntegerField())


def left_out_counter(code: str, basis: str, level: str) -> str:
    """The counter of rows of one level that one rate leaves out."""
    return f"x.{code}.{basis}.{level}"


def left_out_counters(formula: versions.FormulaView) -> tuple[str, ...]:
    """Those that one version reads."""
    return tuple(left_out_counter(formula.code, formula.basis, level) for level in formula.base.codes)


def standing(code: str) -> QuerySet[Exclusion]:
    """What one rate leaves out."""
    return Exclusion.objects.filter(state=Exclusion.State.APPROVED, formulas__contains=[code])


def hourly(since: date | None = None) -> Sequence[Measure]:
    """The counters that are true as of the last hourly count; ``since``: with the rows of these days only."""
    return [_measure(counter, BASES[basis], level, since) for counter, (basis, level) in HOURLY.items()]


def left_out() -> Sequence[Measure]:
    """The counters of what is left out, of every version there is. None at all while nothing is left out: one query."""
    if not Exclusion.objects.exclude(state=Exclusion.State.ASKED).exists():
        return []
    pairs = {(view.code, view.basis) for views in versions.book().versions.values() for view in views}
    return [
        _measure(left_out_counter(code, basis, level), BASES[basis], level, left_out_of=code)
        for code, basis in sorted(pairs)
        for level in BASES[basis].codes
    ]


def _measure(counter: str, basis: Basis, level: str, since: date | None = None, *, left_out_of: str = "") -> Measure:
    rows = basis.between(basis.rows(), since, _FAR) if since else basis.rows()
    if left_out_of:
        rows = rows.filter(of_case__in=standing(left_out_of).values("case_id"))
    name = next(found.name for found in basis.levels if found.code == level)
    said = f"{basis.name}：{name}" + (f"（“{versions.shipped()[left_out_of].name}”剔除的）" if left_out_of else "")
    return Measure(counter, said, counted_rows(rows, basis, level), by_day=True)


def counted_rows(rows: Rows, basis: Basis, level: str) -> Rows:
    """``(unit, subject, day)`` of each row of one level, as the check of the counters takes them."""
    found: Rows = (
        rows.filter(level=basis.codes.index(level))
        .order_by()
        .annotate(of_subject=_NO_SUBJECT)
        .values_list("of_unit", "of_subject", "on_day")
    )
    return found
