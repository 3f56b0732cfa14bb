"""What htmx does with our answers: refusals go to the notice line, refused forms come back, a lost server is told in words."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path
from playwright.sync_api import Page

from tests.browser.harness import Watch, check
from tongti.shared.errors import Raced

PAGE = """{% extends "public/base.html" %}{% block title %}试{% endblock %}{% block main %}<h1>试</h1>
<form method="post" action="/same/" hx-post="/same/" hx-target="#same" hx-swap="innerHTML">{% csrf_token %}
<label for="w">话</label><textarea class="ctl" id="w" name="w"></textarea>
<button class="btn" formaction="/same/">找</button></form>
{% for name in names %}<button class="btn" hx-post="/{{ name }}/" hx-target="#same" hx-include="#w" hx-headers='{"X-CSRFToken":"{{ csrf_token }}"}'>{{ name }}</button>{% endfor %}
<div id="same"><p>原来的</p></div>{% endblock %}"""


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Template(PAGE).render(RequestContext(request, {"names": ["raced", "invalid", "broken"]})))


def same(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>收到 {len(request.POST['w'])} 字</p>")


def raced(request: HttpRequest) -> HttpResponse:
    raise Raced


def invalid(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>请写清楚</p>", status=422)


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>Traceback</h1>", status=500)


urlpatterns = [
    path("try/", page),
    path("same/", same),
    path("raced/", raced),
    path("invalid/", invalid),
    path("broken/", broken),
]

pytestmark = pytest.mark.urls(__name__)


def test_a_fragment_takes_its_place_under_the_strict_policy(desk_page: Page) -> None:
    desk_page.goto("/try/")
    desk_page.get_by_label("话").fill("停水")
    desk_page.get_by_role("button", name="找").click()
    desk_page.get_by_text("收到 2 字").wait_for()
    check(desk_page)


def test_a_refusal_goes_to_the_notice_line_and_leaves_the_rest(desk_page: Page, watch: Watch) -> None:
    watch.allow(409)
    desk_page.goto("/try/")
    desk_page.get_by_label("话").fill("停水")
    desk_page.get_by_role("button", name="raced").click()
    desk_page.get_by_role("status").get_by_text("这件事刚刚已被别人处理").wait_for()
    assert desk_page.get_by_text("原来的").is_visible()
    assert desk_page.get_by_label("话").input_value() == "停水"


def test_a_refused_form_comes_back_into_its_place(desk_page: Page) -> None:
    desk_page.goto("/try/")
    desk_page.get_by_role("button", name="invalid").click()
    desk_page.get_by_text("请写清楚").wait_for()


def test_a_broken_server_is_told_in_words(desk_page: Page, watch: Watch) -> None:
    watch.allow(500)
    desk_page.goto("/try/")
    desk_page.get_by_role("button", name="broken").click()
    desk_page.get_by_role("status").get_by_text("刚才这一步没有成功").wait_for()
    assert desk_page.get_by_text("原来的").is_visible()
    assert desk_page.get_by_text("Traceback").count() == 0
    check(desk_page)


def test_a_lost_connection_is_told_in_words(desk_page: Page, watch: Watch) -> None:
    desk_page.goto("/try/")
    desk_page.context.set_offline(True)
    desk_page.get_by_role("button", name="invalid").click()
    desk_page.get_by_role("status").get_by_text("网络不稳").wait_for()
    # The failed request is what this test is about.
    watch.faults.clear()
    assert desk_page.get_by_text("原来的").is_visible()


def test_a_form_is_sent_once_however_often_it_is_pressed(desk_page: Page) -> None:
    desk_page.goto("/try/")
    sent: list[str] = []
    desk_page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    # A copy of the form that htmx has not seen is sent by the browser itself.
    desk_page.evaluate(
        """() => {
          const form = document.querySelector('form').cloneNode(true);
          document.body.append(form);
          const button = form.querySelector('button');
          button.click();
          button.click();
        }"""
    )
    desk_page.get_by_text("收到 0 字").wait_for()
    assert len(sent) == 1
