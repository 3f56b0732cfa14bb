"""A foreign firm's manager with a phone reports a difficulty in English; a clerk reads her desk in English."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.public.conftest import WATER, intake
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.shared import ratelimit
from tongti.shared.actor import Asker

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(live_server: Any) -> Cast:
    ratelimit.forget_all()
    return make_cast()


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


def test_a_manager_who_reads_no_chinese_reports_and_finds_her_case_again(phone_page: Page, cast: Cast) -> None:
    phone_page.goto("/")
    # The way in is in her own language, on a page in another.
    phone_page.get_by_role("navigation").get_by_role("link", name="English").click()
    expect(phone_page.locator("html")).to_have_attribute("lang", "en")
    check(phone_page, "english-home")

    phone_page.get_by_role("link", name="Report a difficulty").first.click()
    phone_page.get_by_label("What happened?").fill("The water pressure in our plant has been too low since Monday.")
    check(phone_page, "english-report")
    phone_page.get_by_role("button", name="Next: check and submit").click()
    # wrong input is answered in English, and what she typed stays
    assert phone_page.title().startswith("Error: ")
    expect(phone_page.get_by_label("What happened?")).to_have_value(
        "The water pressure in our plant has been too low since Monday."
    )
    check(phone_page, "english-errors")
    phone_page.get_by_label("Township (sub-district)").select_option(label="Not sure, please decide for me")
    phone_page.get_by_label("Mobile number").fill("13900139000")
    phone_page.get_by_role("button", name="Next: check and submit").click()
    check(phone_page, "english-check")
    phone_page.get_by_role("button", name="Submit", exact=True).click()
    expect(phone_page.get_by_role("heading", name="We have received your case")).to_be_visible()
    check(phone_page, "english-receipt")
    assert Case.objects.get().body.startswith("The water pressure")

    phone_page.get_by_role("link", name="Track progress").first.click()
    check(phone_page, "english-track")
    # and back: the page stays
    phone_page.get_by_role("navigation").get_by_role("link", name="中文").click()
    expect(phone_page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert phone_page.url.endswith("/track/")


def test_a_dispatchers_desk_in_english(desk_page: Page, cast: Cast, live_server: Any) -> None:
    cases.register(intake=intake(WATER), by=Asker(None))
    sign_in(desk_page, cast.officers["韦晓梅"], live_server.url)
    desk_page.goto("/desk/?lang=en")
    expect(desk_page.get_by_role("link", name="My work").first).to_be_visible()
    for address, name in (
        ("/desk/", "home"),
        ("/desk/register/", "register"),
        ("/desk/inbox/", "inbox"),
        ("/board/", "board"),
    ):
        desk_page.goto(address)
        check(desk_page, f"english-{name}", axe=name in ("register", "board"))
