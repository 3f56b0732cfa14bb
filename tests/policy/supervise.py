"""What the addresses of supervision need to be built: a question in hand at 水利局 that is supervised and instructed."""

from typing import Any

from tests.policy.join import question_of
from tests.policy.pass_on import question_in_hand
from tongti.outbox import notices
from tongti.outbox.notices import Word
from tongti.relay.models import Baton
from tongti.supervision import actions
from tongti.supervision.actions import Pressure
from tongti.supervision.models import Instruction, Item, Proposal

TABLE: list[tuple[str, str, int]] = [
    *(
        (name, who, 405)
        for name in ("desk:ledger_export", "desk:notices_read", "desk:notice")
        for who in ("莫刚", "赵工")
    ),
]


def _lead(world: Any) -> Baton:
    question = question_in_hand(world)
    return Baton.objects.select_related("unit").get(question=question, role="lead", state__in=("offered", "accepted"))


def _item(world: Any) -> dict[str, int]:
    found = Item.objects.first()
    if found is None:
        pressure = Pressure(rung="remind", words="请抓紧")
        found = actions.open_item(baton=_lead(world), pressure=pressure, why="策略表样例", by=world.viewer("莫刚"))
    return {"pk": found.pk}


def _proposal(world: Any) -> dict[str, int]:
    if not Proposal.objects.exists():
        actions.propose(batons=[_lead(world)], rung="urge", why="策略表样例", by=world.viewer("莫刚"))
    return {"pk": Proposal.objects.earliest("pk").pk}


def _instruction(world: Any) -> dict[str, int]:
    found = Instruction.objects.first()
    if found is None:
        found = actions.instruct(question=question_in_hand(world), words="请抓紧", by=world.viewer("何区长"))
    return {"pk": found.pk}


def _notice(world: Any) -> dict[str, int]:
    """One that 督办员 (the officer called “supervisor”) was told."""
    officer = world.officers["supervisor"]
    notices.tell([Word(officer.pk, _lead(world), "policy", "策略表样例")])
    return {"pk": officer.notices.earliest("pk").pk}


SAMPLE: dict[str, Any] = {
    "desk:supervision_item": _item,
    "desk:supervision_deadline": _item,
    "desk:supervision_paper": _item,
    "desk:supervision_proposal": _proposal,
    "desk:supervise": lambda world: {"pk": _lead(world).pk},
    "desk:wall_unit": lambda world: {"pk": world.units["水利局"].pk},
    "desk:instruction": _instruction,
    "desk:instruct_question": lambda world: {"pk": question_of(world).pk},
    "desk:instruct_case": lambda world: {"pk": _case(world)},
    "desk:ledger_note": lambda world: {"pk": _lead(world).pk},
    "desk:notice": _notice,
}


def _case(world: Any) -> int:
    from tests.policy.hear_desk import a_case

    return a_case(world)["pk"]
