"""批量办理: one step on many, and old results thrown away."""

from procrastinate.contrib.django import app

from tongti.worksets import actions as worksets


@app.task(name="run_bulk", retry=5)
def run_bulk(bulk_id: int) -> None:
    """Safe to run twice: each row is marked in the transaction that does it."""
    worksets.run_bulk(bulk_id=bulk_id)


@app.periodic(cron="50 3 * * *")
@app.task(name="worksets.tidy", queueing_lock="worksets.tidy")
def tidy(timestamp: int) -> None:
    """Results that nobody needs any more."""
    worksets.tidy_bulks()
