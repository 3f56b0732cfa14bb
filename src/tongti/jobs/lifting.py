"""上下同题: the lines of the level lists follow their matters."""

from procrastinate.contrib.django import app

from tongti.lifting import actions as lifting


@app.periodic(cron="* * * * *")
@app.task(name="lifting.follow", queueing_lock="lifting.follow", lock="lifting.follow")
def follow(timestamp: int) -> None:
    """Each line in its own transaction; safe to run twice."""
    while lifting.follow():
        pass
