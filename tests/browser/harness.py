"""A real browser looking at real pages: what a page must never do, and the check that every page passes."""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response

INSTALL = "apt-get install -y --no-install-recommends chromium fonts-noto-cjk"

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passed is not written out: on a page of many rows that took longer than looking.
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"], "preload": False}
# A form that came back with its errors is an ordinary answer.
ORDINARY = frozenset({422})

# The page tells of policy violations through its console, where everything else that goes wrong is heard too.
REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event =>
  console.error('CSP: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + (event.sourceFile || '') + ':' + event.lineNumber));
"""


@dataclass
class Watch:
    """Everything a page did that it should not have; the fixture fails the test when ``faults`` is not empty."""

    base_url: str
    faults: list[str] = field(default_factory=list)
    allowed: set[int] = field(default_factory=lambda: set(ORDINARY))

    def allow(self, *statuses: int) -> None:
        """The test asks for these answers on purpose: ``watch.allow(404)``."""
        self.allowed.update(statuses)

    def attach(self, page: Page) -> None:
        """Listen to a page from its first request on."""
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Statuses are judged in _response, where the address is known and 422 is ordinary.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")
        if message.type == "warning" and "htmx" in message.text:
            self.faults.append(f"htmx: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base_url, "blob:", "data:", "about:")):
            self.faults.append(f"another host was asked: {request.url}")

    def _failed(self, request: Request) -> None:
        # A navigation, or a newer keystroke, cancels what is still under way.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"failed: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.faults.append(f"HTTP {response.status}: {response.request.method} {response.url}")


def chromium_program() -> str | None:
    """Where the browser is, if it is here at all."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def check(page: Page, label: str = "", *, axe: bool = True) -> None:
    """The page as it stands is accessible, does not scroll sideways, has no id twice; its picture is kept when asked for."""
    page.wait_for_load_state("load")
    scripted = _runs_script(page)
    if scripted:
        # not "networkidle", which costs half a second on every page
        page.wait_for_function("!document.querySelector('.htmx-request')")
    keep_picture(page, label)
    assert_fits(page)
    assert_ids_differ(page)
    assert_buttons_keep_what_is_typed(page)
    if axe and scripted:
        assert_accessible(page)


def assert_accessible(page: Page) -> None:
    """axe: WCAG 2.0 to 2.2 A and AA, and best practice, with no violation."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, options).then(found => found.violations)", AXE_OPTIONS)
    assert not found, f"{page.url}\n" + "\n".join(_violation(one) for one in found)


def assert_fits(page: Page) -> None:
    """Nothing sticks out to the right; what does is named."""
    wide = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width + 1) return [];
          const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1);
          return out.slice(-5).map(e => e.tagName.toLowerCase() + '.' + (e.getAttribute('class') || '') + ' ' +
            Math.round(e.getBoundingClientRect().right) + ' > ' + width);
        }"""
    )
    assert not wide, f"{page.url} scrolls sideways: {wide}"


def assert_ids_differ(page: Page) -> None:
    """An id names one element."""
    twice = page.evaluate(
        "() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
        " return ids.filter((id, at) => ids.indexOf(id) !== at); }"
    )
    assert not twice, f"{page.url} has ids twice: {twice}"


def assert_buttons_keep_what_is_typed(page: Page) -> None:
    """No button has the name of a field of its form: pressed, it would be sent in the place of what was typed there."""
    same = page.evaluate(
        """() => [...document.forms].flatMap(form => {
          const buttons = [...form.elements].filter(e => e.type === 'submit' && e.name).map(e => e.name);
          const typed = new Set([...form.elements].filter(e => !['submit', 'button'].includes(e.type)).map(e => e.name));
          return buttons.filter(name => typed.has(name));
        })"""
    )
    assert not same, f"{page.url}: buttons named like a field: {same}"


def keep_picture(page: Page, label: str = "") -> None:
    """A picture in the folder TONGTI_SHOTS, named after the test, the label and the width."""
    folder = os.environ.get("TONGTI_SHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    test = os.environ.get("PYTEST_CURRENT_TEST", "page").split("::")[-1].split(" ")[0]
    width = (page.viewport_size or {"width": 0})["width"]
    name = re.sub(r"[^\w.-]+", "-", f"{test}-{label}-{width}").strip("-").replace("--", "-")
    page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def sign_in(page: Page, officer: Any, base_url: str) -> None:
    """Give this page's browser the session of ``officer``, without going through the sign-in page."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(officer)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}])


def _runs_script(page: Page) -> bool:
    # axe needs timers, which a page with script off does not have.
    return bool(page.evaluate("() => !matchMedia('(scripting: none)').matches"))


def _violation(one: dict[str, Any]) -> str:
    nodes = "\n".join(f"    {node['html'][:160]}\n      {node['failureSummary'][:240]}" for node in one["nodes"][:5])
    return f"  {one['id']}: {one['help']} ({len(one['nodes'])})\n{nodes}"
