"""Every address × every role. An address without a row fails, so a new page cannot forget to say who may see it.

``roles.py`` states who gets in, role by role; the slices' own modules (``TABLE``, ``SAMPLE``) add rows by person and know how
to build what an address needs. One world serves them all: it is built once, and every request is taken back.
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
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.cast import Cast, make_cast
from tests.policy import roles
from tests.policy.roles import EVERYBODY, PUBLIC, WHO
from tongti.accounts.models import Officer
from tongti.deadlines.queries import forget_calendar
from tongti.units.access import ROLES
from tongti.units.models import Post

# Each test in a transaction of its own inside the world's.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

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
    if not module.name.startswith(("test_", "roles", "conftest"))
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
            answer = client.post(url) if _post_only(url) and not get else client.get(url)
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
def _post_only(url: str) -> bool:
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


def test_no_address_is_missing_from_the_table() -> None:
    """A page that does not say who may see it is a page that nobody thought about."""
    assert set(ALL_NAMES) - set(WHO) - set(PUBLIC) == set(), "写进 tests/policy/roles.py：谁能进"
    assert (set(WHO) | set(PUBLIC)) - set(ALL_NAMES) == set(), "已经没有这些地址了"


def test_the_table_speaks_of_every_role() -> None:
    assert {*ROLES, "stranger"} == EVERYBODY
    assert set().union(*WHO.values()) == EVERYBODY


@pytest.mark.parametrize("url_name", sorted(set(WHO) & set(ALL_NAMES)))
def test_who_gets_in(world: World, url_name: str) -> None:
    got = {who: world.ask(who, url_name) for who in sorted(EVERYBODY)}
    wrong = {who: answer.status_code for who, answer in got.items() if _let_in(answer) != (who in WHO[url_name])}
    assert wrong == {}, f"应当能进的：{sorted(WHO[url_name])}"
    outside = world.ask("anonymous", url_name)
    assert outside.status_code == 302
    assert outside.headers["Location"].startswith("/desk/sign-in/")


def _let_in(answer: HttpResponse) -> bool:
    """In: a page, a form with its errors, a redirect, a sentence that says no. Out: 404, never 403, so that nothing leaks."""
    assert answer.status_code not in (401, 403, 405, 500), answer.status_code
    return answer.status_code != 404


@pytest.mark.parametrize("url_name", sorted(set(PUBLIC) & set(ALL_NAMES)))
def test_public_pages_are_the_same_for_all(world: World, url_name: str) -> None:
    for who in ("anonymous", "clerk", "admin", "stranger"):
        assert world.ask(who, url_name).status_code == PUBLIC[url_name], who


@pytest.mark.parametrize("url_name", sorted({row[0] for row in ROWS}))
def test_rows_of_the_slices(world: World, url_name: str) -> None:
    wrong = []
    for name, who, expected in ROWS:
        if name == url_name:
            status = world.ask(who, name, get=name not in POST_ONLY).status_code
            if status != expected:
                wrong.append((who, expected, status))
    assert wrong == []


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_administering_and_auditing_read_no_cases(world: World, who: str) -> None:
    """系统管理员 and 审计员 find nothing wherever cases, questions, batons or answers are shown, edited or counted."""
    own = {"desk:home", "desk:password", "desk:start", "desk:unsent", "desk:notices", "desk:notices_read"} | {
        name for name, let in WHO.items() if let in (roles.ADMIN, roles.AUDITOR)
    }
    # The guide to services, which the public reads too: the administrator keeps it.
    own |= {name for name in WHO if name.startswith("desk:service_item")}
    for name in sorted(set(WHO) & set(ALL_NAMES) - own):
        assert world.ask(who, name).status_code == 404, name


def test_whoever_checks_does_not_handle(world: World) -> None:
    """回访员 reads, but signs for nothing, writes nothing and rules on nothing; 承办人 checks nothing."""
    for name in set(WHO) - {"desk:question_deadline"}:  # how the date of a question that she sees was counted: to read
        if name.startswith(("desk:baton", "desk:answer", "desk:objection", "desk:dispatch", "desk:question_")):
            assert world.ask("revisitor", name).status_code == 404, name
    for who in ("receiver", "handler", "unit_leader", "helper"):
        for name in ("desk:callbacks", "desk:callback"):
            assert world.ask(who, name).status_code == 404, (who, name)


def test_another_bureau_finds_nothing(world: World) -> None:
    """农志明 of 供电局 knows the numbers of other bureaus' things and still gets 404, as for a number that is nobody's."""
    strange = [name for name in WHO if "stranger" not in WHO[name] and name in ALL_NAMES]
    assert {"desk:case", "desk:baton", "desk:answer", "desk:question"} <= set(strange)
    for name in strange:
        assert world.ask("stranger", name).status_code == 404, name


@pytest.mark.parametrize("url_name", ALL_NAMES)
def test_a_post_without_its_token_is_refused(world: World, url_name: str) -> None:
    """Whatever changes something needs the token of a form of ours; only probes and files of the site may do without."""
    if url_name in ("healthz", "link:inbox"):
        pytest.skip("a probe that changes nothing; a letter that its signature proves")
    who = next(iter(sorted(WHO.get(url_name, {"clerk"}))))
    guarded = world.client(who, enforce_csrf_checks=True)
    assert guarded.post(reverse(url_name, kwargs=world.kwargs[url_name])).status_code == 403
