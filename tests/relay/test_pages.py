"""Pages of the relay and the answers: what they cost (who gets in: tests/policy)."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.policy.pass_on import SAMPLE, question_in_hand
from tests.relay.stories import Story
from tongti.answers.models import Answer
from tongti.deadlines.queries import next_working_days
from tongti.relay.models import Baton, Evidence

pytestmark = pytest.mark.django_db


def client_of(cast, who):
    client = Client()
    if who != "anonymous":
        client.force_login(cast.officers[who])
    return client


@pytest.mark.parametrize(
    ("name", "who", "most"),
    [
        ("desk:batons", "黄志强", 14),
        ("desk:baton", "黄志强", 50),
        ("desk:answer", "黄志强", 45),
        ("desk:objections", "韦晓梅", 20),
    ],
)
def test_pages_cost_a_fixed_number_of_queries(cast, django_assert_max_num_queries, name, who, most):
    address = reverse(name, kwargs=SAMPLE[name](cast))
    client = client_of(cast, who)
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200


def test_a_step_that_is_not_hers_changes_nothing(cast):
    question = question_in_hand(cast)
    lead = Baton.objects.get(question=question, role="lead")
    stranger = client_of(cast, "农志明")
    for step in ("accept", "object", "hand-over", "progress", "part", "answer"):
        assert stranger.post(f"/desk/batons/{lead.pk}/{step}/").status_code == 404
    answer = Answer.objects.get(question=question)
    for name in ("覃丽", "农志明"):
        client = client_of(cast, name)
        assert client.post(f"/desk/answers/{answer.pk}/sign/").status_code == 404
    handler = client_of(cast, "覃丽")
    reply = handler.post(f"/desk/answers/{answer.pk}/", {"done": "别的单位写的", "save": "1"})
    assert reply.status_code == 422
    answer.refresh_from_db()
    assert answer.done != "别的单位写的"


def test_an_error_keeps_what_was_typed(cast):
    question = question_in_hand(cast)
    lead = Baton.objects.get(question=question, role="lead")
    client = client_of(cast, "黄志强")
    reply = client.post(f"/desk/batons/{lead.pk}/progress/", {"words": "已联系 13800138000", "public": "on"})
    assert reply.status_code == 422
    assert "已联系 13800138000" in reply.content.decode()
    assert "手机号" in reply.content.decode()


def test_a_question_already_dispatched_says_so(cast):
    question = question_in_hand(cast)
    client = client_of(cast, "韦晓梅")
    reply = client.get(reverse("desk:dispatch", args=[question.pk]))
    assert reply.status_code == 302


def test_a_promise_with_its_papers_is_asked_for_on_the_page(cast, paper):
    """Several files go through one field; what is wrong stands beside the field that it is about."""
    lead = Baton.objects.get(question=question_in_hand(cast), role="lead")
    client = client_of(cast, "黄志强")
    on = next_working_days(60)[-1].isoformat()
    papers = [SimpleUploadedFile(f"批复{n}.pdf", paper.content + bytes([n]), "application/pdf") for n in (1, 2)]
    filled = {"obstacle": "project", "words": "要立项", "step_0": "立项", "step_0_on": on, "promise_on": on}
    reply = client.post(f"/desk/batons/{lead.pk}/promise/", filled)
    assert reply.status_code == 422
    assert "请附上证明客观原因的文件" in reply.content.decode()
    reply = client.post(f"/desk/batons/{lead.pk}/promise/", {**filled, "files": papers})
    assert reply.status_code == 302
    assert Evidence.objects.filter(baton=lead).count() == 2


def test_a_note_on_a_case_takes_its_files(cast, paper):
    case = Story(cast).call()
    sent = {
        "key": uuid.uuid4(),
        "words": "",
        "files": [SimpleUploadedFile("现场.pdf", paper.content, "application/pdf")],
    }
    assert client_of(cast, "李小英").post(f"/desk/cases/{case.pk}/note/", sent).status_code == 302
    assert case.attachments.count() == 1
