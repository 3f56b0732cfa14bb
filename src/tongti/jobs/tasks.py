"""Every job by name. A job calls one action; rules stay in the actions, so a job and a button cannot differ.

A package below defers a job by its name (``procrastinate.contrib.django.app.configure_task("…").defer(…)``) inside its own
transaction: the job exists exactly when the change does. A job may run twice (a worker can die after the commit and before saying
so), so each must be safe to repeat.
"""

import importlib
import logging
import pkgutil

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.manager import JobManager

from tongti import jobs
from tongti.shared.actor import SYSTEM
from tongti.trail import actions as trail

log = logging.getLogger(__name__)

SILENCE_SECONDS = 30.0
"""A worker says every ten seconds that it lives; after so long without a word it is taken for dead."""


@app.periodic(cron="*/2 * * * *")
@app.task(name="jobs.retry_stalled", queueing_lock="jobs.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """A worker that was killed leaves its job "doing" for ever: hand such jobs to the next worker."""
    await take_back(context.app.job_manager)


async def take_back(manager: JobManager, *, silent_for: float = SILENCE_SECONDS) -> int:
    """Jobs of workers that have not been heard of for ``silent_for`` seconds wait again; answers how many."""
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=silent_for))
    for job in stalled:
        await manager.retry_job(job)
        log.warning("job of a dead worker queued again", extra={"task_name": job.task_name, "job_id": job.id})
    return len(stalled)


@app.periodic(cron="30 1 * * *")
@app.task(name="trail.seal", queueing_lock="trail.seal", lock="trail.seal")
def seal_trail(timestamp: int) -> None:
    """Close the day's trail, so that cutting off its newest events can be shown later."""
    trail.seal(by=SYSTEM)


# Procrastinate loads this module only: the jobs of each topic lie beside it and register themselves when imported.
for _module in pkgutil.iter_modules(jobs.__path__):
    if _module.name not in ("apps", "tasks", "worker"):
        importlib.import_module(f"{jobs.__name__}.{_module.name}")
