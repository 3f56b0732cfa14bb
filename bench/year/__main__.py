"""A year of a district in accelerated time, with real actions and a real worker that is killed at random moments.

    python -m bench.year --cases 30000

Afterwards nothing may be lost, every deadline must equal an independent count on the fingers (``plain``), and the trail must
show one holder at every moment. The report says so as a table and as JSON; the command fails when one of them does not hold.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def simulate(
    cases: int,
    *,
    crashes: int,
    seed: int,
    days: int = 365,
    alone: float = 0.6,
    every: tuple[int, int, int] = (14, 35, 12),
    progress: Callable[[str], None] = lambda _said: None,
) -> tuple[list[Any], dict[str, Any]]:
    """Live through the year on the configured database (empty but for its tables); answers the checks and what happened.

    ``alone``: the share of difficulties that one asker has. ``every``: of how many batons one asks for an extension, of how
    many leads one for a promise, and of how many of the others one has its clock stopped.
    """
    from django.utils import timezone

    from bench.year import checks, plain
    from bench.year.more_time import MoreTime
    from bench.year.seldom import Seldom
    from bench.year.town import Town
    from bench.year.workers import SharedClock, Workers
    from tongti.project.demo import district

    rng, began, used = random.Random(seed), time.monotonic(), time.process_time()
    begins = datetime(plain.YEAR, 1, 1, tzinfo=timezone.get_current_timezone())
    shared = SharedClock()
    shared.set(begins)
    with shared.everywhere():
        last = begins + timedelta(days=days) - timedelta(minutes=1)
        town = Town(district.build(), rng, begins, last, shared.set, MoreTime(*every).may_ask)
        town.fill_year(cases, alone=alone)
        Seldom(town, days).plan()
        workers = Workers(rng)
        try:
            lost = _live(town, workers, days, crashes, progress)
        finally:
            workers.stop()
        lived, worked = time.monotonic() - began, time.process_time() - used
        found = checks.everything(town.book, last_night=last.date())
    facts = {
        "cases": len(town.book.numbers),
        "days": days,
        "killed": workers.killed,
        "killed_at_work": workers.killed_at_work,
        "lost_nights": lost,
        "seconds": round(lived, 1),
        "processor_seconds": round(worked, 1),
        "waited_for_worker": round(workers.seconds, 1),
        "check_seconds": round(time.monotonic() - began - lived, 1),
        "happened": dict(sorted(town.book.tally.items(), key=lambda pair: -pair[1])),
        "refused": town.book.refused,
    }
    return found, facts


def _live(town: Any, workers: Any, days: int, crashes: int, progress: Callable[[str], None]) -> int:
    """Day after day; answers how many nights nobody looked at what is due.

    Half of the crashes come in the middle of a day, and the worker stays dead until the evening; the others in the evening, when
    the timed jobs run. Some nights nobody rings for these (the next one makes up for it), some two workers answer.
    """
    rng, begins = town.rng, town.moment
    crashing = dict.fromkeys(rng.sample(range(days), min(crashes, days)), False)
    crashing.update((day, rng.random() < 0.5) for day in crashing)
    lost = set(rng.sample(range(days - 1), max(days // 20, 1))) - crashing.keys()
    workers.start()
    for day in range(days):
        midnight = begins + timedelta(days=day)
        if crashing.get(day):
            town.later(midnight + timedelta(minutes=rng.randrange(24 * 60 - 60)), workers.kill)
        town.live_until(midnight + timedelta(hours=23, minutes=30))
        if day not in lost:
            workers.ring()
            if crashing.get(day) is False:
                workers.kill()
            if rng.random() < 0.1:
                workers.start()
            workers.drain()
            workers.stop(but=1)
        if day % 10 == 9:
            progress(f"{midnight:%m-%d}，{time.process_time():.0f} 秒：{town.book.tally}")
    return len(lost)


def report(found: list[Any], facts: dict[str, Any]) -> bool:
    """Print the table and the JSON; whether everything holds."""
    for check in found:
        print(f"{'成立' if check.holds else '不成立'}  {check.name}（{check.looked_at:,}）")
        for words in check.wrong[:5]:
            print(f"        {words}")
    holds = all(check.holds for check in found)
    print(json.dumps({"holds": holds, **facts, "checks": [c.as_json() for c in found]}, ensure_ascii=False))
    return holds


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=30_000)
    parser.add_argument("--crashes", type=int, default=40)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    # It is the workers that die here, never the database: a commit need not wait for the disk.
    os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")
    if "TONGTI_DATA" in os.environ:
        return _run(args)
    with tempfile.TemporaryDirectory(prefix="tongti-year-") as folder:
        os.environ["TONGTI_DATA"] = folder
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    from tongti.project import boot

    with boot.database("bench.year"):
        from django.core.management import call_command
        from django.db import connections

        # a pool has threads, and a process with threads cannot be forked
        connections["default"].settings_dict["OPTIONS"].pop("pool", None)
        call_command("migrate", interactive=False, verbosity=0)
        found, facts = simulate(
            args.cases,
            crashes=args.crashes,
            seed=args.seed,
            days=args.days,
            progress=lambda said: print(said, file=sys.stderr, flush=True),
        )
    return 0 if report(found, facts) else 1


if __name__ == "__main__":
    sys.exit(main())
