"""搜索: words and names are learned a little behind the texts."""

from procrastinate.contrib.django import app

from tongti.search import actions as search


@app.periodic(cron="*/5 * * * *")
@app.task(name="search.learn", queueing_lock="search.learn", lock="search.learn")
def learn(timestamp: int) -> None:
    """Words of the cases that came, names that are new."""
    search.learn()


@app.periodic(cron="10 3 * * *")
@app.task(name="search.learn_whole", queueing_lock="search.learn_whole", lock="search.learn")
def learn_whole(timestamp: int) -> None:
    """What was renamed or taken out of use is told."""
    search.learn_whole()
