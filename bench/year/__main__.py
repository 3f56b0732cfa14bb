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
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def simulate(
    cases: int, *, crashes: int, seed: int, days: int = 365, progress: Callable[[str], None] = lambda _said: None
) -> tuple[list[Any], dict[str, Any]]:
    """Live through the year on the configured database (empty but for its tables); answers the checks and what happened."""
    from django.utils import timezone

    from bench.year import checks, nights, plain
    from bench.year.town import Town, frozen
    from tongti.project.demo import district

    rng = random.Random(seed)
    begins = datetime(plain.YEAR, 1, 1, tzinfo=timezone.get_current_timezone())
    town = Town(district.build(), rng, begins, begins + timedelta(days=days) - timedelta(minutes=1))
    town.fill_year(cases)
    crashing = set(rng.sample(range(days), min(crashes, days)))
    lost = set(rng.sample(range(days), max(days // 20, 1)))
    killed, started = 0, time.monotonic()
    with frozen(town):
        for day in range(days):
            town.run_day(begins + timedelta(days=day, hours=23, minutes=30))
            # some nights nobody runs anything: the next one makes up for it
            if day in crashing:
                killed += nights.work(crash=True, rng=rng)
            if day not in lost or day in crashing or day == days - 1:
                nights.work(crash=False, rng=rng)
            if day % 10 == 9:
                progress(f"{date.fromordinal(begins.date().toordinal() + day)}：{town.book.tally}")
        found = checks.everything(town.book)
    facts = {
        "cases": len(town.book.numbers),
        "days": days,
        "killed": killed,
        "lost_nights": len(lost - crashing),
        "seconds": round(time.monotonic() - started, 1),
        "happened": town.book.tally,
        "refused": town.book.refused,
    }
    return found, facts


def report(found: list[Any], facts: dict[str, Any]) -> bool:
    """Print the table and the JSON; whether everything holds."""
    for check in found:
        print(f"{'成立' if check.holds else '不成立'}  {check.name}（{check.looked_at}）")
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
