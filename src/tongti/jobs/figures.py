"""The leader's numbers: folded every hour, counted again every night."""

from procrastinate.contrib.django import app

from tongti.figures import actions as figures
from tongti.reports import actions as reports


@app.periodic(cron="7 * * * *")
@app.task(name="figures.compact", queueing_lock="figures.compact", lock="figures.compact")
def compact_figures(timestamp: int) -> None:
    """Fold the counters' small steps into one row per counter, so that reading them stays cheap."""
    figures.compact()


@app.periodic(cron="50 2 * * *")
@app.task(name="figures.check", queueing_lock="figures.check", lock="figures.check")
def check_figures(timestamp: int) -> None:
    """Compare every figure with the rows it stands for; what differs is on the auditor's page and in ``tongti check``."""
    reports.check_figures()
