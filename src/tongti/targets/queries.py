"""Reading targets, the goal set and its values. What nobody entered is None, and a page says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tongti.formulas import queries as formulas
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.targets import access
from tongti.targets.models import Indicator, IndicatorValue, Target
from tongti.units.access import May, Viewer
from tongti.visits.models import Campaign, Goal

ON_PACE, NEAR_PACE = 1.0, 0.7
"""Shares of what time would ask for: from the first it keeps up, from the second it is a little slow (ui.md, bullet bar)."""


def rates() -> list[tuple[str, str]]:
    """(code, name) of the rates that can have a target."""
    return [(formula.code, formula.name) for formula in formulas.formulas_on(clock.today())]


def in_force(day: date) -> dict[str, Target]:
    """The target of each rate on a day; a rate without one is absent. One query. Public figures: no viewer."""
    rows = Target.objects.filter(ended_at=None, since__lte=day, until__gte=day).select_related("owner").order_by("pk")
    return {row.rate: row for row in rows}


def targets(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[Target]:
    """Every target that was ever set, the newest first. Raises NotAllowed."""
    viewer.require(May.BOARD)
    return page_of(Target.objects.select_related("owner", "by"), order=("-at", "-id"), cursor=cursor, size=size)


def target_for(viewer: Viewer, pk: int) -> Target:
    """Raises NotAllowed, NotVisible."""
    viewer.require(May.SET_TARGETS)
    found = Target.objects.filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def rate_name(code: str) -> str:
    """What a rate is called; the code itself when its formula is no longer in force."""
    return dict(rates()).get(code, code)


@dataclass(frozen=True)
class Slot:
    """One named slot of the goal set as the leader sees it: who answers for it, the latest value, how far it is.

    ``done`` and ``tick`` are percent of the way from the base to the target, and of the days; None where a number is missing.
    """

    goal: Goal
    indicator: Indicator | None
    latest: IndicatorValue | None
    today: date

    @property
    def done(self) -> float | None:
        """Percent of the way from base to target, below zero when it went the wrong way, over a hundred when it is passed."""
        base, target = self.goal.baseline or Decimal(0), self.goal.target
        if self.latest is None or target is None or target == base:
            return None
        return round(float((self.latest.value - base) / (target - base) * 100), 1)

    @property
    def tick(self) -> float | None:
        """Percent of the days gone by."""
        if self.indicator is None:
            return None
        whole = (self.indicator.ends_on - self.indicator.starts_on).days
        return round(min(max((self.today - self.indicator.starts_on).days / whole, 0), 1) * 100, 1)

    @property
    def pace(self) -> str:
        """“ok”, “warn”, “bad”: ahead of time, a little slow, clearly slow; “” when it cannot be said."""
        if self.done is None or self.tick is None:
            return ""
        if self.done >= self.tick * ON_PACE:
            return "ok"
        return "warn" if self.done >= self.tick * NEAR_PACE else "bad"


@dataclass(frozen=True)
class GoalSet:
    """三升、两去、三消减 of the running campaign: its named slots by group, and how many are not named yet."""

    campaign: Campaign
    groups: tuple[tuple[str, tuple[Slot, ...]], ...]
    unnamed: int

    @property
    def slots(self) -> Sequence[Slot]:
        return [slot for _name, slots in self.groups for slot in slots]


MOST_SLOTS = 80
GROUP_NAMES = {"up": "三升", "remove": "两去", "cut": "三消减"}


def goal_set(viewer: Viewer) -> GoalSet | None:
    """The goal set of the newest campaign whose days include today; None without one. Two queries. Raises NotAllowed."""
    viewer.require(May.BOARD)
    today = clock.today()
    running = Goal.objects.filter(campaign__starts_on__lte=today, campaign__ends_on__gte=today)
    rows = running.select_related("campaign", "indicator__owner").order_by(
        "-campaign__starts_on", "-campaign_id", "place"
    )
    # a few campaigns at most run at once, of eight slots each
    every = list(rows[:MOST_SLOTS])
    if not every:
        return None
    campaign = every[0].campaign
    goals = [goal for goal in every if goal.campaign_id == campaign.pk]
    named = [goal for goal in goals if goal.name and goal.source]
    latest = _latest([goal.indicator.pk for goal in named if hasattr(goal, "indicator")])
    slots = [_slot(goal, latest, today) for goal in named]
    groups = tuple((word, tuple(s for s in slots if s.goal.group == code)) for code, word in GROUP_NAMES.items())
    return GoalSet(campaign, tuple((word, found) for word, found in groups if found), len(goals) - len(named))


def slot_for(viewer: Viewer, goal_id: int) -> Slot:
    """One named slot, of any campaign. Raises NotAllowed, NotVisible."""
    viewer.require(May.BOARD)
    goal = Goal.objects.select_related("campaign", "indicator__owner").filter(pk=goal_id).first()
    if goal is None or not (goal.name and goal.source):
        raise NotVisible
    return _slot(goal, _latest([goal.indicator.pk] if hasattr(goal, "indicator") else []), clock.today())


def values(viewer: Viewer, indicator: Indicator, cursor: str = "", *, size: int = 30) -> Page[IndicatorValue]:
    """Every value that was reported, corrected ones too, by day, the newest first. Raises NotAllowed."""
    viewer.require(May.BOARD)
    rows = IndicatorValue.objects.filter(indicator=indicator).select_related("by")
    return page_of(rows, order=("-on", "-id"), cursor=cursor, size=size)


def course(indicator: Indicator, most: int = 24) -> list[float]:
    """The standing values, oldest first, at most the newest ``most``: for the small curve."""
    rows = (
        IndicatorValue.objects.filter(indicator=indicator, replaced_at=None)
        .order_by("-on")
        .values_list("value", flat=True)
    )
    return [float(value) for value in reversed(rows[:most])]


def may_report(viewer: Viewer, indicator: Indicator) -> bool:
    """Whether the page offers the form for a value."""
    return access.may_report(viewer, indicator)


def _slot(goal: Goal, latest: dict[int, IndicatorValue], today: date) -> Slot:
    indicator = goal.indicator if hasattr(goal, "indicator") else None
    return Slot(goal, indicator, latest.get(indicator.pk) if indicator else None, today)


def _latest(indicator_ids: Sequence[int]) -> dict[int, IndicatorValue]:
    """The newest standing value of each."""
    if not indicator_ids:
        return {}
    rows = IndicatorValue.objects.filter(indicator_id__in=indicator_ids, replaced_at=None)
    return {row.indicator_id: row for row in rows.order_by("indicator_id", "-on").distinct("indicator_id")}
