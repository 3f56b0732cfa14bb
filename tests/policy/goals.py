"""What the addresses of targets and early signals need to be built: a target, a named slot of a goal set, a signal."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.policy.visit import _world as campaign_of
from tongti.shared import clock
from tongti.signals.models import Signal
from tongti.targets.models import Target
from tongti.visits.models import Goal

TABLE: list[tuple[str, str, int]] = []
POST_ONLY = ("desk:target_end",)


def _target(world: Any) -> dict[str, int]:
    made = Target.objects.create(
        rate="solved", value=Decimal(90), since=date(2026, 1, 1), until=date(2026, 12, 31), source="样例",
        owner=world.units["热线办"], by=world.officers["coordinator"], at=clock.now(),
    )  # fmt: skip
    return {"pk": made.pk}


def _goal(world: Any) -> dict[str, int]:
    goal = campaign_of(world).goals.earliest("pk")
    Goal.objects.filter(pk=goal.pk).update(name="一项", source="样例")
    return {"pk": goal.pk}


def _signal(world: Any) -> dict[str, int]:
    made = Signal.objects.create(
        week=date(2026, 3, 2), category=world.categories["供水"], town=world.regions["临江镇"], count=9, past=[1] * 8,
        mean=1, deviation=0, deviations=Decimal(2), minimum=5, found_at=clock.now(), counted_at=clock.now(),
    )  # fmt: skip
    return {"pk": made.pk}


SAMPLE: dict[str, Any] = {"desk:target_end": _target, "desk:goal": _goal, "desk:signal": _signal}
