"""未诉先办 by the clock: what is unusual this week, and which hand-outs are due for a look back."""

from procrastinate.contrib.django import app

from tongti.signals import actions


@app.periodic(cron="12 * * * *")
@app.task(name="signals.scan", queueing_lock="signals.scan", lock="signals.scan")
def scan(timestamp: int) -> None:
    """Weekly counts by category and township against the weeks before; a lost hour is made up by the next."""
    actions.scan()


@app.periodic(cron="20 7 * * *")
@app.task(name="signals.remind", queueing_lock="signals.remind", lock="signals.remind")
def remind(timestamp: int) -> None:
    """Whose day has come: somebody looks back at what came of it."""
    actions.remind()
