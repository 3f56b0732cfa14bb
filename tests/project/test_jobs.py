"""Jobs: written with the change, run once it stands."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import transaction
from procrastinate.contrib.django import app

from tests.conftest import RunJobs


def _waiting(name: str = "figures.compact") -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(status="todo", task_name=name).count()


def _change_that_fails() -> None:
    with transaction.atomic():
        app.configure_task("figures.compact").defer(timestamp=0)
        raise ZeroDivisionError


def test_a_job_exists_exactly_when_its_change_does(db: None) -> None:
    with pytest.raises(ZeroDivisionError):
        _change_that_fails()
    assert _waiting() == 0
    app.configure_task("figures.compact").defer(timestamp=0)
    assert _waiting() == 1


def test_run_jobs_runs_what_waits_and_says_what(run_jobs: RunJobs) -> None:
    app.configure_task("figures.compact").defer(timestamp=0)
    with patch("tongti.figures.actions.compact") as compact:
        assert run_jobs() == ["figures.compact"]
    compact.assert_called_once_with()
    assert run_jobs() == []


@pytest.fixture
def no_timetable() -> Iterator[None]:
    """A worker also catches up what the timetable had due in the last ten minutes: these tests must not depend on the hour."""
    with patch.dict(app.periodic_registry.periodic_tasks, clear=True):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_timetable")
def test_a_real_worker_runs_the_job_too() -> None:
    from tongti.jobs import worker

    app.configure_task("figures.compact").defer(timestamp=0)
    with patch("tongti.figures.actions.compact") as compact:
        worker.run(wait=False)
    compact.assert_called_once_with()
    assert _waiting() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_timetable")
def test_what_a_running_job_defers_rolls_back_with_it() -> None:
    from tongti.jobs import worker

    def fold_and_fail() -> None:
        with transaction.atomic():
            app.configure_task("trail.seal").defer(timestamp=0)
            raise ZeroDivisionError

    app.configure_task("figures.compact").defer(timestamp=0)
    with patch("tongti.figures.actions.compact", side_effect=fold_and_fail), patch("tongti.trail.actions.seal") as seal:
        worker.run(wait=False)
    assert _waiting("trail.seal") == 0
    seal.assert_not_called()
