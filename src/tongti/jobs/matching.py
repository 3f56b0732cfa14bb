"""Jobs of the same-question engine: match a new case, group an import, keep profiles and word counts fresh."""

from procrastinate.contrib.django import app

from tongti.questions import actions as questions


@app.task(name="match_case", retry=3)
def match_case(case_id: int) -> None:
    """Put a new case beside the question it resembles."""
    questions.match_case(case_id=case_id)


@app.task(name="match_batch", retry=3, lock="match_batch")
def match_batch(batch_id: int) -> None:
    """Group the cases of one import."""
    questions.match_batch(batch_id=batch_id)


@app.task(name="refresh_question", retry=3)
def refresh_question(question_id: int) -> None:
    """Bring up to date how one question is found while typing."""
    questions.refresh_question(question_id=question_id)


@app.periodic(cron="40 1 * * *")
@app.task(name="questions.count_words", queueing_lock="questions.count_words", lock="questions.count_words")
def count_words(timestamp: int) -> None:
    """Learn again how common each word is in this district."""
    questions.count_words()


@app.periodic(cron="20 2 * * *")
@app.task(name="questions.learn", queueing_lock="questions.learn", lock="questions.learn")
def learn(timestamp: int) -> None:
    """Fit the engine to what people decided; switch when that is better beyond chance."""
    questions.learn()
