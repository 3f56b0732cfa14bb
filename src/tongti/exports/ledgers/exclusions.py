"""剔除台账: which case was left out of which rates, who asked and why, who decided (domain sheet W1, reports: ledger of exclusions)."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from tongti.exports.ledgers.ledger import Asked, For, Ledger, day_of
from tongti.formulas import queries as formulas
from tongti.formulas.models import Exclusion
from tongti.shared.privacy import without_numbers
from tongti.units.access import May
from tongti.units.models import Unit


def _rows(whom: For, asked: Asked) -> QuerySet[Exclusion]:
    rows = formulas.exclusions(whom.viewer).filter(asked.within("asked_at", moment=True, state="state"))
    return rows.filter(asked_unit_id=asked.unit_id) if asked.unit_id else rows


def _lines(_whom: For, rows: Sequence[Exclusion]) -> list[list[str]]:
    names = dict(Unit.objects.filter(pk__in={row.asked_unit_id for row in rows}).values_list("pk", "short_name"))
    return [
        [
            row.case.number,
            formulas.formula_names(row.formulas),
            formulas.reason_words(row.reason),
            without_numbers(row.evidence),
            names.get(row.asked_unit_id or 0, ""),
            row.asked_by.name,
            day_of(timezone.localdate(row.asked_at)),
            str(row.get_state_display()),
            row.decided_by.name if row.decided_by else "",
            day_of(timezone.localdate(row.decided_at)) if row.decided_at else "",
            without_numbers(row.note),
            without_numbers(row.withdrawn_for),
        ]
        for row in rows
    ]


LEDGERS = (
    Ledger(
        "exclusions",
        "剔除台账",
        "每次申请一行：哪件诉求从哪些率里剔除、为什么、谁申请、谁批准。",
        (May.SEE, May.BOARD),
        (
            ("诉求编号", 16), ("从哪些率里剔除", 24), ("理由", 20), ("佐证", 36), ("申请单位", 14), ("申请人", 10), ("申请", 12),
            ("状态", 10), ("审批人", 10), ("审批", 12), ("审批意见", 30), ("撤销的理由", 24),
        ),
        _rows,
        _lines,
        days="申请日期",
        by_unit=True,
        states={str(code): str(word) for code, word in Exclusion.State.choices},
    ),
)  # fmt: skip
