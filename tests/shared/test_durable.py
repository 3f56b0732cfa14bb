"""A lock given back early costs nobody a fact: what was told is on disk."""

from typing import Any

import pytest
from django.db import connection, transaction

from tests.cases.conftest import call
from tongti.cases import actions as cases
from tongti.shared import durable
from tongti.shared.actor import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def ask(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def _careful(cast: Any) -> Any:
    """The test server does not wait for the disk; here it does, as an installation would."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")


def test_the_number_is_told_only_when_the_case_is_on_disk(monkeypatch):
    waited: list[bool] = []

    def watch() -> None:
        committed = ask("SELECT pg_current_wal_insert_lsn()")
        real()
        waited.append(ask(f"SELECT pg_current_wal_flush_lsn() >= '{committed}'::pg_lsn"))

    real = durable.wait_for_disk
    monkeypatch.setattr(durable, "wait_for_disk", watch)
    cases.register(intake=call(), by=SYSTEM)
    assert waited == [True]


def test_who_sends_the_form_again_waits_for_the_first_one(monkeypatch):
    intake = call()
    cases.register(intake=intake, by=SYSTEM)
    waits: list[int] = []
    monkeypatch.setattr(durable, "wait_for_disk", lambda: waits.append(1))
    cases.register(intake=intake, by=SYSTEM)
    assert waits == [1]


def test_it_holds_for_one_transaction_only():
    with transaction.atomic():
        ask(f"SELECT {durable.RELEASE_EARLY}")
        assert ask("SHOW synchronous_commit") == "off"
    assert ask("SHOW synchronous_commit") == "on"


def test_an_outer_transaction_waits_at_its_own_end(monkeypatch, cast):
    order: list[str] = []
    monkeypatch.setattr(durable, "wait_for_disk", lambda: order.append("on disk"))
    with transaction.atomic():
        cases.register(intake=call(), by=cast.viewer("李小英"))
        order.append("registered")
    assert order == ["registered", "on disk"]


def test_what_was_rolled_back_is_not_waited_for(monkeypatch, cast):
    waits: list[int] = []
    monkeypatch.setattr(durable, "wait_for_disk", lambda: waits.append(1))
    with transaction.atomic():
        cases.register(intake=call(), by=cast.viewer("李小英"))
        transaction.set_rollback(True)
    assert waits == []
