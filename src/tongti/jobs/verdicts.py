"""Jobs of the verdicts."""

from procrastinate.contrib.django import app

from tongti.verdicts import actions


@app.task(name="invite_verdicts", retry=3)
def invite_verdicts(answer_id: int) -> None:
    """After an answer was signed: a one-time link and a call-back for everybody who got a reply."""
    actions.invite(answer_id=answer_id)
