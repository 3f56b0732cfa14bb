"""What the addresses of the level lists need to be built: 黄志强 put the question that 水利局 leads on the city's list."""

import uuid
from typing import Any

from tests.lifting.elsewhere import LIFTED, Elsewhere
from tests.lifting.stories import draft, upstairs
from tests.policy.pass_on import question_in_hand
from tongti.cases.models import Case
from tongti.lifting import actions
from tongti.lifting.actions.taking import take
from tongti.lifting.models import Arrival, Lift, Peer
from tongti.units.models import Unit

TABLE: list[tuple[str, str, int]] = [
    ("desk:lifts", "农志明", 200),
    ("desk:lift", "何区长", 200),
    ("desk:lift", "陆斌", 200),
    ("desk:lift", "农志明", 404),
    ("desk:lift_edit", "陆斌", 404),
    ("desk:lift_question", "覃丽", 200),
    ("desk:lift_question", "农志明", 404),
    ("desk:lift_case", "农志明", 404),
    ("desk:arrival", "黄志强", 404),
    ("desk:peers", "赵工", 200),
    *((name, who, 404) for name in ("desk:peers", "desk:peer") for who in ("韦晓梅", "何区长", "周审")),
]


def lift_of(world: Any) -> Lift:
    """The line, waiting to be signed; made once."""
    found = Lift.objects.first()
    if found is None:
        if not Unit.objects.filter(short_name="市水利局").exists():
            upstairs(world)
        question = question_in_hand(world)
        found = actions.prepare(question=question, draft=draft(world), by=world.viewer("黄志强"))
    return found


def _case(world: Any) -> dict[str, int]:
    """A member of the question: seen by those who take part."""
    case = Case.objects.filter(memberships__question=question_in_hand(world), memberships__state="active").first()
    return {"pk": case.pk if case else 0}


def peer_of(world: Any) -> Peer:
    """A deployment below, registered and confirmed; made once."""
    return Peer.objects.first() or Elsewhere().registered(world, "below")


def _arrival(world: Any) -> dict[str, int]:
    """What it lifted to us."""
    if not Arrival.objects.exists():
        take(peer=peer_of(world), kind="lifted", key=uuid.uuid4(), data=LIFTED)
    return {"pk": Arrival.objects.get().pk}


SAMPLE: dict[str, Any] = {
    "desk:arrival": _arrival,
    **dict.fromkeys(("desk:peer", "desk:peer_do"), lambda world: {"pk": peer_of(world).pk}),
    **dict.fromkeys(("desk:lift", "desk:lift_edit", "desk:lift_do"), lambda world: {"pk": lift_of(world).pk}),
    "desk:lift_question": lambda world: {"pk": question_in_hand(world).pk},
    "desk:lift_case": _case,
}
