"""The rail shows a place when the view behind it would let this person in."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from tongti.units.access import ROLES, May, Seat, Viewer
from tongti.web import nav


def _view(*permissions: May) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("")

    view.permissions = permissions  # type: ignore[attr-defined]
    return view


def _open(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


desk = (
    [
        path("", _view(), name="home"),
        path("inbox/", _view(May.SEE), name="inbox"),
        path("inbox/open/", _view(May.REGISTER), name="inbox-open"),
        path("units/", _view(May.ADMINISTER), name="units"),
    ],
    "desk",
)
urlpatterns = [path("desk/", include(desk)), path("track/", _open, name="track")]

pytestmark = pytest.mark.urls(__name__)


def _request(address: str, role: str = "") -> HttpRequest:
    request = RequestFactory().get(address)
    if role:
        seat = Seat(unit_id=1, unit_path="/1/", unit_name="热线办", role=ROLES[role])
        request.viewer = Viewer(officer_id=1, name="李小英", seats=(seat,))  # type: ignore[attr-defined]
    return request


def _labels(request: HttpRequest) -> list[str]:
    return [str(item.label) for group in nav.for_request(request) for item in group.items]


def test_a_clerk_sees_her_places_and_not_the_administrators() -> None:
    assert _labels(_request("/desk/", "clerk")) == ["我的待办", "收件登记"]
    assert "机构" in _labels(_request("/desk/", "admin"))


def test_whoever_registers_nothing_reads_another_word() -> None:
    assert "诉求" in _labels(_request("/desk/", "handler"))
    assert "收件登记" not in _labels(_request("/desk/", "handler"))


def test_a_stranger_sees_no_rail() -> None:
    assert nav.for_request(_request("/desk/")) == []


def test_the_current_place_is_marked_on_its_inner_pages_too() -> None:
    def current(address: str) -> list[str]:
        groups = nav.for_request(_request(address, "clerk"))
        return [item.url_name for group in groups for item in group.items if item.current]

    assert current("/desk/") == ["desk:home"]
    assert current("/desk/inbox/open/") == ["desk:inbox"]


def test_a_count_is_asked_of_the_room_that_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nav, "_COUNTS", {})

    @nav.counts("desk:inbox")
    def waiting(request: HttpRequest) -> int:
        return 38

    items = {
        item.url_name: item.count for group in nav.for_request(_request("/desk/", "clerk")) for item in group.items
    }
    assert items == {"desk:home": None, "desk:inbox": 38}


def test_a_place_without_a_door_is_open_and_a_missing_one_is_no_link() -> None:
    assert nav.place(None, "track") == "/track/"
    assert nav.place(None, "desk:home") == ""
    assert nav.place(None, "no:such") == ""
