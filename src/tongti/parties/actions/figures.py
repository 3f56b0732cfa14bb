"""指标数: enter what a firm, a visit or the statisticians said; a newer value corrects, nothing is overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction

from tongti.parties.access import within
from tongti.parties.actions.firms import require_keep
from tongti.parties.models import Firm, KeyFigure
from tongti.parties.periods import Period
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.shared.text import tidy
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

MOST = Decimal(99999999999999)
NOTE_LIMIT = 100
WHOLE = frozenset({KeyFigure.Measure.STAFF})


@dataclass(frozen=True)
class FigureDraft:
    """One value as it was said; ``value`` in the unit of the measure (queries.UNITS)."""

    measure: str
    period: Period
    value: str
    source: str
    note: str = ""


Key = tuple[int, str, str, date]


def read_value(typed: str, measure: str, field: str = "value") -> Decimal:
    """A typed number, with or without thousands marks, not negative, at most two decimals. Raises BadInput."""
    text = typed.strip().replace(",", "").replace("，", "").replace(" ", "")
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadInput(field, "“数值”请填数字，例如 1280 或 1280.5。") from error
    if not value.is_finite() or value < 0:
        raise BadInput(field, "“数值”不能小于 0。")
    if value > MOST:
        raise BadInput(field, "“数值”太大了，请检查单位。")
    if measure in WHOLE and value != value.to_integral_value():
        raise BadInput(field, "人数请填整数。")
    return value.quantize(Decimal("0.01"))


def enter_figure(*, firm: Firm, draft: FigureDraft, by: Actor) -> bool:
    """One value of one period; whether anything changed. The same value from the same source again changes nothing; another
    value corrects the earlier one. Raises BadInput, FirmMerged, NotAllowed, Raced."""
    require_keep(firm, by=by)
    return bool(enter_figures(entries=[(firm, draft)], by=by))


@transaction.atomic
def enter_figures(*, entries: Sequence[tuple[Firm, FigureDraft]], by: Actor) -> list[KeyFigure]:
    """Values of several firms at once, by the same rule; answers those that were written. One event for each firm.

    Raises BadInput, NotAllowed, Raced (somebody entered the same period at this very moment).
    """
    _require_all(entries, by=by)
    wanted = {_key(firm, draft): _row(firm, draft, by=by) for firm, draft in entries}
    firms = {firm.pk: firm for firm, _ in entries}
    current = {
        (row.firm_id, row.measure, row.span, row.starts_on): row
        for row in KeyFigure.objects.filter(
            firm__in=firms, current=True, starts_on__in={draft.period.starts_on for _, draft in entries}
        )
    }
    rows = [row for key, row in wanted.items() if not _says_the_same(row, current.get(key))]
    for row in rows:
        row.replaces = current.get((row.firm_id, row.measure, row.span, row.starts_on))
    retired = [row.replaces_id for row in rows if row.replaces_id]
    if KeyFigure.objects.filter(pk__in=retired, current=True).update(current=False) != len(retired):
        raise Raced
    try:
        with transaction.atomic():
            KeyFigure.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Raced from error
    by_firm: dict[int, list[KeyFigure]] = {}
    for row in rows:
        by_firm.setdefault(row.firm_id, []).append(row)
    facts = [("firm.figures_entered", firms[pk], _facts(of_firm)) for pk, of_firm in by_firm.items()]
    trail.record_many([(verb, firm, fact) for verb, firm, fact in facts], by=by)
    return rows


def _row(firm: Firm, draft: FigureDraft, *, by: Actor) -> KeyFigure:
    if draft.measure not in KeyFigure.Measure.values:
        raise BadInput("measure", "没有这个指标，请重新选择。")
    if draft.source not in KeyFigure.Source.values:
        raise BadInput("source", "请选择是谁说的。")
    value, note = read_value(draft.value, draft.measure), tidy(draft.note)
    if len(note) > NOTE_LIMIT:
        raise BadInput("note", f"“说明”写了 {len(note)} 字，最多 {NOTE_LIMIT} 字。")
    return KeyFigure(
        firm=firm,
        measure=draft.measure,
        span=draft.period.span,
        starts_on=draft.period.starts_on,
        value=value,
        source=draft.source,
        note=note,
        entered_by_id=by.officer_id if isinstance(by, Viewer) else None,
        entered_at=clock.now(),
    )


def _key(firm: Firm, draft: FigureDraft) -> Key:
    return firm.pk, draft.measure, draft.period.span, draft.period.starts_on


def _says_the_same(row: KeyFigure, before: KeyFigure | None) -> bool:
    return before is not None and (before.value, before.source, before.note) == (row.value, row.source, row.note)


def _facts(rows: Sequence[KeyFigure]) -> dict[str, object]:
    corrected = [row.replaces_id for row in rows if row.replaces_id]
    return {"figures": [row.pk for row in rows], **({"corrects": corrected} if corrected else {})}


def _require_all(entries: Sequence[tuple[Firm, FigureDraft]], *, by: Actor) -> None:
    if not isinstance(by, Viewer):
        return
    ids = {firm.pk for firm, _ in entries}
    if Firm.objects.filter(within(by, May.KEEP_FIRMS), pk__in=ids, merged_into=None).count() != len(ids):
        raise NotAllowed(what=May.KEEP_FIRMS.value)
