"""The last net under the application: what escapes Django is logged as we log everything, and answered as a page.

The web server would print the whole traceback of such an exception, its text included, and that text can quote a resident.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # types of the standard that exist for the type checker only
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("tongti.web")

# Nothing that could fail again: no template, no database, no translation.
PAGE = (Path(__file__).parent / "broken.html").read_bytes()
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Length", str(len(PAGE))),
    ("Content-Security-Policy", "default-src 'none'"),
    ("Cache-Control", "no-store"),
]


class Guarded:
    """A WSGI application around another: its unexpected failures become one log line and status 500 (PEP 3333)."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The wrapped application's answer, or a plain page that says the fault is ours."""
        try:
            answer = self.application(environ, start_response)
        except Exception:
            log.exception("request failed outside the application")
            start_response("500 Internal Server Error", HEADERS, sys.exc_info())
            return [PAGE]
        return _Stream(answer) if getattr(answer, "streaming", False) else answer


class _Stream:
    """An answer that is still being made while it is sent (an export): it can break off after its head has left."""

    def __init__(self, answer: Iterable[bytes]) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.answer
        except Exception:
            log.exception("answer broke off")
            # the connection must end unfinished, or a cut table would pass for a whole one
            raise BrokenOff from None

    def close(self) -> None:
        """As PEP 3333 asks: the answer's own end, whatever became of it."""
        close = getattr(self.answer, "close", None)
        if close is not None:
            close()


class BrokenOff(Exception):
    """What the web server sees of a failure: that there was one."""
