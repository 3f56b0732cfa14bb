"""What every test may count on: one embedded PostgreSQL per session, no network, jobs run by hand, a browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tests.chromium import chromium  # noqa: F401  (a fixture)
from tongti.project import environment, postgres

if TYPE_CHECKING:  # models cannot be imported before Django is set up
    from django.test import Client

    from tests.cast import Cast
    from tests.relay.stories import Story

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SERVER = pytest.StashKey[postgres.Server]()


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts the server; each xdist worker makes its own database in it."""
    if hasattr(config, "workerinput") or os.environ.get(environment.DATABASE_URL) or config.option.collectonly:
        return
    folder = Path(os.environ["TONGTI_TEST_FOLDER"])
    settings = {**postgres.settings_for_machine(), **postgres.CARELESS}
    server = postgres.Server(environment.cluster(), log=folder / "database.log", settings=settings)
    server.start()
    config.stash[SERVER] = server


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing of a test session stays behind."""
    if hasattr(config, "workerinput"):
        return
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.stop()
    shutil.rmtree(os.environ["TONGTI_TEST_FOLDER"], ignore_errors=True)


@pytest.hookimpl(trylast=True)  # after tests/browser/conftest.py has marked its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests run first, browser journeys last; tests on the real messages say so when those are absent.

    A long file that begins last leaves the other process idle. What drove a browser runs nothing else afterwards.
    """
    absent = pytest.mark.skip(reason="没有 ../shared/data：用真实留言的测试跳过")
    for item in items:
        if item.get_closest_marker("needs_shared") and not SHARED.is_dir():
            item.add_marker(absent)
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, item.path not in long))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real messages and labels; use with the marker ``needs_shared``."""
    return SHARED


@pytest.fixture(autouse=True, scope="session")
def _sealed() -> Iterator[None]:
    """Nothing in a test may leave this machine."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", only_here)
        yield


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_guards() -> Iterator[None]:
    """Tests with real transactions end by emptying all tables; the trail's triggers would refuse that too.

    Only the emptying runs without triggers: inside a test they guard as they do in production. Tables that the test left empty
    are not touched: emptying all of them takes a second, asking which are takes a few milliseconds. What the migrations' end
    enters (Django's list of models and permissions) stays, and so need not be entered anew.
    """
    from django.core.management.commands import flush as command
    from django.db import transaction
    from django.db.backends.postgresql.operations import DatabaseOperations

    from tongti.shared import kept

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        tables = set(self.connection.introspection.django_table_names(only_existing=True, include_views=False))
        # Two more that Django does not know by a model: the queue's and the limits'.
        asked = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"
            for table in (tables | {"procrastinate_jobs", "ratelimit"}) - {"django_content_type", "auth_permission"}
        )
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(asked)
            for (table,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {table}")
        kept.forget_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        patch.setattr(command, "emit_post_migrate_signal", lambda *_: None)
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """The district and its people (tests/cast.py)."""
    from tests.cast import make_cast
    from tongti.deadlines.queries import forget_calendar

    forget_calendar()
    return make_cast()


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Callable[[str], Client]:
    """``signed_in("黄志强")`` → his browser."""

    def sign_in(name: str) -> Client:
        client.force_login(cast.officers[name])
        return client

    return sign_in


@pytest.fixture
def story(cast: Cast) -> Story:
    """A short way to tell what the cast does (tests/relay/stories.py)."""
    from tests.relay.stories import Story

    return Story(cast)


@pytest.fixture
def on_friday() -> Iterator[Any]:
    """2026-03-06 09:00, a working Friday with no holiday near."""
    from django.utils import timezone

    moment = timezone.make_aware(datetime(2026, 3, 6, 9))
    with time_machine.travel(moment, tick=False) as traveller:
        yield traveller


RunJobs = Callable[[], list[str]]


@pytest.fixture
def run_jobs(db: None) -> RunJobs:
    """Call it to run every job that is due, and those that they defer; answers the tasks' names in the order they ran.

    Runs in the test's own thread and transaction (a real worker could not see an uncommitted job). A job's exception is the
    test's exception.
    """

    def run() -> list[str]:
        names = []
        while (job := _take_job()) is not None:
            name, arguments = job
            names.append(name)
            _task(name).func(**arguments)
        return names

    return run


def _take_job() -> tuple[str, dict[str, Any]] | None:
    from django.db import connection

    from tongti.shared import clock

    # The clock is ours, so that a test that moves it makes scheduled jobs due.
    due = """
        DELETE FROM procrastinate_jobs WHERE id = (
            SELECT id FROM procrastinate_jobs
            WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s)
            ORDER BY priority DESC, id LIMIT 1
        ) RETURNING task_name, args::text
    """
    with connection.cursor() as cursor:
        cursor.execute(due, [clock.now()])
        row = cursor.fetchone()
    return (row[0], json.loads(row[1])) if row else None


def _task(name: str) -> Any:
    from procrastinate.contrib.django import app

    app.perform_import_paths()
    return app.tasks[name]
