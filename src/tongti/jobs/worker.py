"""The process that runs the jobs."""

from procrastinate import App
from procrastinate.contrib.django import app, utils
from procrastinate.psycopg_connector import PsycopgConnector


def worker_app() -> App:
    """The app on connections of its own, for listening and fetching.

    The tasks keep the original app, so what a running job defers is written on Django's connection, inside the job's own
    transaction. (``replace_connector`` would move that to the worker's connection: a job could then start before its change is
    committed, or outlive a rollback.)
    """
    concurrency = app.worker_defaults.get("concurrency", 1)
    # One connection listens, one fetches, the rest report results.
    connector = PsycopgConnector(kwargs=utils.connector_params("default"), min_size=1, max_size=concurrency + 2)
    return app.with_connector(connector)


def run(*, wait: bool = True) -> None:
    """Work until a signal says stop; with ``wait=False`` until nothing is waiting."""
    worker = worker_app()
    with worker.open():
        worker.run_worker(wait=wait, name="tongti")
