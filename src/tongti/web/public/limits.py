"""How often strangers may do things. Generous per address, because a whole village may share one; strict per phone and number."""

from django.http import HttpRequest

from tongti.shared import ratelimit
from tongti.shared.ratelimit import Try, hit_all
from tongti.web.client import address

MINUTE, HOUR = 60, 3600


def panel(request: HttpRequest) -> None:
    """The live panel asks at every pause in typing."""
    ratelimit.hit("panel", address(request), 300, 5 * MINUTE)


def draft(request: HttpRequest) -> None:
    """A form page sent in, complete or not; each may carry photos."""
    ratelimit.hit("draft", address(request), 120, 10 * MINUTE)


def submit(request: HttpRequest, phone: str = "") -> None:
    """A case made: 60 in ten minutes from one address, 10 an hour with one phone."""
    hit_all(Try("submit", address(request), 60, 10 * MINUTE), Try("submit.phone", phone, 10, HOUR))


def stated(request: HttpRequest, phone: str, credit_code: str) -> None:
    """A firm's need or offer sent: 30 in ten minutes from one address, 10 an hour with one phone and for one code."""
    hit_all(
        Try("stated", address(request), 30, 10 * MINUTE),
        Try("stated.phone", phone, 10, HOUR),
        Try("stated.code", credit_code, 10, HOUR),
    )


def track(request: HttpRequest, number: str) -> None:
    """A number and code tried: 60 in ten minutes from one address, 10 an hour for one number."""
    hit_all(Try("track", address(request), 60, 10 * MINUTE), Try("track.number", number, 10, HOUR))


def tracked(number: str) -> None:
    """They were right: earlier slips with this number are forgotten."""
    ratelimit.forgive("track.number", number)


def link(request: HttpRequest) -> None:
    """Links opened; far more than a person opens, far fewer than guessing needs."""
    ratelimit.hit("link", address(request), 120, 10 * MINUTE)


def verdict(request: HttpRequest) -> None:
    """A link to judge by opened or sent: 60 in ten minutes from one address."""
    ratelimit.hit("verdict", address(request), 60, 10 * MINUTE)


def add(request: HttpRequest, case_id: int) -> None:
    """Words or files added: 20 an hour on one case."""
    hit_all(Try("add", address(request), 60, 10 * MINUTE), Try("add.case", str(case_id), 20, HOUR))
