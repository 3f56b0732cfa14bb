"""Jobs of relay and answers: replies for latecomers, and what units held on a withdrawn case."""

from procrastinate.contrib.django import app

from tongti.answers import actions as answers
from tongti.cases import queries as cases
from tongti.relay import actions as relay
from tongti.shared.actor import SYSTEM


@app.task(name="reply_latecomers", retry=3)
def reply_latecomers(question_id: int) -> None:
    """Cases that joined an answered question get its answer."""
    answers.reply_latecomers(question_id=question_id)


@app.task(name="case_withdrawn", retry=3)
def case_withdrawn(case_id: int) -> None:
    """The asker took her case back: batons on it alone end."""
    relay.end_for_withdrawn(case=cases.case_by_id(case_id), by=SYSTEM)
