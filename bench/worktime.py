"""How fast worktime answers: one deadline, a batch, an explanation, a bar. Prints a table, then one line of JSON.

Run: ``PYTHONPATH=src python bench/worktime.py`` (one core; add ``--size 5000000`` for a larger batch).
Exit status 1 when a target is missed: one deadline under 20 microseconds, a batch at 1 000 000 a second per core.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

# This script has the library's name and Python looks beside a script first: look elsewhere, or it would import itself.
sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]

from worktime import (  # noqa: E402
    SHANGHAI,
    Pause,
    Unit,
    batch_due_dates,
    batch_due_times,
    batch_working_days,
    calendar_for,
    day_cells,
    deadline,
    explain,
    progress,
)

ONE_TARGET_US = 20.0
BATCH_TARGET = 1_000_000
REPEATS = 5


def fastest(run: Callable[[], object], times: int) -> float:
    """Seconds for one call: the best of several rounds of ``times`` calls."""
    best = float("inf")
    for _ in range(REPEATS):
        begin = perf_counter()
        for _ in range(times):
            run()
        best = min(best, (perf_counter() - begin) / times)
    return best


def one_at_a_time() -> dict[str, float]:
    """Microseconds for one call of each kind."""
    calendar = calendar_for("450000")
    on, at = date(2026, 4, 15), datetime(2026, 4, 15, 9, 30, tzinfo=SHANGHAI)
    stop = [Pause(at, datetime(2026, 4, 21, 9, tzinfo=SHANGHAI), "征求第三方意见")]
    item = deadline(on, 20, "wd", calendar)
    runs: dict[str, Callable[[], object]] = {
        f"deadline 5{unit.value}": lambda unit=unit: deadline(on if unit.by_day else at, 5, unit, calendar)
        for unit in Unit
    }
    runs["deadline 5wd, one pause"] = lambda: deadline(on, 5, "wd", calendar, pauses=stop)
    runs["progress of 20wd"] = lambda: progress(item, at)
    runs["explain 20wd"] = lambda: explain(item)
    runs["day_cells of 20wd"] = lambda: day_cells(on, item.due_on, on, calendar)
    runs["calendar_for, cached"] = lambda: calendar_for("450000")
    return {name: fastest(run, 2_000) * 1e6 for name, run in runs.items()}


def in_batches(size: int) -> dict[str, float]:
    """Results a second for each vectorised function, with random starts in 2013–2026."""
    calendar = calendar_for("450000")
    draw = np.random.default_rng(20261123)
    days = np.datetime64("2013-01-01") + draw.integers(0, 5_000, size).astype("timedelta64[D]")
    moments = days.astype("datetime64[us]") + draw.integers(0, 86_400_000_000, size).astype("timedelta64[us]")
    amounts = draw.integers(1, 60, size)
    later = days + amounts.astype("timedelta64[D]")
    runs: dict[str, Callable[[], object]] = {
        f"batch {unit.value}": lambda unit=unit: (
            batch_due_dates(days, amounts, unit, calendar)
            if unit.by_day
            else batch_due_times(moments, amounts, unit, calendar)
        )
        for unit in Unit
    }
    runs["batch working days between"] = lambda: batch_working_days(days, later, calendar)
    return {name: size / fastest(run, 1) for name, run in runs.items()}


def main() -> int:
    """Measure, print, and say by the exit status whether the targets were met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000, help="deadlines in a batch")
    size = parser.parse_args().size
    single, batch = one_at_a_time(), in_batches(size)
    worst_one = max(value for name, value in single.items() if name.startswith("deadline"))
    worst_batch = min(batch.values())
    met = worst_one < ONE_TARGET_US and worst_batch >= BATCH_TARGET
    for name, value in single.items():
        print(f"{name:<28}{value:>14.2f} us")
    for name, value in batch.items():
        print(f"{name:<28}{value / 1e6:>14.2f} million/s")
    print(f"targets: one < {ONE_TARGET_US:.0f} us, batch >= 1 million/s: {'met' if met else 'MISSED'}")
    facts = {"python": platform.python_version(), "numpy": np.__version__, "size": size, "met": met}
    rounded = {
        "single_us": {k: round(v, 3) for k, v in single.items()},
        "batch_per_s": {k: int(v) for k, v in batch.items()},
    }
    print(json.dumps(facts | rounded, ensure_ascii=False))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
