"""导入: entering the rows of a table."""

from procrastinate.contrib.django import app

from tongti.cases import actions as cases


@app.task(name="import_batch", retry=3)
def import_batch(batch_id: int) -> None:
    """Safe to run twice: the position is committed with the rows."""
    cases.run_import(batch_id=batch_id)


@app.periodic(cron="40 2 * * *")
@app.task(name="imports.tidy", queueing_lock="imports.tidy")
def tidy(timestamp: int) -> None:
    """Tables that nobody needs any more."""
    cases.tidy_imports()
