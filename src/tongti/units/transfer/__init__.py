"""Catalogues as files: read, compare with what is here, and apply in one step; or write what is here to a file."""

from tongti.units.transfer.plans import KINDS, Line, Plan, apply, export, plan, reopen
from tongti.units.transfer.sheets import MOST_ROWS

__all__ = ["KINDS", "MOST_ROWS", "Line", "Plan", "apply", "export", "plan", "reopen"]
