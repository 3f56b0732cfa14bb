"""Progress for the person who waits: one line per step, with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Steps:
    """Prints each step when it is done; on a terminal also while it runs."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._live = sys.stdout.isatty()

    @property
    def seconds(self) -> float:
        """Since the first step began."""
        return time.monotonic() - self._started

    @contextmanager
    def step(self, words: str) -> Iterator["Step"]:
        """One step; the block may add a remark to the line."""
        step = Step(words, live=self._live)
        step.show()
        started = time.monotonic()
        try:
            yield step
        except BaseException:
            if self._live:
                print(flush=True)
            raise
        step.done(time.monotonic() - started)


class Step:
    """One line of progress."""

    def __init__(self, words: str, *, live: bool) -> None:
        self.words = words
        self.remark = ""
        self._live = live

    def say(self, remark: str) -> None:
        """What is going on, or what came of it."""
        self.remark = remark
        self.show()

    def show(self) -> None:
        """On a terminal: rewrite the line."""
        if self._live:
            print(f"\r\033[K         {self._text()} …", end="", flush=True)

    def done(self, seconds: float) -> None:
        """The final line."""
        start = "\r\033[K" if self._live else ""
        print(f"{start}{seconds:5.1f} 秒 {self._text()}", flush=True)

    def _text(self) -> str:
        return f"{self.words}：{self.remark}" if self.remark else self.words
