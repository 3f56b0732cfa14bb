"""The content policy, the reader's look, and errors in words."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from tongti.shared.errors import NotVisible, Raced
from tongti.web.middleware import POLICY, _back


def raced(request: HttpRequest) -> HttpResponse:
    raise Raced


def unseen(request: HttpRequest) -> HttpResponse:
    raise NotVisible


def gone(request: HttpRequest) -> HttpResponse:
    raise Http404


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("好")


urlpatterns = [
    path("raced/", raced),
    path("unseen/", unseen),
    path("gone/", gone),
    path("refused/", refused),
    path("broken/", broken),
    path("plain/", plain),
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def quiet_client() -> Client:
    """A browser: exceptions become answers."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["raced", "unseen", "gone", "refused", "broken", "plain", "nowhere"])
def test_the_policy_is_on_every_answer(quiet_client: Client, address: str) -> None:
    assert quiet_client.get(f"/{address}/").headers["Content-Security-Policy"] == POLICY


def test_a_rule_that_said_no_is_one_sentence_with_its_status(quiet_client: Client) -> None:
    answer = quiet_client.post("/raced/", headers={"Referer": "http://testserver/desk/questions/3/?tab=a"})
    assert answer.status_code == 409
    assert "这件事刚刚已被别人处理，请刷新后再看。" in answer.content.decode()
    assert 'href="/desk/questions/3/?tab=a"' in answer.content.decode()


def test_htmx_gets_the_sentence_for_the_notice_line(quiet_client: Client) -> None:
    answer = quiet_client.post("/raced/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "<html" not in answer.content.decode()
    assert "这件事刚刚已被别人处理" in answer.content.decode()


@pytest.mark.parametrize(("address", "status"), [("unseen", 404), ("gone", 404), ("refused", 403)])
def test_htmx_never_gets_a_whole_error_page(quiet_client: Client, address: str, status: int) -> None:
    answer = quiet_client.get(f"/{address}/", headers={"HX-Request": "true"})
    assert answer.status_code == status
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("unseen", 404, "没有找到这一页"),
        ("gone", 404, "没有找到这一页"),
        ("refused", 403, "您的岗位没有这项权限"),
        ("broken", 500, "系统出了问题，不是您的错"),
    ],
)
def test_error_pages_are_in_chinese(quiet_client: Client, address: str, status: int, words: str) -> None:
    answer = quiet_client.get(f"/{address}/")
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_unseen_and_absent_cannot_be_told_apart(quiet_client: Client) -> None:
    assert quiet_client.get("/unseen/").content == quiet_client.get("/gone/").content


def test_a_stale_form_is_told_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/plain/")
    assert answer.status_code == 403
    assert "这一页放得太久" in answer.content.decode()


def test_choosing_a_look_sets_a_cookie_and_leaves_the_address_clean(client: Client) -> None:
    answer = client.get("/plain/?size=large&q=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/plain/?q=1"
    assert answer.cookies["size"].value == "large"
    assert answer.cookies["size"]["httponly"]
    assert client.get("/plain/?size=normal").cookies["size"].value == ""


@pytest.mark.parametrize("query", ["size=huge", "theme=%3Cscript%3E", "contrast="])
def test_other_values_are_not_ours(client: Client, query: str) -> None:
    answer = client.get(f"/plain/?{query}")
    assert answer.status_code == 200
    assert "size" not in answer.cookies


def test_a_form_that_sends_a_field_called_size_is_left_alone(client: Client) -> None:
    assert client.post("/plain/?size=large").status_code == 200


def test_the_way_back_stays_on_this_site() -> None:
    def back(referrer: str, method: str = "post") -> str:
        request: Any = getattr(RequestFactory(), method)("/a/", headers={"Referer": referrer})
        return _back(request)

    assert back("http://testserver/b/?x=1") == "/b/?x=1"
    assert back("http://evil.example/b/") == "/"
    assert back("http://testserver//evil.example/") == "/evil.example/"
    assert back("http://testserver/a/", "get") == "/"
    assert back("") == "/"


@override_settings(DEMO=False)
@pytest.mark.urls("tongti.web.urls")
def test_the_styleguide_is_for_demo_and_debugging(client: Client) -> None:
    assert client.get("/styleguide/").status_code == 404
