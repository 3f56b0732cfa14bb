"""The process that runs the jobs."""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app, utils
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

# Whoever stops us (systemd, an operator) is told within half a minute: what is under way may take this long to end by itself.
GRACE_SECONDS = 20.0
# A database that is being restarted is back by then; one that is away for longer is somebody else's to look after.
LOOK_SECONDS = 5.0
GONE_SECONDS = 45.0
GONE = "数据库没有应答，后台任务退出。没做完的任务都还在，数据库恢复后重新启动就接着做。\n"

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

    Where the database does not answer for GONE_SECONDS the process says so and ends with code 1, idle or not: its keeper
    (systemd, ``tongti up``) starts it again or stops the rest.
    """
    # One connection listens, one fetches, one asks whether the database is there, the rest report results.
    size = app.worker_defaults.get("concurrency", 1) + 3
    connector = WorkerConnector(kwargs=utils.connector_params("default"), min_size=1, max_size=size)
    with app.replace_connector(connector):
        asyncio.run(_work(wait=wait, abandon=threading.Timer(grace, _abandon, [leave]), leave=leave))


async def _work(*, wait: bool, abandon: threading.Timer, leave: Callable[[], object]) -> None:
    async with app.open_async():
        work = asyncio.create_task(app.run_worker_async(wait=wait, name="tongti", install_signal_handlers=False))
        gone = asyncio.create_task(_until_gone())
        with _stopped_by_signal(work, abandon) as asked, suppress(asyncio.CancelledError):
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            by_itself = wait and work.done() and not asked.is_set()
            if not work.done() or (by_itself and not await _answers()):
                _give_up(leave)
            gone.cancel()
            await work
            if by_itself:
                # what listens or looks after the timetable failed; the worker logged it and would leave with code 0
                raise RuntimeError("the worker stopped by itself")


async def _until_gone() -> None:
    """Returns when the database has not answered for GONE_SECONDS. Whoever waits for news from it would wait for ever."""
    heard = time.monotonic()
    while time.monotonic() - heard < GONE_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        if await _answers():
            heard = time.monotonic()


async def _answers() -> bool:
    try:
        await asyncio.wait_for(app.connector.execute_query_async("SELECT 1"), LOOK_SECONDS)
    except (ConnectorException, TimeoutError):
        return False
    return True


def _give_up(leave: Callable[[], object]) -> None:
    sys.stderr.write(GONE)
    sys.stderr.flush()
    leave()
    # a job's thread may hang in the dead connection, and nothing can stop a thread but the end of its process
    os._exit(1)


@contextmanager
def _stopped_by_signal(work: "asyncio.Task[None]", abandon: threading.Timer) -> Iterator[asyncio.Event]:
    """SIGTERM and Ctrl-C end the work politely; the timer ends it in any case. Yields whether one of them came."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()

    def stop() -> None:
        asked.set()
        for number in numbers:
            loop.remove_signal_handler(number)
        abandon.daemon = True
        abandon.start()
        # the worker takes this for: begin nothing new, wait for what is under way
        work.cancel()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield asked
    finally:
        abandon.cancel()
        for number in numbers:
            loop.remove_signal_handler(number)


def _abandon(leave: Callable[[], object]) -> None:
    # A job runs in a thread, and nothing can stop a thread but the end of its process.
    log.warning("a job under way was abandoned; another worker will begin it again")
    leave()
    os._exit(0)
