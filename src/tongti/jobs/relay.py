"""Jobs of relay and answers: replies for latecomers, what units held on a withdrawn case, and what comes with its day."""

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


@app.task(name="continue_succession", retry=5)
def continue_succession(succession_id: int) -> None:
    """A unit was merged or renamed: what is left of its work passes on."""
    relay.continue_succession(succession_id=succession_id)


@app.periodic(cron="*/10 * * * *")
@app.task(name="relay.turn_of_the_day", queueing_lock="relay.turn_of_the_day", lock="relay.turn_of_the_day")
def turn_of_the_day(timestamp: int) -> None:
    """Promises come back on their day, clocks run on, absences begin and end. Each run does what is due by now."""
    relay.turn_sheets()
    relay.clocks_run_on()
    relay.promises_come_back()
    relay.remind_promises()
