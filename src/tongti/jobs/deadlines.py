"""Jobs of the deadlines."""

from procrastinate.contrib.django import app

from tongti.deadlines import actions


@app.task(name="continue_recount", retry=5)
def continue_recount(recount_id: int) -> None:
    """The calendar changed while thousands of deadlines are open: what is left of them is counted anew."""
    actions.continue_recount(recount_id=recount_id)
