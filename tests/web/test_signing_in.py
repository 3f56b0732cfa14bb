"""Signing in: where each role begins, and what becomes of words typed after the session had ended."""

import uuid
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.relay.stories import Story
from tongti.cases.models import Addition
from tongti.shared import ratelimit
from tongti.units.access import ROLES
from tongti.web.landing import START

WORDS = "老人说今天又停水了，电话 13800138000。"


@pytest.fixture(autouse=True)
def _afresh(db: None) -> None:
    ratelimit.forget_all()


def sign_in(client: Client, officer: Any, **more: str) -> Any:
    officer.set_password("云岭区热线2026")
    officer.save(update_fields=["password"])
    return client.post("/desk/sign-in/", {"username": officer.username, "password": "云岭区热线2026", **more})


def test_every_role_has_the_page_of_its_work():
    assert set(START) == set(ROLES)


@pytest.mark.parametrize(
    ("name", "begins"),
    [("何区长", "/board/"), ("黄志强", "/desk/relay/"), ("赵工", "/desk/admin/units/"), ("周审", "/desk/admin/audit/"),
     ("覃红", "/desk/call-backs/"), ("李小英", "/desk/"), ("韦晓梅", "/desk/"), ("陆局长", "/desk/"), ("莫刚", "/desk/")],
)  # fmt: skip
def test_each_role_lands_on_the_page_of_its_work(cast, name, begins):
    client = Client()
    # 工作人员入口 asks for the desk's front page, which says nothing about what she came for
    answer = sign_in(client, cast.officers[name], next="/desk/")
    assert answer["Location"] == "/desk/start/"
    page = client.get(answer["Location"])
    assert page["Location"] == begins
    assert client.get(begins).status_code == 200


def test_who_asked_for_a_page_gets_it_even_after_a_slip(cast):
    client = Client()
    asked = client.get("/desk/inbox/?state=registered")
    assert asked["Location"] == "/desk/sign-in/?next=%2Fdesk%2Finbox%2F%3Fstate%3Dregistered"
    slip = client.post(
        "/desk/sign-in/", {"username": "李小英", "password": "x", "next": "/desk/inbox/?state=registered"}
    )
    assert 'value="/desk/inbox/?state=registered"' in slip.content.decode()
    assert sign_in(client, cast.officers["李小英"], next="/desk/inbox/?state=registered")["Location"].endswith(
        "registered"
    )
    for elsewhere in ("https://evil.example/", "//evil.example/", "public:home"):
        assert sign_in(Client(), cast.officers["李小英"], next=elsewhere)["Location"] == "/desk/start/"


@pytest.fixture
def late(cast) -> tuple[Client, Any, Any]:
    """李小英 wrote on a case; her session ended before she pressed the button."""
    case = Story(cast).call()
    client = Client()
    client.force_login(cast.officers["李小英"])
    Session.objects.all().delete()
    form = reverse("desk:case", args=[case.pk])
    answer = client.post(
        reverse("desk:case_note", args=[case.pk]),
        {"key": str(uuid.uuid4()), "words": WORDS, "inside": "on"},
        headers={"Referer": f"http://testserver{form}"},
    )
    return client, case, answer


def test_words_typed_after_the_session_ended_are_given_back(cast, late):
    client, case, answer = late
    form = reverse("desk:case", args=[case.pk])
    assert answer["Location"].startswith("/desk/sign-in/?next=")
    page = client.get(answer["Location"]).content.decode()
    assert "没有提交" in page
    assert WORDS not in page  # nobody has signed in yet
    assert not Addition.objects.exists()
    assert "停水" not in str(Session.objects.get().get_decoded())

    answer = sign_in(client, cast.officers["李小英"], next=form)
    assert answer["Location"] == "/desk/unsent/"
    page = client.get("/desk/unsent/")
    assert WORDS in page.content.decode()
    assert f'href="{form}"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    # once
    assert client.get("/desk/unsent/")["Location"] == "/desk/start/"


def test_a_form_without_words_leads_back_to_its_page_and_says_so(cast, late):
    _client, case, _answer = late
    client = Client()
    form = reverse("desk:case", args=[case.pk])
    answer = client.post(
        reverse("desk:case_withdraw", args=[case.pk]), {}, headers={"Referer": f"http://testserver{form}"}
    )
    assert "没有提交" in client.get(answer["Location"]).content.decode()
    assert sign_in(client, cast.officers["李小英"], next=form)["Location"] == form


def test_a_strange_page_is_no_way_back(cast, late):
    _client, case, _answer = late
    for referrer in ("https://evil.example/", ""):
        answer = Client().post(reverse("desk:case_withdraw", args=[case.pk]), {}, headers={"Referer": referrer})
        assert answer["Location"] == "/desk/sign-in/"


def test_a_part_of_a_page_says_it_in_place(cast):
    """htmx asks for a fragment: the page stays, with what was typed on it, and one sentence says what to do."""
    answer = Client().post("/desk/register/same/", {"words": WORDS}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Retarget"] == "#notices"
    assert "登录已过期" in answer.content.decode()
