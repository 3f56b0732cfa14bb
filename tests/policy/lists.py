"""What the addresses of kept views and of runs over many need: one of each, 派单员's own."""

from typing import Any

from tests.policy.hear_desk import a_case
from tongti.worksets import actions
from tongti.worksets.filters import CasesAsked
from tongti.worksets.models import Bulk, SavedView

POST_ONLY = frozenset(f"desk:{name}" for name in ("saved_view_new", "saved_view", "bulk_new", "bulk_stop", "bulk_file"))
TABLE: list[tuple[str, str, int]] = [
    # each officer's own: 韦晓梅 is a dispatcher too
    *(
        (name, who, 404)
        for name in ("desk:saved_view", "desk:bulk", "desk:bulk_file")
        for who in ("韦晓梅", "莫刚", "赵工")
    ),
]


def _view(world: Any) -> dict[str, int]:
    found = SavedView.objects.first()
    if found is None:
        found = actions.save_view(of="cases", name="策略表", asked={"state": "handling"}, by=world.viewer("dispatcher"))
    return {"pk": found.pk}


def _bulk(world: Any) -> dict[str, int]:
    found = Bulk.objects.first()
    if found is None:
        a_case(world)
        found = actions.ask_bulk(of="cases", verb="list", everything=CasesAsked(), by=world.viewer("dispatcher"))
    return {"pk": found.pk}


SAMPLE: dict[str, Any] = {
    "desk:saved_view": _view,
    "desk:saved_view_counts": lambda world: {"of": "cases"},
    **dict.fromkeys(("desk:bulk", "desk:bulk_status", "desk:bulk_stop", "desk:bulk_file"), _bulk),
}
