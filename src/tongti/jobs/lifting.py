"""上下同题: the lines of the level lists follow their matters; letters go to other deployments."""

from procrastinate.contrib.django import app

from tongti.lifting import actions as lifting


@app.periodic(cron="* * * * *")
@app.task(name="lifting.follow", queueing_lock="lifting.follow", lock="lifting.follow")
def follow(timestamp: int) -> None:
    """Each line in its own transaction; safe to run twice."""
    while lifting.follow():
        pass
    lifting.tell_below()


@app.task(name="send_letters")
def send_letters(peer_id: int) -> None:
    """Deferred whenever a letter to another deployment was written, under the lock of its link."""
    lifting.send_letters(peer_id=peer_id)


@app.periodic(cron="* * * * *")
@app.task(name="lifting.send_letters", queueing_lock="lifting.send_letters")
def send_letters_again(timestamp: int) -> None:
    """Every minute: letters whose next try has come, one job a link."""
    lifting.remind_senders()
