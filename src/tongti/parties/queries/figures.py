"""The key figures of a firm: the newest of each measure with its change, and everything that was ever said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from tongti.parties.models import Firm, KeyFigure
from tongti.parties.periods import Period
from tongti.shared.pages import Page, page_of

Measure, FigureSource = KeyFigure.Measure, KeyFigure.Source

UNITS: dict[str, str] = {
    Measure.OUTPUT: "万元",
    Measure.REVENUE: "万元",
    Measure.INVESTMENT: "万元",
    Measure.STAFF: "人",
    Measure.ORDERS: "万元",
    Measure.ARREARS: "万元",
    Measure.POWER: "万千瓦时",
    Measure.ENERGY: "吨标准煤",
    Measure.FINANCING: "万元",
}
"""The unit in which each measure is entered and shown."""

SHOWN = 400
"""So many current values are read for the small table: ten years of months and quarters of a few measures."""


@dataclass(frozen=True)
class FigureLine:
    """One line of the small table: the newest value of a measure over one span, and the period just before it.

    ``change`` is the difference to the value before, ``percent`` that in percent of it; None where there is nothing to compare.
    """

    measure: str
    label: str
    unit: str
    period: Period
    value: Decimal
    before: Decimal | None
    change: Decimal | None
    percent: Decimal | None
    source: str
    entered_by: str
    entered_at: datetime
    corrected: bool


def figure_lines(firm: Firm) -> list[FigureLine]:
    """The newest period of every measure and span, in the order of the measures; one query."""
    rows = KeyFigure.objects.filter(firm=firm, current=True).select_related("entered_by")
    found = list(rows.order_by("-starts_on", "-id")[:SHOWN])
    by_period = {(row.measure, period_of(row)): row for row in found}
    newest: dict[tuple[str, str], KeyFigure] = {}
    for row in found:
        newest.setdefault((row.measure, row.span), row)
    spans = list(KeyFigure.Span.values)
    order = list(Measure.values)
    lines = sorted(newest.values(), key=lambda row: (order.index(row.measure), spans.index(row.span)))
    return [_line(row, by_period.get((row.measure, period_of(row).before))) for row in lines]


def _line(row: KeyFigure, earlier: KeyFigure | None) -> FigureLine:
    before = earlier.value if earlier else None
    change = row.value - before if before is not None else None
    percent = _rounded(change * 100 / before) if change is not None and before else None
    return FigureLine(
        measure=row.measure,
        label=row.get_measure_display(),
        unit=UNITS[row.measure],
        period=period_of(row),
        value=plain_number(row.value),
        before=plain_number(before) if before is not None else None,
        change=plain_number(change) if change is not None else None,
        percent=percent,
        source=row.get_source_display(),
        entered_by=row.entered_by.name if row.entered_by else "系统",
        entered_at=row.entered_at,
        corrected=row.replaces_id is not None,
    )


def _rounded(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def figure_history(firm: Firm, cursor: str = "", size: int = 30) -> Page[KeyFigure]:
    """Everything that was ever entered, newest entry first, corrected values too."""
    rows = KeyFigure.objects.filter(firm=firm).select_related("entered_by")
    return page_of(rows, order=("-entered_at", "-id"), cursor=cursor, size=size)


def newest_figures(firm_ids: Iterable[int], measures: Iterable[str]) -> dict[tuple[int, str], KeyFigure]:
    """(firm, measure) → its newest current value, for several firms at once; one query. For cards and briefs."""
    rows = KeyFigure.objects.filter(firm_id__in=list(firm_ids), measure__in=list(measures), current=True)
    newest = rows.order_by("firm_id", "measure", "-starts_on", "-id").distinct("firm_id", "measure")
    return {(row.firm_id, row.measure): row for row in newest}


def period_of(row: KeyFigure) -> Period:
    """The period of a value."""
    return Period(row.starts_on, row.span)


def plain_number(value: Decimal) -> Decimal:
    """Without zeros behind the point: 1280.00 → 1280."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
