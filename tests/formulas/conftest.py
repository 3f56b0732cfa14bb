"""A week of the cast for the rates: three callers answered and judged by 水利局, two questions in hand, nothing left out yet."""

from datetime import date

import pytest

from tests.relay.stories import Story
from tests.verdicts.conftest import reply_of, sign
from tongti.cases.models import Case
from tongti.formulas import actions
from tongti.formulas.models import Exclusion
from tongti.shared import links
from tongti.verdicts import actions as verdicts

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)
SAID = (("yes", "very"), ("partly", "fairly"), ("no", "not"))


@pytest.fixture
def story(cast, on_friday) -> Story:
    """Three askers of one question: one is satisfied, one fairly, one not at all: hers comes back."""
    story = Story(cast)
    question = story.question(callers=3)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=question)
    for case, (solved, satisfied) in zip(story.cases, SAID, strict=True):
        judge(case, solved, satisfied)
    return story


def judge(case: Case, solved: str, satisfied: str) -> None:
    """Her own three answers through her link."""
    token = links.verdict_token(reply_of(case).answer_id, case.pk)
    verdicts.give(token=token, contacted=True, solved=solved, satisfied=satisfied, words="还停着")


def ask(story: Story, case: Case, *codes: str, who: str = "李小英", reason: str = "duplicate", **said) -> Exclusion:
    """李小英 asks that a case be left out."""
    evidence = said.pop("evidence", "和前一件是同一个人同一件事，登记了两次")
    by = story.cast.viewer(who)
    return actions.ask_exclusion(
        case=case, codes=codes or ("solved", "satisfied"), reason=reason, evidence=evidence, by=by
    )


def approve(story: Story, exclusion: Exclusion, who: str = "莫刚", **said) -> Exclusion:
    """莫刚 of 督查室 agrees."""
    by = story.cast.viewer(who)
    return actions.decide_exclusion(
        exclusion=exclusion, approve=said.pop("approve", True), note=said.pop("note", ""), by=by
    )
