"""Who does something: an officer at a unit, an asker on her own case, or the system itself."""

from dataclasses import dataclass
from typing import Protocol


class Actor(Protocol):
    """What the trail needs to know of a doer; officers carry much more (units.access.Viewer)."""

    @property
    def kind(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def actor_unit_id(self) -> int | None: ...


@dataclass(frozen=True)
class Asker:
    """The person or firm behind one case, known by number and code or by a one-time link."""

    case_id: int | None
    kind: str = "asker"
    actor_unit_id: int | None = None

    @property
    def actor_id(self) -> int | None:
        return self.case_id


@dataclass(frozen=True)
class System:
    """Timed jobs and the engine."""

    kind: str = "system"
    actor_id: int | None = None
    actor_unit_id: int | None = None


SYSTEM = System()
CALLED = {"asker": "诉求人", "system": "系统", "peer": "上下级部署"}
"""What a doer who is no officer is called, by kind: ids of one kind say nothing about those of another."""
