"""Writes on 口径, 剔除 and 发布的数."""

from tongti.formulas.actions.exclusions import ask_exclusion, decide_exclusion, withdraw_exclusion
from tongti.formulas.actions.formulas import Wording, checked, set_formula
from tongti.formulas.actions.publishing import publish, publish_by_habit, retract, run_publishing, set_habit
from tongti.formulas.actions.tallying import tally

__all__ = [
    "Wording",
    "ask_exclusion",
    "checked",
    "decide_exclusion",
    "publish",
    "publish_by_habit",
    "retract",
    "run_publishing",
    "set_formula",
    "set_habit",
    "tally",
    "withdraw_exclusion",
]
