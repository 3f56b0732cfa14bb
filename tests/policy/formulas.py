"""What the addresses of the rates need: a case of 水利局 that 收件员 asked to leave out, and a number that 统筹员 published."""

from datetime import timedelta
from typing import Any

from tests.policy.hear_desk import a_case
from tongti.cases.models import Case
from tongti.formulas import actions
from tongti.formulas.models import Exclusion, Published
from tongti.shared import clock

TABLE: list[tuple[str, str, int]] = []


def _exclusion(world: Any) -> dict[str, int]:
    found = Exclusion.objects.first()
    if found is None:
        case = Case.objects.get(pk=a_case(world)["pk"])
        found = actions.ask_exclusion(
            case=case, codes=["solved"], reason="duplicate", evidence="策略表样例", by=world.viewer("clerk")
        )
    return {"pk": found.pk}


def _published(world: Any) -> dict[str, int]:
    found = Published.objects.first()
    if found is None:
        today = clock.today()
        by = world.viewer("coordinator")
        actions.publish(codes=["solved"], since=today - timedelta(days=6), until=today, by=by)
        found = Published.objects.earliest("pk")
    return {"pk": found.pk}


def _code(world: Any) -> dict[str, str]:
    return {"code": "solved"}


SAMPLE: dict[str, Any] = {
    "desk:case_exclude": a_case,
    "desk:exclusion": _exclusion,
    "desk:published_one": _published,
    "desk:rate": _code,
    "desk:formula": _code,
}
