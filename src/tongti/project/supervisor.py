"""One process tree: start the children, watch them, stop them all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tongti.project.parent import follow_parent
from tongti.project.postgres import Server

STOP_SECONDS = 25.0
LOOK_SECONDS = 0.2
LOG_LIMIT = 20 * 1024 * 1024
LOG_LOOK_SECONDS = 60.0


class Stop(BaseException):
    """A signal asked us to stop. Not an Exception, so that no step on the way takes it for a failure of its own."""


@contextmanager
def stop_on_signal() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise Stop once; while everything stops, further ones are ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Child:
    """A ``tongti`` subcommand as a process group of its own, so that nothing it starts can outlive it."""

    def __init__(self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tongti.project.cli", *arguments],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                # Without us the database goes too, so there is nothing a child could still finish.
                preexec_fn=partial(follow_parent, signal.SIGKILL),
            )

    def ask_to_stop(self) -> None:
        """Finish what is under way, then leave."""
        if self.process.poll() is None:
            self.process.terminate()

    def end(self, seconds: float) -> bool:
        """Wait, then sweep the whole group: a killed parent may have left its own children behind.

        Answers whether it ended by itself in time.
        """
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        in_time = self.process.poll() is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return in_time

    def shorten_log(self) -> None:
        """Keep one old log. The child appends, so truncating under it is safe."""
        if self.log.stat().st_size > LOG_LIMIT:
            self.log.with_suffix(".old.log").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)


class Children:
    """All children of one ``tongti up``."""

    def __init__(self) -> None:
        self._all: list[Child] = []

    def add(self, child: Child) -> None:
        """Take responsibility for stopping it."""
        self._all.append(child)

    def dead(self) -> Child | None:
        """A child that is gone without having been asked, or None."""
        return next((child for child in self._all if child.process.poll() is not None), None)

    def watch(self, server: Server | None) -> str:
        """Block until a child or the embedded database is gone; answers one sentence about it."""
        looked_at_logs = time.monotonic()
        while True:
            gone = self.dead()
            if gone is not None:
                return f"{gone.name}意外退出（代码 {gone.process.returncode}），全部停止。日志：{gone.log}"
            if server is not None and not server.alive:
                return f"数据库意外退出，全部停止。日志：{server.log}"
            if time.monotonic() - looked_at_logs > LOG_LOOK_SECONDS:
                looked_at_logs = time.monotonic()
                for child in self._all:
                    child.shorten_log()
            time.sleep(LOOK_SECONDS)

    def stop(self, *, wait: bool) -> list[Child]:
        """All at once, then each to its end; without waiting when there is nothing left that they could finish.

        They share one STOP_SECONDS, however many they are. Answers those that had to be killed.
        """
        for child in self._all:
            child.ask_to_stop()
        until = time.monotonic() + (STOP_SECONDS if wait else 0)
        killed = [child for child in self._all if not child.end(max(0.0, until - time.monotonic()))]
        self._all.clear()
        return killed
