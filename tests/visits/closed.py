"""What becomes of a finding: 水利局 answers it, the firm speaks."""

from typing import Any

from tests.relay.stories import Story
from tests.verdicts.conftest import sign
from tests.visits.stories import Outing
from tongti.answers import actions as answers
from tongti.answers.models import Answer
from tongti.cases.models import Case
from tongti.shared import links
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import Verdict

FOUR: dict[str, Any] = {
    "contacted": True,
    "solved": "yes",
    "satisfied": "very",
    "answered": True,
    "words": "路铺好了，车能进来",
}


def answered(outing: Outing, case: Case, *, territory: str | None = None) -> Answer:
    """Dispatched to 水利局, handled and answered."""
    story = Story(outing.cast)
    territory_id = outing.cast.units[territory].pk if territory else None
    story.dispatch(case=case, helpers=[], territory_id=territory_id)
    story.accept("水利局", "黄志强")
    signed = _without_waiting(story, case) if territory else sign(story, case=case)
    case.refresh_from_db()
    return signed


def _without_waiting(story: Story, case: Case) -> Answer:
    """水利局 does not wait for the part of the town, and says why."""
    handler = story.cast.viewer("黄志强")
    answer = answers.compose(case=case, by=handler)
    answers.save_draft(
        answer=answer, found="路面损坏。", done="已经修补。", basis="《公路法》", next_steps="一个月内复查。",
        contact="水利局 0771-1234567", closing="solved", by=handler,
    )  # fmt: skip
    answers.submit(answer=answer, missing_reason="镇里已在现场", override_reason="已核实", by=handler)
    signed = answers.sign(answer=answer, by=story.cast.viewer("陆局长"), override_reason="已核实")
    verdicts.invite(answer_id=signed.pk)
    return signed


def said(outing: Outing, case: Case, **facts: Any) -> Verdict:
    """The firm's own answers through its link, after 水利局 has answered."""
    signed = answered(outing, case)
    verdict = verdicts.give(token=links.verdict_token(signed.pk, case.pk), **(FOUR | facts))
    case.refresh_from_db()
    return verdict
