"""The rail shows a place when the view behind it would let this person in."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from tests.cast import Cast
from tongti.units.access import ROLES, May, Seat, Viewer
from tongti.units.models import Unit
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


@pytest.mark.django_db
def test_all_counts_are_asked_of_the_rooms_that_know_by_one_statement(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """A place whose rows lie in two tables counts both; a place that is not shown is not counted."""
    monkeypatch.setattr(nav, "_COUNTS", {})
    towns, others = Unit.objects.filter(kind=Unit.Kind.TOWNSHIP), Unit.objects.exclude(kind=Unit.Kind.TOWNSHIP)

    @nav.counts("desk:inbox")
    def waiting(viewer: Viewer) -> nav.Rows:
        assert viewer.name == "李小英"
        return [towns, others]

    @nav.counts("desk:home")
    def nothing(viewer: Viewer) -> nav.Rows:
        return [Unit.objects.none()]

    @nav.counts("desk:units")
    def hidden(viewer: Viewer) -> nav.Rows:
        raise AssertionError("the clerk is not shown the units")

    with django_assert_num_queries(1):
        groups = nav.for_request(_request("/desk/", "clerk"))
    items = {item.url_name: item.count for group in groups for item in group.items}
    assert items == {"desk:home": 0, "desk:inbox": Unit.objects.count()}


def test_a_place_without_a_door_is_open_and_a_missing_one_is_no_link() -> None:
    assert nav.place(None, "track") == "/track/"
    assert nav.place(None, "desk:home") == ""
    assert nav.place(None, "no:such") == ""
