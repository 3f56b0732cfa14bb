"""What the addresses of the level lists need to be built: 黄志强 put the question that 水利局 leads on the city's list."""

from typing import Any

from tests.lifting.stories import draft, upstairs
from tests.policy.pass_on import question_in_hand
from tongti.cases.models import Case
from tongti.lifting import actions
from tongti.lifting.models import Lift
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


SAMPLE: dict[str, Any] = {
    **dict.fromkeys(("desk:lift", "desk:lift_edit", "desk:lift_do"), lambda world: {"pk": lift_of(world).pk}),
    "desk:lift_question": lambda world: {"pk": question_in_hand(world).pk},
    "desk:lift_case": _case,
}
