"""The rule in force, and the arithmetic: pure, so that a test can show it with numbers one can follow on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, pstdev

from tongti.signals.models import SignalRule

LEAST_WEEKS = 4
"""Fewer weeks of history than this say nothing about what is usual."""


@dataclass(frozen=True)
class Rule:
    """``weeks`` before, ``deviations`` above their mean, ``minimum`` cases, and whether last year's same weeks count too."""

    weeks: int
    deviations: Decimal
    minimum: int
    season: bool
    source: str


SHIPPED = Rule(
    8, Decimal("2.0"), 5, season=True, source="出厂设置，未经本地核对：近 8 周平均加 2 倍标准差；不是法定标准"
)


@dataclass(frozen=True)
class Usual:
    """What is usual for one cell: mean and standard deviation of the weeks before, and last year's mean when there is one."""

    past: tuple[int, ...]
    mean: float
    deviation: float
    season: float | None


def in_force() -> Rule:
    """The district's newest rule, or the shipped one; one query."""
    own = SignalRule.objects.order_by("-pk").first()
    return Rule(own.weeks, own.deviations, own.minimum, own.season, own.source) if own else SHIPPED


def usual(past: Sequence[int], season: Sequence[int] | None) -> Usual:
    """``past``: cases of each week before, a week without any is a 0; ``season``: last year's weeks, None when unknown."""
    return Usual(tuple(past), fmean(past), pstdev(past), fmean(season) if season else None)


def speaks(count: int, known: Usual, rule: Rule) -> bool:
    """More than mean + deviations × standard deviation, at least the minimum, and more than the same weeks of last year had:
    what comes every year at this time is the season (domain sheet W3, 2.10)."""
    unusual = count > known.mean + float(rule.deviations) * known.deviation
    return count >= rule.minimum and unusual and (known.season is None or count > known.season)
