"""Reference data that a page shows a thousand times between two changes: read again after a few seconds, not for every page.

Only for what is *shown* (a list of villages, a promise in words). Actions read for themselves, in their own transaction; and
inside any transaction nothing kept is used, so that nobody is shown older data than she has just written.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection

KEEP_SECONDS = 5.0
MOST = 256

P = ParamSpec("P")
T = TypeVar("T")

_forgetters: list[Callable[[], None]] = []


def kept(read: Callable[P, T]) -> Callable[P, T]:
    """``read`` with its answers kept for KEEP_SECONDS in this process. Whoever gets one must not change it."""
    answers: dict[object, tuple[float, T]] = {}
    _forgetters.append(answers.clear)

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            return read(*args, **kwargs)
        key = (args, tuple(sorted(kwargs.items())))
        known = answers.get(key)
        now = time.monotonic()
        if known is not None and now < known[0]:
            return known[1]
        answer = read(*args, **kwargs)
        if len(answers) >= MOST:
            answers.clear()
        answers[key] = (now + KEEP_SECONDS, answer)
        return answer

    return reading


def forget_all() -> None:
    """Read everything again; for tests that empty the database."""
    for forget in _forgetters:
        forget()
