"""Children of ``tongti up`` that do not end when asked."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tongti.project import supervisor
from tongti.project.supervisor import Child, Children


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Child]]:
    """Two children that hang: a stopped process takes no SIGTERM."""
    both = [Child(name, ["--help"], environment={}, log=tmp_path / f"{name}.log") for name in ("网页服务", "后台任务")]
    for child in both:
        os.kill(child.process.pid, signal.SIGSTOP)
    while any(psutil.Process(child.process.pid).status() != psutil.STATUS_STOPPED for child in both):
        # Of two signals that wait, SIGTERM would be taken first.
        time.sleep(0.01)
    yield both
    for child in both:
        child.end(0)


def test_those_that_hang_share_one_wait_and_are_named(two: list[Child], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.3)
    waited: list[float] = []
    end = Child.end

    def noted(child: Child, seconds: float) -> bool:
        waited.append(seconds)
        return end(child, seconds)

    monkeypatch.setattr(Child, "end", noted)
    children = Children()
    for child in two:
        children.add(child)
    assert children.stop(wait=True) == two
    assert [child.process.returncode for child in two] == [-signal.SIGKILL] * 2
    assert waited[0] > 0
    assert waited[1] == 0


def test_one_that_has_ended_is_not_named(tmp_path: Path) -> None:
    child = Child("网页服务", ["--help"], environment={}, log=tmp_path / "web.log")
    child.process.wait(60)
    children = Children()
    children.add(child)
    assert children.stop(wait=True) == []
