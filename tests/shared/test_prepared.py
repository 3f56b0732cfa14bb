"""Statements that are planned once per connection do what they did before, and are counted like all others."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DataError, connection, transaction

from tests.cases.conftest import call
from tongti.accounts.sessions import SessionStore
from tongti.cases import actions as cases
from tongti.shared import prepared, ratelimit
from tongti.trail.queries import verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(cast: Any) -> Iterator[None]:
    """Planned at the first time instead of the sixth."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    yield
    connection.connection.prepare_threshold = None


def planned() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_calls_are_entered_by_planned_statements(cast):
    clerk = cast.viewer("李小英")
    made = [
        cases.register(intake=call(**who), by=clerk)
        for who in (
            {},
            {"phone": "13800138000"},
            {"phone": "13800138000", "asker_name": "韦某"},
            {"address": "幸福路 8 号"},
        )
        for _ in range(2)
    ]
    assert [case.serial for case in made] == list(range(made[0].serial, made[0].serial + 8))
    assert planned() >= 5
    assert verify().holds


def test_limits_and_sessions_are_kept_by_planned_statements():
    for _ in range(3):
        ratelimit.hit("submit", "10.0.0.1", 3, 600)
    with pytest.raises(ratelimit.TooOften):
        ratelimit.hit("submit", "10.0.0.1", 3, 600)
    session = SessionStore()
    for word in ("水", "电", "路"):
        session["word"] = word
        session.save()
    assert SessionStore(session.session_key)["word"] == "路"
    session.delete()
    with pytest.raises(UpdateError):
        session.save()


def test_counted_and_rolled_back_like_any_other(django_assert_num_queries):
    with django_assert_num_queries(2):
        for number in (1, 2):
            with prepared.cursor() as cursor:
                cursor.execute("SELECT %s::bigint + 1", [number])
                assert cursor.fetchone() == (number + 1,)
    with pytest.raises(DataError), transaction.atomic(), prepared.cursor() as cursor:
        cursor.execute("SELECT 1 / %s::bigint", [0])
    with prepared.cursor() as cursor:
        cursor.execute("SELECT %s::bigint", [3])
        assert cursor.fetchone() == (3,)
