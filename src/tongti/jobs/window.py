"""办不成事窗口: the register is looked through for cases that have become a class of cases."""

from procrastinate.contrib.django import app

from tongti.window import actions as window


@app.periodic(cron="20 4 * * *")
@app.task(name="window.nightly", queueing_lock="window.nightly")
def nightly(timestamp: int) -> None:
    """Counts grow older and people go on waiting: every night anew."""
    window.propose_candidates()


@app.task(name="propose_reforms", lock="propose_reforms")
def propose_reforms() -> None:
    """Somebody found a cause, or changed what counts. Safe to run twice."""
    window.propose_candidates()
