"""Reads on 口径, the rates, 剔除 and 发布的数."""

from datetime import date

from tongti.formulas import versions
from tongti.formulas.queries.exclusions import (
    exclusion_for,
    exclusions,
    exclusions_waiting,
    formula_names,
    ledger,
    may_ask,
    may_decide,
    of_case,
    open_to_exclusion,
    reason_words,
)
from tongti.formulas.queries.published import (
    PROVED_AT_SIGHT,
    FrozenPage,
    Line,
    formula_of,
    frozen,
    habit,
    lines_of,
    may_publish,
    proves,
    published,
    published_for,
    publishings,
    replaced_by,
    wholes,
)
from tongti.formulas.queries.rates import Counted, Figure, UnitRates, behind, preview, rates, rates_by_unit, unit_for
from tongti.formulas.versions import FormulaView
from tongti.formulas.vocabulary import BASES, Basis
from tongti.shared.errors import NotVisible

__all__ = [
    "BASES",
    "PROVED_AT_SIGHT",
    "Basis",
    "Counted",
    "Figure",
    "FormulaView",
    "FrozenPage",
    "Line",
    "UnitRates",
    "behind",
    "exclusion_for",
    "exclusions",
    "exclusions_waiting",
    "formula_names",
    "formula_of",
    "formula_on",
    "formulas_on",
    "frozen",
    "habit",
    "ledger",
    "lines_of",
    "may_ask",
    "may_decide",
    "may_publish",
    "of_case",
    "open_to_exclusion",
    "preview",
    "proves",
    "published",
    "published_for",
    "publishings",
    "rates",
    "rates_by_unit",
    "reason_words",
    "reasons",
    "replaced_by",
    "unit_for",
    "versions_of",
    "wholes",
]

reasons = versions.reasons


def formulas_on(day: date) -> list[FormulaView]:
    """Every rate's version of a day. Open to every officer: whoever is counted may read how."""
    return versions.book().all_on(day)


def formula_on(code: str, day: date) -> FormulaView:
    """Raises NotVisible."""
    if code not in versions.shipped():
        raise NotVisible
    return versions.book().on(code, day)


def versions_of(code: str) -> tuple[FormulaView, ...]:
    """Every version of one rate, what ships first. Raises NotVisible."""
    if code not in versions.shipped():
        raise NotVisible
    return versions.book().versions[code]
