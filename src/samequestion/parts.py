"""Long loops in parts: shared among threads, with word of how far they are."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

Done = Callable[[float], None]
"""Called with the share that is done (0 … 1)."""
Made = TypeVar("Made")


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def give_back() -> None:
    """Hand freed memory back to the system. Many parts that were joined leave holes as large as the whole, which glibc keeps
    otherwise; elsewhere nothing happens."""
    if sys.platform == "linux":
        getattr(ctypes.CDLL(None), "malloc_trim", int)(0)


def in_parts(
    work: Callable[[int, int], None], total: int, step: int, workers: int = 1, done: Done | None = None
) -> None:
    """Run work(low, high) over 0 … total in parts of `step`; parts write to places of their own, so order is free.

    Threads pay when the work releases the interpreter lock, as compiled loops and large numpy calls do.
    """
    parts = [(low, min(low + step, total)) for low in range(0, total, step)]
    if workers <= 1 or len(parts) <= 1:
        for low, high in parts:
            work(low, high)
            if done:
                done(high / total)
        return
    with ThreadPoolExecutor(workers) as pool:
        for number, future in enumerate(as_completed([pool.submit(work, low, high) for low, high in parts]), 1):
            future.result()
            if done:
                done(number / len(parts))


def made_in_parts(make: Callable[[int, int], Made], total: int, step: int, workers: int = 1) -> Iterator[Made]:
    """What make(low, high) gives for each part of 0 … total, in order; at least one part, however empty."""
    lows = range(0, max(total, 1), step)
    if workers <= 1 or len(lows) == 1:
        yield from (make(low, min(low + step, total)) for low in lows)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda low: make(low, min(low + step, total)), lows)
