"""Who gets which answer from the pages around the relay: more time, hand-overs, consultations, strike-offs, escalations.

The sample is the question of ``pass_on``: led by 水利局 (黄志强), with 住建局, 自来水公司 and 临江镇; 供电局 takes no part.
"""

from datetime import timedelta
from typing import Any

from tests.policy.pass_on import question_in_hand
from tests.relay.conftest import PDF
from tests.relay.stories import Story
from tongti.relay import actions as relay
from tongti.relay.models import Baton, Consultation, Evidence, HandOverSheet, Opinion, Promise
from tongti.shared import clock
from tongti.shared.uploads import Upload
from tongti.verdicts.models import StrikeOff

POST_ONLY = (
    "desk:baton_extend",
    "desk:baton_promise",
    "desk:baton_divert",
    "desk:baton_strike_off",
    "desk:request_take_back",
    "desk:promise_step",
)
TABLE: list[tuple[str, str, int]] = [
    # whoever asks does not decide; strangers see nothing
    *(("desk:approvals", who, 404) for who in ("黄志强", "陆局长", "农志明", "莫刚", "赵工")),
    *(("desk:approval", who, 404) for who in ("覃丽", "农志明", "赵工", "周审")),
    *(("desk:evidence", who, 404) for who in ("覃丽", "农志明", "赵工", "周审")),
    *(("desk:promised", who, 404) for who in ("覃丽", "农志明", "赵工")),
    *(("desk:hand_over", who, 404) for who in ("覃丽", "农志明", "韦晓梅", "赵工")),
    *(("desk:consultation", who, 404) for who in ("覃丽", "农志明", "赵工")),
    *(("desk:strike_off", who, 404) for who in ("覃丽", "农志明", "赵工")),
]


def _lead(world: Any) -> Baton:
    return Baton.objects.select_related("unit").get(question=question_in_hand(world), role="lead")


def promise_of(world: Any) -> Promise:
    """One promise that waits for a decision, with its proof; made once."""
    known = Promise.objects.first()
    if known is not None:
        return known
    lead, on = _lead(world), clock.today() + timedelta(days=60)
    while on.weekday() > 4:
        on += timedelta(days=1)
    return relay.ask_promise(
        baton=lead,
        obstacle="project",
        words="等立项批复",
        promise_on=on,
        steps=[("立项", on)],
        evidence=[Upload("批复.pdf", PDF)],
        by=world.viewer("黄志强"),
    )


def approved(world: Any) -> Promise:
    """The same, on the ledger."""
    found = promise_of(world)
    if found.state == "asked":
        relay.decide_promise(promise=found, approve=True, note="同意", by=world.viewer("韦晓梅"))
        found.refresh_from_db()
    return found


def _sheet(world: Any) -> HandOverSheet:
    known = HandOverSheet.objects.first()
    if known is not None:
        return known
    _lead(world)
    return relay.make_sheet(
        unit=world.units["水利局"],
        kind="absence",
        giver_id=world.officers["黄志强"].pk,
        taker_id=world.officers["梁工"].pk,
        reason="培训",
        ends_on=clock.today() + timedelta(days=3),
        by=world.viewer("黄志强"),
    )


def _consultation(world: Any) -> Consultation:
    known = Opinion.objects.first()
    if known is not None:
        return known.consultation
    case = Story(world).call("策略表用的会商")
    return relay.consult(
        case=case,
        unit_ids=[world.units["水利局"].pk],
        words="归谁管",
        reply_by=clock.now() + timedelta(hours=4),
        by=world.viewer("韦晓梅"),
    )


def _strike_off(world: Any) -> StrikeOff:
    known = StrikeOff.objects.first()
    if known is not None:
        return known
    lead = _lead(world)
    return StrikeOff.objects.create(
        question=lead.question,
        baton=lead,
        words="办好了",
        solved=1,
        applied_by=world.officers["黄志强"],
        applied_at=clock.now(),
    )


def _urgent(world: Any) -> int:
    case = Story(world).call("策略表用的特急", urgency="critical")
    relay.dispatch(
        case=case,
        lead_id=world.units["水利局"].pk,
        lead_task="查明",
        helpers=[(world.units["自来水公司"].pk, "抢修")],
        reason="策略表",
        by=world.viewer("韦晓梅"),
    )
    return int(case.pk)


SAMPLE = {
    **dict.fromkeys(
        (
            "desk:approvals",
            "desk:promises",
            "desk:hand_overs",
            "desk:hand_over_new",
            "desk:successions",
            "desk:undispatched",
            "desk:unreachable",
            "desk:strike_offs",
        ),
        lambda world: {},
    ),
    **dict.fromkeys(
        ("desk:baton_clock", "desk:baton_extend", "desk:baton_promise", "desk:baton_divert", "desk:baton_strike_off"),
        lambda world: {"pk": _lead(world).pk},
    ),
    **dict.fromkeys(
        ("desk:approval", "desk:request_take_back"), lambda world: {"kind": "promise", "pk": promise_of(world).pk}
    ),
    "desk:promised": lambda world: {"pk": approved(world).pk},
    "desk:promise_step": lambda world: {"pk": approved(world).pk, "place": 1},
    "desk:evidence": lambda world: {"pk": Evidence.objects.get(baton=promise_of(world).baton).pk},
    "desk:hand_over": lambda world: {"pk": _sheet(world).pk},
    "desk:consult": lambda world: {"pk": Story(world).question(1).pk},
    "desk:consult_case": lambda world: {"pk": Story(world).call("策略表用的单件").pk},
    "desk:consultation": lambda world: {"pk": _consultation(world).pk},
    "desk:case_report": lambda world: {"pk": _urgent(world)},
    "desk:strike_off": lambda world: {"pk": _strike_off(world).pk},
}
