"""The five-minute tour of the demo district, walked as a visitor walks it; and the pages that the guide shows, photographed on the way."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from tests.browser.harness import assert_fits
from tests.browser.inside import Inside, inside
from tests.browser.shots import shot
from tongti.answers.models import Answer
from tongti.project import demo
from tongti.project.demo.stories import CLERK
from tongti.questions.models import Question
from tongti.supervision import actions as supervision
from tongti.units.queries import DemoSeat, demo_seats
from tongti.verdicts.models import CallBack
from tongti.visits.models import Visit
from tongti.web import tour

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

NOW = datetime(2026, 3, 12, 10, 20)


@pytest.fixture(scope="module")
def district(chromium: Browser, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo district on a Thursday morning, loaded once for this file and rolled back after it.

    After the browser: it keeps an event loop, with which Django's connections are others than without.
    """
    with time_machine.travel(timezone.make_aware(NOW), tick=False), django_db_blocker.unblock(), transaction.atomic():
        demo.load(lambda _words: None)
        yield
        transaction.set_rollback(True)
    connection.close()


@pytest.fixture
def browser_inside(district: None, chromium: Browser, settings: Any) -> Iterator[Inside]:
    settings.DEMO = True
    with inside(chromium) as door:
        yield door
        assert door.faults == []


def seat(role: str, name: str = "") -> DemoSeat:
    return next(one for one in demo_seats() if one.role.code == role and name in one.name)


def test_the_tour_leads_through_the_district(browser_inside: Inside) -> None:
    page = browser_inside.page
    assert [str(stop.step) for stop in tour.stops()] == ["听", "听", "合", "交", "答", "评", "看"]
    page.goto("/tour/")
    shot(page, "tour")
    for at, stop in enumerate(tour.stops()):
        page.goto("/tour/")
        card = page.locator(".tour > li").nth(at)
        if stop.seat is None:
            card.get_by_role("link", name="打开").click()
        else:
            card.get_by_role("button", name=stop.seat.name).click()
        page.wait_for_url(f"**{stop.url}")
        assert page.locator("h1").first.inner_text() != "没有找到这一页"
        if stop.seat is not None:
            page.get_by_role("link", name="五分钟导览").click()
            page.wait_for_url("**/tour/")


def test_what_a_visitor_did_leaves_no_dead_end(browser_inside: Inside) -> None:
    """Nothing to review, nothing to sign, nobody to call: the stops lead to the lists."""
    Question.objects.filter(state="candidate").update(state="dropped")
    Answer.objects.filter(state="submitted").update(state="draft")
    CallBack.objects.update(state="done")
    for stop in tour.stops():
        client = Client()
        if stop.seat is not None:
            client.post("/desk/sign-in/demo/", {"officer": stop.seat.officer_id})
        assert client.get(stop.url).status_code == 200, stop.url


def _open(door: Inside, role: str, address: str, name: str = "") -> Any:
    door.client = Client()
    if role:
        door.client.post("/desk/sign-in/demo/", {"officer": seat(role, name).officer_id})
    door.page.goto(address)
    return door.page


def test_pictures_of_the_guide_at_a_desk(browser_inside: Inside) -> None:
    door = browser_inside
    stops = {stop.seat.role.code: stop for stop in tour.stops() if stop.seat}
    shot(_open(door, "clerk", "/desk/", CLERK), "clerk-home")
    page = _open(door, "clerk", "/desk/register/", CLERK)
    page.fill("#id_words", "幸福路晚上七点以后又停水了，六楼没有水。")
    page.locator("#same .match").first.wait_for()
    shot(page, "clerk-register")
    question = Question.objects.filter(state="handling").order_by("-asker_count").first()
    shot(_open(door, "dispatcher", stops["dispatcher"].url), "dispatcher-review")
    shot(_open(door, "dispatcher", f"/desk/questions/{question.pk}/"), "dispatcher-question")
    waiting = Question.objects.filter(state="set_up").order_by("-asker_count").first() or question
    shot(_open(door, "dispatcher", f"/desk/questions/{waiting.pk}/dispatch/"), "dispatcher-assign")
    handler = next(stop for stop in tour.stops() if str(stop.step) == "交")
    shot(_open(door, handler.seat.role.code, "/desk/relay/?tab=accepted", handler.seat.name), "handler-list")
    shot(_open(door, handler.seat.role.code, handler.url, handler.seat.name), "handler-baton")
    signing = stops["unit_leader"]
    shot(_open(door, "unit_leader", signing.url, signing.seat.name), "handler-answer")
    shot(_open(door, "supervisor", "/desk/wall/"), "supervisor-wall")
    supervision.scan()  # as every hour
    shot(_open(door, "supervisor", "/desk/supervision/"), "supervisor-proposals")
    shot(_open(door, "revisitor", stops["revisitor"].url), "supervisor-call")
    shot(_open(door, "leader", "/board/"), "leader-board")
    shot(_open(door, "admin", "/desk/admin/officers/"), "admin-officers")
    shot(_open(door, "admin", "/desk/admin/regimes/"), "admin-regimes")
    shot(_open(door, "admin", "/desk/admin/calendar/"), "admin-calendar")


def test_pictures_of_the_guide_on_a_phone(district: None, chromium: Browser, settings: Any) -> None:
    settings.DEMO = True
    with inside(chromium, width=390, height=844, is_mobile=True, has_touch=True) as door:
        page = _open(door, "", "/say/")
        page.fill("#id_words", "幸福路晚上又停水了，家里有老人，很不方便。")
        page.locator(".match").first.wait_for()
        shot(page, "public-say")
        public = next(stop for stop in tour.stops() if stop.seat is None)
        shot(_open(door, "", public.url), "public-question")
        visit = Visit.objects.filter(state="done").order_by("-pk").first()
        officer = seat("field_officer", visit.officer.name) if visit else seat("field_officer")
        shot(_open(door, "field_officer", "/field/", officer.name), "visitor-today")
        shot(_open(door, "field_officer", f"/field/visits/{visit.pk}/", officer.name), "visitor-visit")
        assert door.faults == []


# What is of the screen only: places to go, buttons, boxes to type in.
NOT_ON_PAPER = ".side,.top,.foot,.btn,.skip,.tabs,.pages,dialog,.notices:empty,.filters,.bar-act"


def test_five_main_pages_print_clean(browser_inside: Inside) -> None:
    """On A4 across: the words and figures, nothing to press, nothing cut at the right; each is as many sheets as it needs."""
    door = browser_inside
    question = Question.objects.filter(state="handling").order_by("-asker_count").first()
    baton = next(stop for stop in tour.stops() if str(stop.step) == "交")
    for role, name, address, label in (
        ("leader", "", "/board/", "board"),
        ("dispatcher", "", f"/desk/questions/{question.pk}/", "question"),
        (baton.seat.role.code, baton.seat.name, baton.url, "baton"),
        ("supervisor", "", "/desk/wall/", "wall"),
        ("supervisor", "", "/desk/ledger/print/", "ledger"),
    ):
        page = _open(door, role, address, name)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 1000, "height": 700})
        shown = page.locator(NOT_ON_PAPER).evaluate_all(
            "all => all.filter(e => e.getClientRects().length).map(e => e.outerHTML.slice(0, 120))"
        )
        assert shown == [], address
        assert_fits(page)
        assert page.locator("h1").first.is_visible()
        sheets = page.pdf(prefer_css_page_size=True, print_background=True)
        assert sheets.count(b"/Type /Page\n") >= 1
        keep_paper(sheets, label)
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1366, "height": 800})


def keep_paper(sheets: bytes, label: str) -> None:
    """The sheets in the folder TONGTI_SHOTS, to be looked at."""
    folder = os.environ.get("TONGTI_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"print-{label}.pdf").write_bytes(sheets)
