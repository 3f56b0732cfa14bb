"""The process that runs the jobs."""

import asyncio

from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app, utils
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.psycopg_connector import PsycopgConnector


class WorkerConnector(PsycopgConnector):
    """Connections of the worker's own for listening, fetching and reporting; Django's for what a running job defers.

    A job that defers another thereby writes it inside its own transaction. On the worker's connection the second job could start
    before the first one's change is committed, or outlive its rollback.
    """

    def get_sync_connector(self) -> BaseConnector:
        """What synchronous code, which is all our actions, defers through."""
        return DjangoConnector()


def run(*, wait: bool = True) -> None:
    """Work until a signal says stop; with ``wait=False`` until nothing is waiting."""
    # One connection listens, one fetches, the rest report results.
    size = app.worker_defaults.get("concurrency", 1) + 2
    connector = WorkerConnector(kwargs=utils.connector_params("default"), min_size=1, max_size=size)
    with app.replace_connector(connector):
        asyncio.run(_work(wait=wait))


async def _work(*, wait: bool) -> None:
    async with app.open_async():
        await app.run_worker_async(wait=wait, name="tongti")
