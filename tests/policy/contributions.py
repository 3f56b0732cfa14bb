"""What the addresses of 贡献记录 need: somebody of 水利局, and a month that her leader may look at (2000-01: nothing in it)."""

from typing import Any

TABLE: list[tuple[str, str, int]] = []


def _kind(world: Any) -> dict[str, str]:
    return {"kind": "carried"}


def _unit(world: Any) -> dict[str, int]:
    return {"pk": world.units["水利局"].pk}


def _person(world: Any) -> dict[str, Any]:
    return _unit(world) | _kind(world) | {"officer": world.officers["黄志强"].pk}


SAMPLE: dict[str, Any] = {
    "desk:my_contribution": _kind,
    "desk:unit_contributions": _unit,
    "desk:contribution_rows": _person,
}
