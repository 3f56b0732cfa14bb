"""Browser fixtures. Each page fixture fails its test at the end if the page broke the content policy, threw, or asked in vain.

    def test_receipt(phone_page, watch):
        phone_page.goto("/report/")
        ...
        check(phone_page, "receipt")

``page.goto`` takes paths. ``TONGTI_SHOTS=/some/folder`` keeps a picture of every checked page.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import harness
from tests.browser.harness import Watch

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is marked, so ``-m "not browser"`` leaves it out."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Browser:
    """The session's Chromium; without one the tests are skipped, but in CI they fail."""
    if harness.chromium_program() is None and os.environ.get("CI") != "true":
        pytest.skip(f"Chromium is not installed. Run: {harness.INSTALL}")
    browser: Browser = request.getfixturevalue("chromium")
    return browser


@pytest.fixture
def watch(live_server: Any) -> Iterator[Watch]:
    """What the pages of this test did wrong; ``watch.allow(404)`` for an answer that the test asks for on purpose."""
    watching = Watch(live_server.url)
    yield watching
    assert not watching.faults, "\n".join(watching.faults)


@pytest.fixture
def open_page(browser: Browser, live_server: Any, watch: Watch) -> Iterator[OpenPage]:
    """``open_page(width=390, height=844, **context_options)``: a page of its own browser profile, watched."""
    contexts = []

    def open_one(*, width: int = 1366, height: int = 768, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        watch.attach(page)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def desk_page(open_page: OpenPage) -> Page:
    """An office screen."""
    return open_page()


@pytest.fixture
def phone_page(open_page: OpenPage) -> Page:
    """A phone held upright."""
    return open_page(width=390, height=844, is_mobile=True, has_touch=True)


@pytest.fixture
def nojs_phone_page(open_page: OpenPage) -> Page:
    """The same phone with script off: every form must still work."""
    return open_page(width=390, height=844, is_mobile=True, has_touch=True, java_script_enabled=False)
