"""A browser whose requests are answered out of the test's own transaction: nothing is served, nothing is committed.

What a test has built, the browser sees at once, and it is taken back with the transaction. So one world, built once, serves hundreds of
pages. (A test that needs two requests at the same time, or real waiting, takes ``live_server``.)
"""

import contextvars
import mimetypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route

HOST = "http://testserver"
MOVED = '<!doctype html><meta http-equiv="refresh" content="0;url={}">'


@dataclass
class Inside:
    """The page, and the client that asks in its place; ``client`` may be exchanged for another person's."""

    page: Page
    client: Client = field(default_factory=Client)
    faults: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """A page out of the transaction, a file out of its folder."""
        request = route.request
        parts = urlsplit(request.url)
        if parts.path.startswith("/static/"):
            found = finders.find(parts.path.removeprefix("/static/"))
            if not found:
                self.faults.append(f"no such file: {parts.path}")
                route.fulfill(status=404)
                return
            route.fulfill(path=found, content_type=mimetypes.guess_type(found)[0] or "text/plain")
            return
        answer = self._ask(request, f"{parts.path}?{parts.query}" if parts.query else parts.path)
        if answer.status_code in (301, 302, 303):
            # Playwright does not hand us what a redirect leads to, but it does what a page leads to.
            route.fulfill(content_type="text/html", body=MOVED.format(escape(answer.headers["Location"])))
            return
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if answer.status_code >= 400:
            self.faults.append(f"HTTP {answer.status_code} {request.method} {request.url}")
        # The client keeps the cookies.
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "set-cookie"}
        route.fulfill(status=answer.status_code, headers=headers, body=body)

    def _ask(self, request: Any, path: str) -> Any:
        headers = {name: value for name, value in request.headers.items() if name.startswith(("hx-", "referer"))}
        if request.method == "GET":
            answer = self.client.get(path, headers=headers)
        else:
            kind = request.headers.get("content-type", "")
            answer = self.client.generic(request.method, path, request.post_data_buffer or b"", kind, headers=headers)
        return answer


@contextmanager
def inside(browser: Browser, **options: Any) -> Iterator[Inside]:
    """A browser inside this transaction: ``with inside(chromium, width=390) as browser:``."""
    viewport = {"width": options.pop("width", 1366), "height": options.pop("height", 800)}
    context = browser.new_context(
        base_url=HOST,
        viewport=viewport,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        **options,
    )
    page = context.new_page()
    door = Inside(page)
    # A request is answered on another stack of playwright's, where Django would open a connection of its own and see nothing.
    here = contextvars.copy_context()
    answer: Callable[[Route], None] = lambda route: here.copy().run(door.answer, route)  # noqa: E731  (typed for playwright)
    page.route("**/*", answer)
    try:
        yield door
    finally:
        context.close()
