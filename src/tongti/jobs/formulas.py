"""The rates: what only a count can tell, counted every hour; published numbers, at once or by habit."""

from procrastinate.contrib.django import app

from tongti.formulas import actions


@app.periodic(cron="37 * * * *")
@app.task(name="formulas.tally", queueing_lock="formulas.tally", lock="formulas.tally")
def tally(timestamp: int) -> None:
    """Days passed, other cases came: bring the rates' counters to what their rows say."""
    actions.tally()


@app.task(name="formulas.publish", retry=3)
def publish(publishing_id: int) -> None:
    """Large numbers, a rate at a time; safe to run twice."""
    actions.run_publishing(publishing_id=publishing_id)


@app.periodic(cron="10 6 * * *")
@app.task(name="formulas.publish_by_habit", queueing_lock="formulas.publish_by_habit")
def publish_by_habit(timestamp: int) -> None:
    """Last week's and last month's numbers, where the office wants them to go out by themselves."""
    actions.publish_by_habit()
