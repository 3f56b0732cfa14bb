"""督办 by the clock: reminders and proposals. Each looks at how things stand, so a lost hour or night is made up by the next."""

from procrastinate.contrib.django import app

from tongti.supervision import actions


@app.periodic(cron="*/10 * * * *")
@app.task(name="reminders.tell", queueing_lock="reminders.tell", lock="reminders.tell")
def remind(timestamp: int) -> None:
    """Near or past their day: tell the holders; every ten minutes, because some limits count in hours."""
    actions.remind()


@app.periodic(cron="5 * * * *")
@app.task(name="proposals.find", queueing_lock="proposals.find", lock="proposals.find")
def scan(timestamp: int) -> None:
    """What the rules propose for supervision."""
    actions.scan()
