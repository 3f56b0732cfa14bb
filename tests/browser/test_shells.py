"""The three shells around a page, for somebody who is signed in."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import include, path
from playwright.sync_api import Page

from tests.browser.harness import check, sign_in
from tongti.accounts.models import Officer
from tongti.units.models import Post, Region, Unit
from tongti.web.desk.doors import desk

PAGE = """{% extends shell %}{% block title %}待办{% endblock %}{% block heading %}看板{% endblock %}
{% block main %}{% if shell != "board/base.html" %}<h1>我的待办</h1>{% endif %}<p>今天没有要办的事。</p>{% endblock %}"""


def _page(shell: str) -> HttpResponse:
    @desk()
    def view(request: HttpRequest, **_address: str) -> HttpResponse:
        return HttpResponse(Template(PAGE).render(RequestContext(request, {"shell": f"{shell}/base.html"})))

    return view


NAMES = {
    "": "home",
    "sign-out/": "sign_out",
    "sign-in/": "sign_in",
    "start/": "start",
    "keys/": "keys",
    "help/": "help",
    "stay/": "stay",
}
desk_urls = ([path(address, _page("desk"), name=name) for address, name in NAMES.items()], "desk")
desk_urls[0].append(path("help/<slug:slug>/", _page("desk"), name="guide"))
board_urls = ([path("", _page("board"), name="home")], "board")
urlpatterns = [path("desk/", include(desk_urls)), path("board/", include(board_urls))]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def clerk(transactional_db: None) -> Officer:
    """李小英, at the hotline."""
    region = Region.objects.create(code="451000", name="云岭区", level=Region.Level.DISTRICT)
    unit = Unit.objects.create(
        code="hotline", name="云岭区热线办", short_name="热线办", kind=Unit.Kind.HOTLINE, region=region
    )
    officer = Officer.objects.create(username="lixiaoying", name="李小英")
    Post.objects.create(officer=officer, unit=unit, role="clerk", since="2020-01-01")
    return officer


def test_the_desk_knows_who_is_there(desk_page: Page, phone_page: Page, clerk: Officer, live_server: object) -> None:
    for page in (desk_page, phone_page):
        sign_in(page, clerk, str(live_server))
        page.goto("/desk/")
        check(page)
    assert desk_page.get_by_text("收件员").first.is_visible()
    assert desk_page.get_by_role("link", name="我的待办").get_attribute("aria-current") == "page"
    assert desk_page.get_by_role("button", name="退出登录").first.is_visible()


def test_the_board_has_its_own_heading(desk_page: Page, clerk: Officer, live_server: object) -> None:
    sign_in(desk_page, clerk, str(live_server))
    desk_page.goto("/board/")
    assert desk_page.get_by_role("heading", level=1).inner_text() == "看板"
    check(desk_page)
