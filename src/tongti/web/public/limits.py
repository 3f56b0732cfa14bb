"""How often strangers may do things. Generous per address, because a whole village may share one; strict per phone and number."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from tongti.shared import ratelimit

MINUTE, HOUR = 60, 3600


def panel(request: HttpRequest) -> None:
    """The live panel asks at every pause in typing."""
    ratelimit.hit("panel", client(request), 300, 5 * MINUTE)


def draft(request: HttpRequest) -> None:
    """A form page sent in, complete or not; each may carry photos."""
    ratelimit.hit("draft", client(request), 120, 10 * MINUTE)


def submit(request: HttpRequest, phone: str = "") -> None:
    """A case made: 60 in ten minutes from one address, 10 an hour with one phone."""
    ratelimit.hit("submit", client(request), 60, 10 * MINUTE)
    ratelimit.hit("submit.phone", phone, 10, HOUR)


def track(request: HttpRequest, number: str) -> None:
    """A number and code tried: 60 in ten minutes from one address, 10 an hour for one number."""
    ratelimit.hit("track", client(request), 60, 10 * MINUTE)
    ratelimit.hit("track.number", number, 10, HOUR)


def tracked(number: str) -> None:
    """They were right: earlier slips with this number are forgotten."""
    ratelimit.forgive("track.number", number)


def link(request: HttpRequest) -> None:
    """Links opened; far more than a person opens, far fewer than guessing needs."""
    ratelimit.hit("link", client(request), 120, 10 * MINUTE)


def add(request: HttpRequest, case_id: int) -> None:
    """Words or files added: 20 an hour on one case."""
    ratelimit.hit("add", client(request), 60, 10 * MINUTE)
    ratelimit.hit("add.case", str(case_id), 20, HOUR)


def client(request: HttpRequest) -> str:
    """The address that asks, an IPv6 one by its /64. Behind our proxy the header's last entry is the one the proxy wrote."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address
