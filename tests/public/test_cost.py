"""What one submission costs the database, step by step, with real transactions as in the running server.

A statement more here is a statement more for everybody who says something: raise a number only with a reason in the commit.
"""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tongti.cases.models import Case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def steps(resident: Client, typed: dict[str, str]) -> Any:
    """Every step once for a new person; answers the statements of each, BEGIN and COMMIT among them."""

    def go() -> dict[str, list[str]]:
        resident.cookies.clear()
        key = str(uuid.uuid4())
        form = {**typed, "key": key, "phone": f"1390013{Case.objects.count():04d}"}
        asked = {
            "form": lambda: resident.get("/say/"),
            "next": lambda: resident.post("/say/", form),
            "check": lambda: resident.get("/say/check/"),
            "send": lambda: resident.post("/say/check/", {"key": key}),
        }
        found = {}
        for step, ask in asked.items():
            with CaptureQueriesContext(connection) as seen:
                answer = ask()
            assert answer.status_code == (302 if step in ("next", "send") else 200)
            found[step] = [query["sql"] for query in seen.captured_queries]
        return found

    # places, words and limits are read once for all
    go()
    return go


def test_each_step_of_a_submission_has_its_budget(steps):
    cost = {step: len(sqls) for step, sqls in steps().items()}
    # next: limit, session. check: session, panel. send: session, limits, ground; BEGIN, party, trail, figures, job, case with its
    # number, COMMIT; the disk, session.
    assert cost == {"form": 0, "next": 2, "check": 2, "send": 12}
    assert Case.objects.count() == 2


def test_from_the_number_on_nothing_is_asked_before_the_commit(steps):
    """Everybody else who enters a case waits from the one to the other."""
    sent = steps()["send"]
    number = next(at for at, sql in enumerate(sent) if "UPDATE cases_numberseries" in sql)
    assert "INSERT INTO cases_case" in sent[number]
    assert sent[number + 1] == "COMMIT"


def test_only_the_case_is_waited_for_on_the_disk(steps):
    cost = steps()
    sessions = [
        sql for sqls in cost.values() for sql in sqls if "django_session" in sql and "SELECT session_data" not in sql
    ]
    assert len(sessions) == 2
    assert all("synchronous_commit" in sql for sql in sessions)
    assert sum("pg_logical_emit_message" in sql for sql in cost["send"]) == 1
