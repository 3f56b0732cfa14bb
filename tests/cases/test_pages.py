"""The desk pages over HTTP: who gets in, what they cost, what they never show."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.cases.conftest import WATER, call
from tests.policy import hear_desk
from tongti.cases import actions
from tongti.cases.models import Case


@pytest.fixture
def as_(cast) -> Callable[[str], Client]:
    """``as_("李小英")``: her browser."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast.officers[name])
        return client

    return sign_in


def rows_of(table):
    return [pytest.param(name, table, id=name) for name in dict.fromkeys(row[0] for row in table)]


@pytest.mark.parametrize(("url_name", "table"), rows_of(hear_desk.POSTS))
def test_the_policy_of_posts_holds(cast, as_, url_name, table):
    make = hear_desk.SAMPLE.get(url_name)
    url = reverse(url_name, kwargs=make(cast) if make else {})
    wrong = []
    for _, who, expected in (row for row in table if row[0] == url_name):
        client = Client() if who == "anonymous" else as_(who)
        if expected == 302 and url_name == "desk:case_withdraw":
            # a new one each time: it can be withdrawn once
            url = reverse(url_name, kwargs={"pk": actions.register(intake=call(), by=cast.viewer("李小英")).pk})
        answer = client.post(url)
        if answer.status_code != expected:
            wrong.append((who, answer.status_code, expected))
    assert not wrong


@pytest.mark.parametrize(("url", "most"), [("/desk/inbox/", 16), ("/desk/register/", 16), ("/desk/", 30)])
def test_pages_cost_the_same_with_more_cases(as_, registered, django_assert_max_num_queries, url, most):
    for n in range(8):
        registered(phone=f"1380013800{n}", asker_name="韦某")
    client = as_("韦晓梅")
    client.get(url)
    with django_assert_max_num_queries(most):
        client.get(url)


def test_a_case_page_costs_a_fixed_number(as_, registered, cast, django_assert_max_num_queries):
    case = registered(phone="13800138000", asker_name="韦某")
    for n in range(6):
        actions.add_words(case=case, key=uuid.uuid4(), words=f"第 {n} 次", by=cast.viewer("李小英"))
        registered(phone="13800138000", asker_name="韦某")
    client = as_("韦晓梅")
    with django_assert_max_num_queries(45):
        assert client.get(f"/desk/cases/{case.pk}/").status_code == 200


def test_lists_never_show_a_whole_phone_or_name(as_, registered):
    registered(phone="13800138000", asker_name="韦秀英", address="幸福路 8 号")
    client = as_("李小英")
    for answer in (client.get("/desk/inbox/"), client.post("/desk/search/", {"q": "停水"})):
        page = answer.content.decode()
        assert "韦**" in page
        assert "韦秀英" not in page
        assert "13800138000" not in page


def test_recognising_a_caller_is_on_the_trail(as_, registered):
    from tongti.trail.models import Event

    case = registered(phone="13800138000", asker_name="韦秀英")
    page = as_("李小英").post("/desk/register/caller/", {"phone": "13800138000"}).content.decode()
    assert "韦秀英" in page
    assert Event.objects.filter(verb="party.recognised", object_id=case.party_id).exists()


def test_register_over_http_is_sent_twice_and_entered_once(as_, cast):
    client = as_("李小英")
    form = {"key": uuid.uuid4(), "words": WATER, "who": "person", "channel": "phone", "kind": "help", "urgency": "normal",
            "place": "幸福社区", "category": "供水", "do": "register"}  # fmt: skip
    first, second = client.post("/desk/register/", form), client.post("/desk/register/", form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    case = Case.objects.get()
    assert (case.place, case.category) == (cast.regions["幸福社区"], cast.categories["供水"])


def test_a_place_that_is_not_there_is_told(as_):
    form = {"key": uuid.uuid4(), "words": WATER, "who": "person", "channel": "phone", "kind": "help", "urgency": "normal",
            "place": "月亮湾", "do": "register"}  # fmt: skip
    answer = as_("李小英").post("/desk/register/", form)
    assert answer.status_code == 422
    assert "没有“月亮湾”这个地点" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_repeated_call_is_linked(as_, registered):
    first = registered(phone="13800138000")
    form = {"key": uuid.uuid4(), "phone": "13800138000", "words": "又停了", "who": "person", "channel": "phone", "kind": "help",
            "urgency": "normal", "repeat_of": first.pk, "do": "register"}  # fmt: skip
    as_("李小英").post("/desk/register/", form)
    assert Case.objects.get(body="又停了").repeat_of == first


def test_without_the_receipt_nobody_learns_the_code(as_, registered):
    case = registered()
    assert as_("黄志强").get(f"/desk/cases/{case.pk}/receipt/").status_code == 404
    page = as_("李小英").get(f"/desk/cases/{case.pk}/receipt/").content.decode()
    assert case.number in page


def test_a_paper_is_downloaded_by_those_who_see_the_case(as_, cast):
    kwargs = hear_desk.a_file(cast)
    url = reverse("desk:case_file", kwargs=kwargs)
    answer = as_("黄志强").get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert as_("农志明").get(url).status_code == 404
