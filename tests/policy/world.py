"""The world of the policy table: the cast, one officer more for each role, and one of everything that an address names.

Built once for a module of tests, in a transaction that ends with it. The table asks it who gets in; the browser looks at every page
of it (tests/browser/test_every_page.py).
"""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.cast import Cast, make_cast
from tongti.accounts.models import Officer
from tongti.deadlines.queries import forget_calendar
from tongti.units.access import ROLES
from tongti.units.models import Post

SEATS = {
    "receiver": "水利局",
    "handler": "水利局",
    "unit_leader": "水利局",
    "helper": "自来水公司",
    "field_officer": "临江镇",
    "monitoring_clerk": "临江镇",
    "supervisor": "督查室",
    "auditor": "督查室",
    "leader": "区政府",
}
SLICES = [
    importlib.import_module(f"tests.policy.{module.name}")
    for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    if not module.name.startswith(("test_", "roles", "conftest", "world"))
]
SAMPLE: dict[str, Any] = {name: make for module in SLICES for name, make in module.SAMPLE.items()}
POST_ONLY = frozenset(name for module in SLICES for name in getattr(module, "POST_ONLY", ()))
ROWS = sorted({row for module in SLICES for row in module.TABLE})


@dataclass
class World(Cast):
    """The cast, one more officer for each role, everybody's session, and one of everything that an address names."""

    sessions: dict[str, str] = field(default_factory=dict)
    kwargs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ask(self, who: str, url_name: str, *, get: bool = False) -> HttpResponse:
        """Their answer at an address; whatever the request did is taken back."""
        url = reverse(url_name, kwargs=self.kwargs[url_name])
        client = self.client(who)
        with transaction.atomic():
            answer = client.post(url) if post_only(url) and not get else client.get(url)
            transaction.set_rollback(True)
        return answer

    def client(self, who: str, **options: Any) -> Client:
        """A fresh browser with this person's session."""
        client = Client(**options)
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client


def _nothing(world: Any) -> dict[str, Any]:
    return {}


@cache
def post_only(url: str) -> bool:
    """A view that refuses GET (``require_POST``) says so before it looks at who asks."""
    view = resolve(url).func
    while view is not None:
        # require_http_methods keeps its list in the closure; the signature of the wrapper is all there is to see it by.
        for cell in getattr(view, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list) and cell.cell_contents == ["POST"]:
                return True
        view = getattr(view, "__wrapped__", None)
    return False


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Built once for all rows, in a transaction that ends with the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        forget_calendar()
        cast = make_cast()
        world = World(**vars(cast))
        for code in ROLES:
            officer = Officer.objects.create(username=code, name=ROLES[code].name)
            unit = world.units[SEATS.get(code, "热线办")]
            Post.objects.create(officer=officer, unit=unit, role=code, since=date(2020, 1, 1))
            world.officers[code] = officer
        world.officers["stranger"] = world.officers["农志明"]
        for name, officer in world.officers.items():
            client = Client()
            client.force_login(officer)
            world.sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
        # All at once, and before any test: what a test writes goes with it.
        for url_name in ALL_NAMES:
            world.kwargs[url_name] = SAMPLE.get(url_name, _nothing)(world)
        yield world
        transaction.set_rollback(True)
    # A browser keeps an event loop, with which this is another connection than the one that the session ends with.
    connection.close()


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{space}{pattern.name}"
            else:
                yield f"{space}(没有名字) {pattern.pattern}"
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _names(pattern, inner)


ALL_NAMES = sorted(set(_names(get_resolver())))
