"""What the other addresses need to be built: residents' pages, call-backs, the board. Their rows are in roles.py."""

from typing import Any

from tests.policy.join import question_of

TABLE: list[tuple[str, str, int]] = []


def _call_back(world: Any) -> dict[str, int]:
    """An answered case whose asker has said nothing yet."""
    from tests.relay.stories import Story
    from tests.verdicts.conftest import sign
    from tongti.verdicts.models import CallBack

    found = CallBack.objects.first()
    if found is None:
        story = Story(world)
        case = story.call("策略表：等回访的一件", channel="phone")
        story.dispatch(case=case, helpers=[], territory_id=None)
        story.accept("水利局", "黄志强")
        sign(story, case=case)
        found = CallBack.objects.get(case=case)
    return {"pk": found.pk}


def _bad_rating(world: Any) -> dict[str, int]:
    """One asker of an answer of 水利局 is not satisfied."""
    from tests.relay.stories import Story
    from tests.verdicts.conftest import sign
    from tongti.shared import links
    from tongti.verdicts import actions as verdicts
    from tongti.verdicts.models import Verdict

    found = Verdict.objects.filter(satisfied="not").first()
    if found is None:
        story = Story(world)
        case = story.call("策略表：不满意的一件", channel="phone")
        story.dispatch(case=case, helpers=[], territory_id=None)
        story.accept("水利局", "黄志强")
        token = links.verdict_token(sign(story, case=case).pk, case.pk)
        found = verdicts.give(token=token, contacted=True, solved="partly", satisfied="not", words="还差一点")
    return {"pk": found.pk}


SAMPLE: dict[str, Any] = {
    "desk:bad_rating": _bad_rating,
    "desk:callback": _call_back,
    "desk:callback_deadline": _call_back,
    "board:rate": lambda world: {"key": "solved"},
    "board:town": lambda world: {"pk": world.regions["临江镇"].pk},
    "board:brief": lambda world: {"pk": question_of(world).pk},
    "board:unit": lambda world: {"pk": world.units["水利局"].pk},
    "board:unit_answered": lambda world: {"pk": world.units["水利局"].pk},
    "desk:guide": lambda world: {"slug": "clerk"},
    "public:join": lambda world: {"number": "Q-0"},
    "public:question": lambda world: {"number": "Q-0"},
    "public:receipt": lambda world: {"token": "x"},
    "public:link": lambda world: {"token": "x"},
    "public:file": lambda world: {"pk": 1},
    "public:verdict": lambda world: {"token": "x"},
    "public:verdict_thanks": lambda world: {"token": "x"},
}
