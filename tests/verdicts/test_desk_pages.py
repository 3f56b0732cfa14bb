"""What the asker said reaches the desks: whoever works on the case again reads why, and each desk sees what waits for it."""

import uuid
from datetime import datetime, time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.relay.stories import verbs
from tests.verdicts.conftest import reply_of
from tongti.cases import actions as cases
from tongti.cases import queries as case_queries
from tongti.parties.models import Reveal
from tongti.relay.models import Baton
from tongti.shared import links
from tongti.shared.actor import Asker
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import CallBack

STILL = "昨晚七点又没水，水管口一直在滴。"


@pytest.fixture
def as_(cast):
    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast.officers[name])
        return client

    return sign_in


@pytest.fixture
def come_back(story, question):
    """The first caller says it is not solved, and what is still missing."""
    case = story.cases[0]
    token = links.verdict_token(reply_of(case).answer_id, case.pk)
    verdicts.give(token=token, contacted=False, solved="no", satisfied="not", words=STILL)
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("who", ["黄志强", "韦晓梅", "莫刚"])
def test_the_case_page_shows_the_verdict_and_its_words(as_, come_back, who):
    page = as_(who).get(reverse("desk:case", args=[come_back.pk])).content.decode()
    assert STILL in page
    for words in ("没有联系过", "没有解决", "不满意"):
        assert words in page


def test_the_unit_that_works_on_it_again_reads_why(as_, come_back, question):
    baton = Baton.objects.get(question=question, role="lead", state="offered")
    page = as_("黄志强").get(reverse("desk:baton", args=[baton.pk])).content.decode()
    assert STILL in page
    assert come_back.number in page


def test_again_is_read_there_too_and_so_are_the_words_that_were_added(as_, story, question):
    case = story.cases[1]
    cases.add_words(case=case, key=uuid.uuid4(), words="我家在六楼，五楼也没有水。", by=Asker(case.pk))
    case.refresh_from_db()
    verdicts.again(case=case, words="修好三天又停了。", by=Asker(case.pk))
    baton = Baton.objects.get(question=question, role="lead", state="offered")
    handler = as_("黄志强")
    assert "修好三天又停了。" in handler.get(reverse("desk:baton", args=[baton.pk])).content.decode()
    page = handler.get(reverse("desk:baton_case", args=[baton.pk, case.pk])).content.decode()
    assert "五楼也没有水" in page
    assert "修好三天又停了。" in page


def test_the_call_list_waits_on_the_first_page(as_, question, on_friday):
    last = CallBack.objects.order_by("-due_on").first().due_on
    on_friday.move_to(timezone.make_aware(datetime.combine(last, time(9))))
    page = as_("覃红").get(reverse("desk:home")).content.decode()
    assert "待回访的答复" in page
    assert reverse("desk:callbacks") in page
    assert "没有等您办的事" not in page


def test_the_supervisor_is_told_what_came_back(as_, come_back):
    page = as_("莫刚").get(reverse("desk:home")).content.decode()
    assert "群众说没解决、又在办的" in page
    listed = as_("莫刚").get(reverse("desk:inbox"), {"reopened": "1"}).content.decode()
    assert come_back.number in listed


@pytest.fixture
def nameless(story):
    """A case without an asker, first of all: from now on the ids of cases and of people differ."""
    return story.call(asker_name="", phone="")


@pytest.fixture
def due(nameless, question, on_friday) -> list[CallBack]:
    """The day on which everybody who has not spoken is to be called."""
    rows = list(CallBack.objects.order_by("id"))
    last = max(row.due_on for row in rows)
    on_friday.move_to(timezone.make_aware(datetime.combine(last, time(9))))
    return rows


def test_each_line_of_the_call_list_names_its_own_asker(as_, story, due, cast):
    """Ids of cases and of people are not the same, and must not be taken for each other."""
    page = as_("覃红").get(reverse("desk:callbacks"))
    shown = {row.case_id: face for row, face in page.context["rows"]}
    assert len(shown) == 3
    for row in due:
        assert shown[row.case_id] == case_queries.face_of(cast.viewer("覃红"), row.case)
    assert row.case.party.phone[3:] not in page.content.decode()


def test_the_number_to_dial_is_one_button_away_and_on_the_trail(as_, due):
    row = due[0]
    dialled = row.case.party.phone.removeprefix("+86")
    client, address = as_("覃红"), reverse("desk:callback", args=[row.pk])
    assert dialled not in client.get(address).content.decode()
    assert client.post(address, {"reveal": "1"})["Location"] == address
    page = client.get(address).content.decode()
    assert dialled in page
    assert "显示电话" not in page
    assert verbs(row.case).count("case.asker_revealed") == 1
    assert Reveal.objects.get().reason == "电话回访"
    # for her alone
    assert dialled not in as_("李小英").get(reverse("desk:case", args=[row.case_id])).content.decode()
