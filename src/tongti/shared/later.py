"""Work for later: a job row written in the caller's transaction, so it exists exactly when the fact does."""

from typing import Any

from procrastinate.contrib.django import app


def defer(task: str, /, *, _lock: str | None = None, **arguments: Any) -> None:
    """Queue the job ``task`` (the ``name=`` it has in tongti.jobs) with JSON arguments — ids, never personal text.

    Of jobs with the same ``_lock`` one runs at a time, in their order.
    """
    app.configure_task(task, allow_unknown=True, lock=_lock).defer(**arguments)
