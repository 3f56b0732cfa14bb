"""The worker of the simulated year: real jobs in a process of its own, which is killed now and then."""

import os
import random
import signal
import time
from typing import Any

from django.db import connection, connections
from procrastinate.exceptions import AlreadyEnqueued

TIMED = ("reminders.tell", "proposals.find", "relay.turn_of_the_day")


def work(*, crash: bool, rng: random.Random) -> bool:
    """Let a worker do what waits and what the hour asks for; with ``crash`` it is killed at a random moment.

    Answers whether it was killed. The worker is a child process with connections of its own; nothing of it survives a kill but
    what it committed.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        _live()
    if not crash:
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise RuntimeError("the worker of the simulated year failed")
        return False
    time.sleep(rng.uniform(0.02, 1.2))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    _take_back()
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _live() -> None:
    """The child: never returns."""
    code = 1
    try:
        from procrastinate.contrib.django import app

        from tongti.jobs import worker

        app.perform_import_paths()
        for name in TIMED:
            if name in app.tasks:
                _defer(app, name)
        worker.run(wait=False)
        code = 0
    finally:
        # not sys.exit: the parent's clean-up is not the child's
        os._exit(code)


def _defer(app: Any, name: str) -> None:
    try:
        app.configure_task(name).defer(timestamp=0)
    except AlreadyEnqueued:
        # what a killed worker left is there still, and will do
        return


def _take_back() -> None:
    """Jobs of the dead worker wait again, as ``jobs.retry_stalled`` does for a running site (by its heartbeat)."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing'")


def jobs_left() -> dict[str, int]:
    """Jobs that wait or failed, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name || ' ' || status::text, count(*) FROM procrastinate_jobs "
            "WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1"
        )
        return dict(cursor.fetchall())
