"""发件箱: sending what waits."""

from procrastinate.contrib.django import app

from tongti.outbox import actions as outbox


@app.task(name="send_waiting", lock="send_waiting")
def send_waiting() -> None:
    """Deferred whenever something was queued."""
    outbox.send_waiting()


@app.periodic(cron="* * * * *")
@app.task(name="outbox.send_waiting", queueing_lock="outbox.send_waiting")
def send_waiting_again(timestamp: int) -> None:
    """Every minute: retries whose time has come."""
    outbox.send_waiting()
