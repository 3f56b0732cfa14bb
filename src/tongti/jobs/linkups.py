"""供需对接: what has run out goes to the end of the list, what an older engine read is read anew."""

from procrastinate.contrib.django import app

from tongti.linkups import actions as linkups


@app.periodic(cron="40 3 * * *")
@app.task(name="linkups.nightly", queueing_lock="linkups.nightly")
def nightly(timestamp: int) -> None:
    """In batches, each its own transaction; safe to run twice."""
    while linkups.expire():
        pass
    while linkups.reread():
        pass
    linkups.find_recent()
