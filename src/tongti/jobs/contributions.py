"""贡献记录: counted every night from what people did."""

from procrastinate.contrib.django import app

from tongti.contributions import actions


@app.periodic(cron="20 4 * * *")
@app.task(name="contributions.count", queueing_lock="contributions.count", lock="contributions.count")
def count(timestamp: int) -> None:
    """This month and the one before, anew from the facts."""
    actions.count_months()
