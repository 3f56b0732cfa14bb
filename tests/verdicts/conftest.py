"""The relay's people, one step further: the joint answer is signed and everybody has a reply."""

import pytest

from tests.relay.stories import Story
from tongti.answers import actions as answers
from tongti.answers.models import Answer, Reply
from tongti.questions.models import Question
from tongti.verdicts import actions as verdicts


@pytest.fixture
def story(cast, on_friday) -> Story:
    return Story(cast)


@pytest.fixture
def question(story) -> Question:
    """Three callers of one question; 水利局 has signed the answer and everybody is asked."""
    question = story.question(callers=3)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=question)
    question.refresh_from_db()
    return question


def sign(story: Story, **on) -> Answer:
    """黄志强 composes, 陆局长 signs, everybody is invited."""
    answer = submit(story, **on)
    signed = answers.sign(answer=answer, by=story.cast.viewer("陆局长"), override_reason="已核实")
    verdicts.invite(answer_id=signed.pk)
    return signed


def submit(story: Story, **on) -> Answer:
    """黄志强 composes and hands in."""
    answer = answers.compose(by=story.cast.viewer("黄志强"), **on)
    answers.save_draft(
        answer=answer,
        by=story.cast.viewer("黄志强"),
        found="3 月 6 日现场查明主管一处漏点。",
        done="已更换漏水的管段 6 米，晚高峰水压恢复。",
        basis="《城市供水条例》",
        next_steps="一个月内复查。",
        contact="水利局供水股 0771-1234567",
        closing="solved",
    )
    answers.submit(answer=answer, by=story.cast.viewer("黄志强"), override_reason="已核实")
    return answer


def reply_of(case) -> Reply:
    return Reply.objects.filter(case=case).order_by("-pk")[0]
