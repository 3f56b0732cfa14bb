"""The process that runs the jobs."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app, utils
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.psycopg_connector import PsycopgConnector

# Whoever stops us (systemd, an operator) is told within half a minute: what is under way may take this long to end by itself.
GRACE_SECONDS = 20.0

log = logging.getLogger(__name__)


class WorkerConnector(PsycopgConnector):
    """Connections of the worker's own for listening, fetching and reporting; Django's for what a running job defers.

    A job that defers another thereby writes it inside its own transaction. On the worker's connection the second job could start
    before the first one's change is committed, or outlive its rollback.
    """

    def get_sync_connector(self) -> BaseConnector:
        """What synchronous code, which is all our actions, defers through."""
        return DjangoConnector()


def run(*, wait: bool = True, leave: Callable[[], object] = lambda: None, grace: float = GRACE_SECONDS) -> None:
    """Work until a signal says stop; with ``wait=False`` until nothing is waiting.

    After the signal no job is begun, and those under way have ``grace`` seconds to end. A longer one is abandoned: ``leave`` is
    called and the process ends, the job's transaction is rolled back, and another worker finds the job and begins it again.
    """
    # One connection listens, one fetches, the rest report results.
    size = app.worker_defaults.get("concurrency", 1) + 2
    connector = WorkerConnector(kwargs=utils.connector_params("default"), min_size=1, max_size=size)
    with app.replace_connector(connector):
        asyncio.run(_work(wait=wait, abandon=threading.Timer(grace, _abandon, [leave])))


async def _work(*, wait: bool, abandon: threading.Timer) -> None:
    async with app.open_async():
        work = asyncio.create_task(app.run_worker_async(wait=wait, name="tongti", install_signal_handlers=False))
        with _stopped_by_signal(work, abandon), suppress(asyncio.CancelledError):
            await work


@contextmanager
def _stopped_by_signal(work: "asyncio.Task[None]", abandon: threading.Timer) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the work politely; the timer ends it in any case."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()

    def stop() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)
        abandon.daemon = True
        abandon.start()
        # the worker takes this for: begin nothing new, wait for what is under way
        work.cancel()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        abandon.cancel()
        for number in numbers:
            loop.remove_signal_handler(number)


def _abandon(leave: Callable[[], object]) -> None:
    # A job runs in a thread, and nothing can stop a thread but the end of its process.
    log.warning("a job under way was abandoned; another worker will begin it again")
    leave()
    os._exit(0)
