"""The worker of the simulated year: a process of its own that does real jobs while the town lives, and is killed now and then.

It runs what ``tongti worker`` runs. Only its clock is the town's: the moment lies in memory that both share.
"""

import asyncio
import mmap
import os
import random
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection, connections
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from tongti.shared import clock

TIMED = ("reminders.tell", "proposals.find", "relay.turn_of_the_day", "figures.compact", "trail.seal")
"""What the evening asks for, as the timetable of a running site does."""
PATIENCE = 3600.0
"""Seconds after which a queue that does not empty is a fault."""


@dataclass
class SharedClock:
    """The moment of the simulation, readable by every process forked from this one."""

    _memory: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, 8))

    def set(self, moment: datetime) -> None:
        """From now on it is ``moment``."""
        self._memory[:] = struct.pack("d", moment.timestamp())

    def now(self) -> datetime:
        """The moment, aware."""
        return datetime.fromtimestamp(struct.unpack("d", self._memory[:])[0], UTC)

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """This process, and those that it forks, ask this clock."""
        real_now, real_today = clock.now, clock.today
        clock.now = self.now
        clock.today = lambda: timezone.localtime(self.now()).date()
        try:
            yield
        finally:
            clock.now, clock.today = real_now, real_today


@dataclass
class Workers:
    """Starts, rings, waits for and kills the worker."""

    rng: random.Random
    killed: int = 0
    killed_at_work: int = 0
    seconds: float = 0.0
    """Time spent waiting for the queue to empty."""
    _alive: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """What a worker needs is loaded once, here, and not by each one that is forked."""
        from procrastinate.contrib.django import app

        from tongti.questions import matching

        app.perform_import_paths()
        matching.model()

    def start(self) -> None:
        """One more worker; the only one alive first takes back what a dead one had in hand."""
        after_death = not self._alive
        connections.close_all()
        child = os.fork()
        if child == 0:
            _live(after_death)
        self._alive.append(child)

    def ring(self) -> None:
        """The evening's timed jobs."""
        from procrastinate.contrib.django import app

        for name in TIMED:
            try:
                app.configure_task(name).defer(timestamp=0)
            except AlreadyEnqueued:
                # what a killed worker left is there still, and will do
                continue

    def drain(self) -> None:
        """Let them work until nothing waits; starts one when none lives."""
        if not self._alive:
            self.start()
        began, pause = time.monotonic(), 0.002
        while _count("status IN ('todo', 'doing')"):
            if time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"the queue does not empty: {jobs_left()}")
            self._check()
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        self.seconds += time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL for all that live, at a random moment: if there is work, some milliseconds into a job."""
        if not self._alive:
            return
        give_up = time.monotonic() + 0.3
        while not _count("status = 'doing'") and time.monotonic() < give_up:
            time.sleep(0.001)
        time.sleep(self.rng.uniform(0, 0.03))
        for child in self._alive:
            os.kill(child, signal.SIGKILL)
        while self._alive:
            _, status = os.waitpid(self._alive.pop(), 0)
            assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
            self.killed += 1
        self.killed_at_work += bool(_count("status = 'doing'"))

    def stop(self, *, but: int = 0) -> None:
        """The polite end, for all ``but`` so many."""
        while len(self._alive) > but:
            child = self._alive.pop()
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)

    def _check(self) -> None:
        for child in self._alive:
            if os.waitpid(child, os.WNOHANG)[0]:
                raise RuntimeError("the worker of the simulated year ended by itself")


def _live(after_death: bool) -> None:
    """The child: never returns."""
    code = 1
    try:
        from procrastinate.contrib.django import app

        from tongti.jobs import worker
        from tongti.project.parent import follow_parent

        follow_parent(signal.SIGKILL)
        # the evening rings for what is due: the timetable goes by the wall's clock, which is not the town's
        app.periodic_registry.periodic_tasks.clear()
        if after_death:
            asyncio.run(_take_back(app, worker))
        worker.run()
        code = 0
    finally:
        # not sys.exit: the parent's clean-up is not the child's
        os._exit(code)


async def _take_back(app: Any, worker: Any) -> None:
    """What ``jobs.retry_stalled`` does every two minutes, without waiting for half a minute of silence: the dead are known."""
    from procrastinate.contrib.django import utils

    from tongti.jobs import tasks

    connector = worker.WorkerConnector(kwargs=utils.connector_params("default"), min_size=1, max_size=2)
    with app.replace_connector(connector):
        async with app.open_async():
            await tasks.take_back(app.job_manager, silent_for=0)


def _count(which: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM procrastinate_jobs WHERE {which}")
        return int(cursor.fetchone()[0])


def jobs_left() -> dict[str, int]:
    """Jobs that wait or failed, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name || ' ' || status::text, count(*) FROM procrastinate_jobs "
            "WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1"
        )
        return dict(cursor.fetchall())
