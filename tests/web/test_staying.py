"""无操作自动退出 (domain sheet W11): the time begins anew with every page she asks for, not with what a page asks for by itself."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tongti.accounts.sessions import SessionStore
from tongti.shared import clock
from tongti.units.models import Post

BY_ITSELF = {"HX-Request": "true"}


@pytest.fixture
def clerk(on_friday: Any, signed_in: Any) -> Client:
    return signed_in("李小英")


def ends(client: Client) -> datetime:
    return SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value).ends_at()


def test_half_an_hour_without_a_page_and_she_is_signed_out(clerk: Client, on_friday: Any) -> None:
    for _ in range(3):
        on_friday.shift(timedelta(minutes=29))
        assert clerk.get("/desk/").status_code == 200
    on_friday.shift(timedelta(minutes=31))
    assert clerk.get("/desk/")["Location"].startswith("/desk/sign-in/")


def test_what_a_page_asks_for_by_itself_does_not_count(clerk: Client, on_friday: Any) -> None:
    first = ends(clerk)
    on_friday.shift(timedelta(minutes=20))
    clerk.get("/desk/inbox/", headers=BY_ITSELF)
    assert ends(clerk) == first
    # what she types does: the panel beside it is asked for with POST
    clerk.post("/desk/register/same/", {"words": "停水了"}, headers=BY_ITSELF)
    assert ends(clerk) == clock.now() + timedelta(minutes=30)


def test_it_is_kept_once_a_minute_and_the_cookie_with_it(
    clerk: Client, on_friday: Any, django_assert_num_queries: Any
) -> None:
    on_friday.shift(timedelta(seconds=50))
    assert settings.SESSION_COOKIE_NAME not in clerk.get("/desk/keys/").cookies
    with django_assert_num_queries(1):
        SessionStore(clerk.cookies[settings.SESSION_COOKIE_NAME].value).load()
    on_friday.shift(timedelta(seconds=20))
    cookie = clerk.get("/desk/keys/").cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (12 * 3600, True, "Lax")


def test_what_another_page_kept_meanwhile_is_not_lost(clerk: Client, on_friday: Any) -> None:
    key = clerk.cookies[settings.SESSION_COOKIE_NAME].value
    slow = SessionStore(key)
    slow.load()
    other = SessionStore(key)
    other["word"] = "水"
    other.save()
    on_friday.shift(timedelta(minutes=5))
    assert slow.seen()
    assert SessionStore(key)["word"] == "水"


def test_one_key_keeps_her_signed_in_and_too_late_is_told(clerk: Client, on_friday: Any) -> None:
    on_friday.shift(timedelta(minutes=28))
    assert clerk.post("/desk/stay/").json() == {"left": 1800}
    on_friday.shift(timedelta(minutes=31))
    assert clerk.post("/desk/stay/").json() == {"left": 0}
    assert Client().post("/desk/stay/").json() == {"left": 0}


def test_the_page_tells_its_script_how_long(clerk: Client, settings: Any) -> None:
    settings.SESSION_IDLE = 600
    page = clerk.get("/desk/").content.decode()
    assert 'data-left="1800"' in page  # as kept when she signed in
    assert 'data-idle="600" data-ahead="120"' in page
    assert "staying" not in Client().get("/").content.decode()


def test_the_mark_tells_two_officers_apart_and_names_neither(clerk: Client, cast: Any) -> None:
    def mark(client: Client) -> str:
        return client.get("/desk/").content.decode().split('data-mark="')[1].split('"')[0]

    other = Client()
    other.force_login(cast.officers["韦晓梅"])
    assert mark(clerk) == mark(clerk) != mark(other)
    assert len(mark(clerk)) == 16


def test_a_phone_with_the_notebook_works_for_hours_without_signal(on_friday: Any, cast: Any, signed_in: Any) -> None:
    """docs/adr/0024: away from any signal nobody can ask for a page; until when is told to the phone."""
    Post.objects.create(
        officer=cast.officers["蒙海燕"], unit=cast.units["临江镇"], role="field_officer", since=date(2020, 1, 1)
    )
    officer: Client = signed_in("蒙海燕")
    told = officer.get("/field/session/").json()
    assert datetime.fromisoformat(told["until"]) == clock.now() + timedelta(hours=12)
    on_friday.shift(timedelta(hours=11))
    assert officer.get("/field/").status_code == 200


def test_a_board_on_the_wall_stays_and_opens_nothing_else(on_friday: Any, signed_in: Any) -> None:
    """docs/adr/0036: nobody stands before it to press a key, so whoever does gets the sign-in page."""
    wall: Client = signed_in("何区长")
    assert wall.post("/board/screen/")["Location"] == "/board/?theme=dark"
    assert ends(wall) == clock.now() + timedelta(hours=12)
    on_friday.shift(timedelta(hours=11))
    assert wall.get("/board/").status_code == 200
    assert wall.get("/board/due/")["Location"] == "/desk/sign-in/"
    assert "大屏只显示看板" in wall.get("/desk/sign-in/").content.decode()
    assert wall.get("/board/")["Location"].startswith("/desk/sign-in/")


def test_a_resident_keeps_what_she_typed_for_hours(on_friday: Any, db: None) -> None:
    session = SessionStore()
    session["draft"] = "停水"
    session.save()
    assert session.ends_at() == clock.now() + timedelta(hours=12)
