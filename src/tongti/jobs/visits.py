"""走访: large campaigns are counted, so that their pages need not; past problems come due each night."""

from procrastinate.contrib.django import app

from tongti.visits import actions as visits


@app.periodic(cron="*/5 * * * *")
@app.task(name="visits.count", queueing_lock="visits.count")
def count(timestamp: int) -> None:
    """Campaigns that run. Safe to run twice: all lines of a campaign are replaced in one transaction."""
    visits.count_large()


@app.periodic(cron="50 2 * * *")
@app.task(name="visits.count_old", queueing_lock="visits.count_old")
def count_old(timestamp: int) -> None:
    """Those that ended long ago too."""
    visits.count_large(old_ones=True)


@app.periodic(cron="20 4 * * *")
@app.task(name="visits.plan_due_revisits", queueing_lock="visits.plan_due_revisits", retry=3)
def plan_due_revisits(timestamp: int) -> None:
    """What the revisit rule asks for, in lots, each its own transaction; safe to run twice."""
    while visits.plan_due_revisits() >= visits.A_LOT:
        pass
