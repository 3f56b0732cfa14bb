"""Group one table and say what it took: `python -m bench.one_table TABLE LABELS` (for `bench.scale`).

A module of its own that loads nothing but the engine: helper processes load it again, and their seconds and memory count.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from samequestion import evaluate, group_file, processors


def measured(table: Path, labels: Path) -> dict[str, float | str]:
    """Group one table in this process and say what it took."""
    begin = time.perf_counter()
    found = group_file(table, table.with_suffix(".groups.csv"), processes=processors(), progress=_step(begin))
    wall = time.perf_counter() - begin
    own, helpers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = evaluate(labels, found.group_of)
    return {
        "messages": len(found.group_of),
        "groups": len(found.groups),
        "wall_s": round(wall, 2),
        "cpu_s": round(own.ru_utime + own.ru_stime + helpers.ru_utime + helpers.ru_stime, 2),
        "peak_mb": (own.ru_maxrss + helpers.ru_maxrss * (processors() if helpers.ru_maxrss else 0)) // 1024,
        **{k: figures[k] for k in ("b3_p", "b3_r", "b3_f1", "shared_f1")},
    }


def _step(begin: float):  # type: ignore[no-untyped-def]
    said: set[str] = set()

    def say(step: str, _share: float) -> None:
        if step not in said:
            said.add(step)
            print(f"{time.perf_counter() - begin:8.1f} s  {step}", file=sys.stderr, flush=True)

    return say


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), Path(sys.argv[2]))))
