"""What the addresses of the window need to be built: an item of 水利局, three matters of one cause that it holds, their reform."""

from typing import Any

from tests.window.stories import item, many
from tongti.relay import actions as relay
from tongti.window import actions
from tongti.window.models import Cause, ReformCandidate, ServiceItem, WindowMatter

TABLE: list[tuple[str, str, int]] = [
    ("desk:service_item_edit", "陆局长", 200),
    # the catalogue is kept by its keeper and by who signs for the unit, not by who handles
    ("desk:service_item_edit", "黄志强", 404),
    ("desk:service_item_edit", "韦晓梅", 404),
    ("desk:matter", "黄志强", 200),
    ("desk:matter", "覃丽", 404),
    ("desk:reform", "陆局长", 200),
    ("desk:reform", "覃丽", 404),
]


def _reform(world: Any) -> ReformCandidate:
    found = ReformCandidate.objects.first()
    if found is None:
        item(world)
        for case in many(world):
            relay.dispatch(
                case=case,
                lead_id=world.units["水利局"].pk,
                lead_task="办结并答复",
                reason="事项归水利局",
                by=world.viewer("韦晓梅"),
            )
        actions.propose_candidates()
        found = ReformCandidate.objects.get()
    return found


def _item(world: Any) -> dict[str, int]:
    _reform(world)
    return {"pk": ServiceItem.objects.get().pk}


def _matter(world: Any) -> dict[str, int]:
    _reform(world)
    first = WindowMatter.objects.order_by("pk").first()
    assert first is not None
    return {"pk": first.case_id}


def _cause(world: Any) -> dict[str, int]:
    _reform(world)
    return {"pk": Cause.objects.get(code="twice").pk}


SAMPLE: dict[str, Any] = {
    **dict.fromkeys(("desk:service_item", "desk:service_item_edit", "desk:service_item_switch"), _item),
    "desk:matter": _matter,
    "desk:reform": lambda world: {"pk": _reform(world).pk},
    "desk:cause": _cause,
}
