"""After the answer: her own letter, her verdict, and the matter that came back."""

import pytest
from django.test import Client

from tests.relay.stories import Story
from tests.verdicts.conftest import sign
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.shared.links import tracking_token
from tongti.verdicts.models import Reopening


@pytest.fixture
def answered(cast) -> Question:
    """Three callers, one question, dispatched, answered by 水利局, everybody asked for a verdict."""
    story = Story(cast)
    question = story.question(callers=3)
    questions.clear_for_public(question=question, public_title="临江镇幸福路一带晚上停水", by=cast.viewer("韦晓梅"))
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=question)
    question.refresh_from_db()
    return question


@pytest.fixture
def case(answered) -> Case:
    return Case.objects.earliest("pk")


@pytest.fixture
def asker(case) -> Client:
    client = Client()
    client.get(f"/t/{tracking_token(case.pk)}/")
    return client


def test_she_reads_her_own_letter_and_is_asked_what_she_says(asker, case):
    page = asker.get("/case/").content.decode()
    assert "韦大一，您好：" in page
    assert "主管一处漏点" in page
    assert "请您评价：解决了吗、满意吗" in page
    assert "陆大二" not in page


def test_her_verdict_is_shown_with_three_answers(asker, case):
    page = asker.get("/case/").content.decode()
    address = "/v/" + page.split('href="/v/')[1].split('"')[0]
    said = {"contacted": "no", "solved": "no", "satisfied": "not", "words": "还是没有水"}
    asker.post(address, said)
    page = asker.get("/case/").content.decode()
    assert "没有解决" in page
    assert "没有联系过我" in page
    assert "还是没有水" in page


def test_again_brings_it_back_once(asker, case):
    assert asker.post("/case/again/", {"case": str(case.pk), "words": ""}).status_code == 422
    for _ in range(2):
        answer = asker.post("/case/again/", {"case": str(case.pk), "words": "修好三天又停了。"}, follow=True)
    assert answer.status_code == 200
    assert "云岭区水利局" in answer.content.decode()
    case.refresh_from_db()
    assert (case.state, case.reopened) == ("handling", 1)
    assert Reopening.objects.get().words == "修好三天又停了。"


def test_strangers_read_the_shared_answer_and_what_askers_say(resident, answered, asker):
    page = asker.get("/case/").content.decode()
    asker.post(
        "/v/" + page.split('href="/v/')[1].split('"')[0],
        {"contacted": "yes", "solved": "yes", "satisfied": "very", "words": ""},
    )
    page = resident.get(f"/q/{answered.number}/").content.decode()
    assert "主管一处漏点" in page
    assert "1 / 1" in page
    for said in ("您好", "韦大", *Case.objects.values_list("number", flat=True)):
        assert said not in page


def test_queries_do_not_grow(asker, resident, answered, django_assert_max_num_queries):
    with django_assert_max_num_queries(21):
        asker.get("/case/")
    with django_assert_max_num_queries(6):
        resident.get(f"/q/{answered.number}/")
