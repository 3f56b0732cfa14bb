"""Jobs: written with the change, run once it stands."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

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
@pytest.mark.parametrize(("silent_for", "taken"), [(45, True), (5, False)], ids=["dead", "alive"])
def test_the_job_of_a_dead_worker_is_done_by_the_next(silent_for: int, taken: bool) -> None:
    from tongti.jobs import worker

    app.configure_task("figures.compact").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [silent_for],
        )
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", cursor.fetchone())
    app.configure_task("jobs.retry_stalled").defer(timestamp=0)
    with patch("tongti.figures.actions.compact") as compact:
        worker.run(wait=False)
        worker.run(wait=False)
    assert compact.call_count == int(taken)


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_timetable")
@pytest.mark.parametrize("back", [True, False], ids=["restarted", "gone"])
def test_an_idle_worker_ends_when_the_database_is_gone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], back: bool
) -> None:
    """A short silence is borne; a long one ends the process with code 1 and one sentence, though no job is under way."""
    from tongti.jobs import worker

    asked = 0

    async def silent(*_query: object, **_arguments: object) -> None:
        nonlocal asked
        asked += 1
        if back and asked > 2:
            if asked == 13:
                os.kill(os.getpid(), signal.SIGTERM)
            return
        raise ConnectorException

    class Gone(BaseException):
        pass

    def end_of_process(code: int) -> None:
        raise Gone(code)

    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(worker, "GONE_SECONDS", 0.4)
    monkeypatch.setattr(worker.WorkerConnector, "execute_query_async", silent)
    monkeypatch.setattr(os, "_exit", end_of_process)
    left: list[str] = []
    if back:
        worker.run(leave=lambda: left.append("left"), grace=20)
        assert (asked > 12, left) == (True, [])
        return
    with pytest.raises(Gone, match="1"):
        worker.run(leave=lambda: left.append("left"))
    assert left == ["left"]
    assert "没有应答，后台任务退出" in capfd.readouterr().err


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_timetable")
@pytest.mark.parametrize("patient", [True, False], ids=["short job", "long job"])
def test_a_worker_ends_soon_after_the_signal(monkeypatch: pytest.MonkeyPatch, patient: bool) -> None:
    """SIGTERM in the middle of a job: a short one is finished, a long one is left to another worker."""
    from tongti.jobs import worker

    begun, may_end, left = threading.Event(), threading.Event(), []

    def fold() -> None:
        begun.set()
        may_end.wait(20)

    def end_of_process(_code: int) -> None:
        left.append(time.monotonic() - asked[0])
        may_end.set()

    def ask_to_stop() -> None:
        begun.wait(20)
        asked.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)
        if patient:
            may_end.set()

    asked: list[float] = []
    monkeypatch.setattr(os, "_exit", end_of_process)
    app.configure_task("figures.compact").defer(timestamp=0)
    threading.Thread(target=ask_to_stop, daemon=True).start()
    with patch("tongti.figures.actions.compact", side_effect=fold):
        worker.run(leave=lambda: left.append("left"), grace=5 if patient else 0.5)
    if patient:
        assert left == []
        assert _waiting() == 0
    else:
        assert left[0] == "left"
        assert 0.4 < left[1] < 5
