"""登记簿: rows of a table are compared and go in, entries are compared for doubles, tables that nobody needs are forgotten."""

from procrastinate.contrib.django import app

from tongti.parties import actions as parties


@app.task(name="compare_firms", retry=3)
def compare_firms(batch_id: int) -> None:
    """Safe to run twice: the position is committed with the rows' outcomes."""
    parties.run_firm_comparison(batch_id=batch_id)


@app.task(name="import_firms", retry=3)
def import_firms(batch_id: int) -> None:
    """Safe to run twice: the position is committed with the rows."""
    parties.run_firm_import(batch_id=batch_id)


@app.task(name="find_lookalikes", retry=3)
def find_lookalikes(firm_ids: list[int] | None) -> None:
    """After an entry was made or changed (None: after an import). Safe to run twice."""
    parties.find_lookalikes(firm_ids=firm_ids)


@app.periodic(cron="20 3 * * *")
@app.task(name="firms.nightly", queueing_lock="firms.nightly")
def nightly(timestamp: int) -> None:
    """The whole register against itself, and old tables away."""
    parties.find_lookalikes()
    parties.tidy_firm_imports()
