"""The reader's language: her own choice, kept in a cookie, and only on the pages that she reads."""

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import get_language

from tests.cast import Cast, make_cast
from tongti.outbox.models import Message
from tongti.web import appearance, rendering


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.django_db
@pytest.mark.parametrize("browser", ["en-GB,en;q=0.9", "zh-CN,zh;q=0.9", "de"])
def test_a_page_is_chinese_whatever_the_browser_speaks(client: Client, browser: str) -> None:
    page = client.get("/", headers={"Accept-Language": browser}).content.decode()
    assert '<html lang="zh-CN"' in page
    assert "提难题" in page


@pytest.mark.django_db
def test_the_choice_is_kept_and_the_page_with_it(client: Client) -> None:
    page = client.get("/questions/?sort=new")
    assert 'href="/questions/?sort=new&amp;lang=en"' in page.content.decode()
    chosen = client.get("/questions/?sort=new&lang=en")
    assert (chosen.status_code, chosen.headers["Location"]) == (302, "/questions/?sort=new")
    assert chosen.cookies["lang"].value == "en"
    english = client.get(chosen.headers["Location"])
    assert "Cookie" in english.headers["Vary"]
    assert '<html lang="en"' in english.content.decode()
    assert "What people ask" in english.content.decode()
    # back again: the default is no cookie at all
    assert client.get("/?lang=zh").cookies["lang"].value == ""
    assert "提难题" in client.get("/").content.decode()


def test_only_languages_of_ours_are_believed() -> None:
    request = RequestFactory().get("/")
    request.look = appearance.read({"lang": "xx"})  # type: ignore[attr-defined]
    assert appearance.language_of(request) == "zh-hans"


@pytest.mark.django_db
def test_errors_beside_fields_are_said_in_english(client: Client) -> None:
    client.cookies["lang"] = "en"
    page = client.post("/track/", {"number": "", "code": ""})
    assert page.status_code == 422
    assert "Please fill in “Case number”." in page.content.decode()


def test_what_an_officer_does_in_english_is_written_down_in_chinese(cast: Cast) -> None:
    """An answer on the spot tells the asker: that message must not depend on the language of the clerk's screen."""
    client = cast.client("韦晓梅")
    client.cookies["lang"] = "en"
    typed = {
        "name": "农大姐", "phone": "13900139000", "body": "幸福路的路灯不亮，晚上看不见路", "kind": "help", "urgency": "normal",
        "channel": "hotline", "wants_reply": "yes", "answer": "已经请供电局今晚去换灯。", "do": "answer",
    }  # fmt: skip
    page = client.post("/desk/register/", typed)
    assert page.status_code in (302, 422), page.content.decode()
    assert get_language() == "zh-hans"
    for message in Message.objects.all():
        assert "诉求" in message.subject + message.body


def test_a_page_without_a_reader_is_chinese() -> None:
    page = rendering.Templates(
        {"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": [("tongti.web.rendering.Loader", [])]}}
    ).from_string("{% load i18n %}{% translate '办理中' %}")
    assert page.render() == "办理中"
