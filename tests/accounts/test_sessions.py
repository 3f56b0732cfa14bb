"""Sessions are kept by one statement each, and behave as Django's own do."""

from typing import Any

import pytest
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.models import Session
from pytest_django import DjangoAssertNumQueries

from tongti.accounts import sessions
from tongti.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_a_new_session_is_one_insert_and_a_change_one_update(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1) as made:
        session = SessionStore()
        session["word"] = "水"
        session.save()
    assert made.captured_queries[0]["sql"].startswith("INSERT")
    with django_assert_num_queries(1) as kept:
        session["word"] = "电"
        session.save()
    assert kept.captured_queries[0]["sql"].startswith("UPDATE")
    assert SessionStore(session.session_key)["word"] == "电"


def test_a_session_that_was_ended_meanwhile_does_not_come_back() -> None:
    session = SessionStore()
    session.save()
    Session.objects.all().delete()
    session["word"] = "水"
    with pytest.raises(UpdateError):
        session.save()
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_taken_is_not_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter(["a" * 32, "a" * 32, "b" * 32])
    monkeypatch.setattr(sessions, "get_random_string", lambda *_: next(keys))
    first: Any = SessionStore()
    first["word"] = "水"
    first.save()
    second = SessionStore()
    second.save()
    assert (first.session_key, second.session_key) == ("a" * 32, "b" * 32)
    assert SessionStore("a" * 32)["word"] == "水"
    with pytest.raises(CreateError):
        SessionStore("a" * 32).save(must_create=True)
