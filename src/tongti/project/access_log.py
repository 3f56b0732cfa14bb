"""One line per answered request: method, route pattern, status, milliseconds. No address, no path, no query, no client."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("tongti.access")


class AccessLog:
    """The route's pattern stands for the path, because a path can hold a number, a code or a one-time token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = getattr(request, "resolver_match", None)
        # Static files and the health check are asked for all day and say nothing.
        if match is not None and match.view_name != "healthz":
            log.info(
                "request",
                extra={
                    "method": request.method,
                    "route": match.route,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )
        return response
