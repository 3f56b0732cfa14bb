"""Tidying up after strangers."""

from django.core.management import call_command
from procrastinate.contrib.django import app

from tongti.shared import pending, ratelimit


@app.periodic(cron="23 * * * *")
@app.task(name="portal.sweep", queueing_lock="portal.sweep", lock="portal.sweep")
def sweep(timestamp: int) -> None:
    """Throw away photos that nobody sent within a day, limits that have run out, and sessions that have ended."""
    pending.sweep()
    ratelimit.sweep()
    call_command("clearsessions")
