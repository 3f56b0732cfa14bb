"""The reader's language: her own choice, kept in a cookie, and only on the pages that she reads."""

import pytest
from django.test import Client, RequestFactory

from tests.cast import Cast, make_cast
from tests.public.conftest import WATER, intake
from tongti.cases import actions as cases
from tongti.cases.diversions import DIVERSIONS
from tongti.shared.actor import Asker
from tongti.trail.models import Event
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
    page = client.get("/q/?sort=new")
    assert 'href="/q/?sort=new&amp;lang=en"' in page.content.decode()
    chosen = client.get("/q/?sort=new&lang=en")
    assert (chosen.status_code, chosen.headers["Location"]) == (302, "/q/?sort=new")
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


def test_what_an_officer_does_in_english_is_written_down_as_in_chinese(client: Client, cast: Cast) -> None:
    """A case that is diverted tells its asker why; those words must not depend on the language of the clerk's screen."""
    client.force_login(cast.officers["李小英"])
    told = []
    for lang, phone in (("zh", "13900139001"), ("en", "13900139002")):
        client.cookies["lang"] = lang
        case = cases.register(intake=intake(WATER, phone=phone), by=Asker(None))
        typed = {"reason_code": next(iter(DIVERSIONS)), "words": "请直接拨打 110。"}
        page = client.post(f"/desk/cases/{case.pk}/divert/", typed, follow=True)
        assert ("Diverted; the asker sees the words" in page.content.decode()) is (lang == "en")
        case.refresh_from_db()
        told.append((case.closing, case.diverted.reason, events_of(case.pk)))
    assert told[0][2]
    assert told[0] == told[1]


def events_of(case_id: int) -> list[tuple[str, object]]:
    """What the trail says of it, save who asked."""
    rows = (
        Event.objects.filter(object_kind="cases.case", object_id=case_id).order_by("seq").values_list("verb", "facts")
    )
    return [(verb, {name: value for name, value in facts.items() if name != "party"}) for verb, facts in rows]


def test_a_page_without_a_reader_is_chinese() -> None:
    page = rendering.Templates(
        {"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": [("tongti.web.rendering.Loader", [])]}}
    ).from_string("{% load i18n %}{% translate '办理中' %}")
    assert page.render() == "办理中"
