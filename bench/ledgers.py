"""What a long ledger costs: ``python -m bench.ledgers --cases 100000 --lines 1000000``.

A seeded district in a database of its own (bench.seed); then ledgers of the main line are written as files through their own
queries, a tenth as long and as long as asked for; one that has fewer lines is read from the beginning again until the file is full.
Seconds, size, and the peak of memory before and after. Prints a table and JSON.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(folder: Path, lines: int) -> list[dict[str, Any]]:
    """One row for each ledger and form."""
    from tongti.accounts.models import Officer
    from tongti.exports.ledgers import LEDGERS, Asked, For
    from tongti.shared.sheets import csv_lines, write_xlsx
    from tongti.units.models import Post
    from tongti.units.queries import viewer_of

    office = Officer.objects.get(pk=Post.objects.filter(role="dispatcher").order_by("pk").values("officer")[:1])
    whom = For(viewer_of(office))
    found = []
    few = lines // 10
    for code, form, most in (
        ("cases", "csv", few), ("cases", "xlsx", few), ("batons", "xlsx", few), ("questions", "xlsx", few),
        ("cases", "csv", lines), ("cases", "xlsx", lines),
    ):  # fmt: skip
        ledger, before, path = LEDGERS[code], _peak(), folder / f"{code}.{form}"
        rows = _Counted(islice(_again(ledger, whom, Asked()), most))
        begin, cpu = time.perf_counter(), time.process_time()
        if form == "csv":
            with path.open("w", encoding="utf-8", newline="") as text:
                text.writelines(csv_lines(ledger.columns, rows))
        else:
            with path.open("w+b") as file:
                write_xlsx(file, ledger.name, ledger.columns, rows, folder=folder)
        took, spent, size = time.perf_counter() - begin, time.process_time() - cpu, path.stat().st_size
        path.unlink()
        found.append(
            {
                "ledger": ledger.name,
                "form": form,
                "lines": rows.n,
                "columns": len(ledger.columns),
                "seconds": round(took, 1),
                "cpu_seconds": round(spent, 1),
                "mb": round(size / 1e6, 1),
                "memory_before_mb": before,
                "memory_mb": _peak(),
            }
        )
        print(found[-1], flush=True)
    return found


def _again(ledger: Any, whom: Any, asked: Any) -> Iterator[list[str]]:
    while True:
        some = False
        for line in ledger.write(whom, asked):
            some = True
            yield line
        if not some:
            return


class _Counted:
    """Counts what passes."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self.rows, self.n = rows, 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in self.rows:
            self.n += 1
            yield row


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="文件夹；空的就先造数据；不给就用临时的，量完删掉")
    parser.add_argument("--fill-only", action="store_true")
    args = parser.parse_args()
    folder = args.data or Path(tempfile.mkdtemp(prefix="tongti-ledgers-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TONGTI_DATA"] = str(folder.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    from tongti.project import boot

    try:
        with boot.database("bench.ledgers"):
            from django.core.management import call_command

            from bench import seed
            from tongti.cases.models import Case

            call_command("migrate", interactive=False, verbosity=0)
            if not Case.objects.exists():
                seed.seed(args.cases, lambda said: print(said, file=sys.stderr, flush=True), lean=True)
            if not args.fill_only:
                print(json.dumps(measure(folder, args.lines), ensure_ascii=False))
    finally:
        if args.data is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
