"""How `tongti group` grows: `python -m bench.scale [--counts 10000 100000 1000000] [--real] [--agree] [--burst] [--json FILE]`.

Every size runs in a process of its own on a table of made-up messages (`bench.variants`), from the file to groups.csv.
Prints wall seconds, processor seconds and peak memory (helper processes included), and how well the planted questions
were found (B-cubed). `--real` does the same for the 4,326 real messages, `--agree` compares batch and one-by-one,
`--burst` puts 2,000 messages about one event into an `Index`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.engine import Row, show
from bench.engine_train import DATA
from bench.variants import Variants, write_csv, write_labels
from samequestion import Index, Message, agreement, fit, group, read_messages


def in_a_process(table: Path, labels: Path) -> Row:
    """Group one table in a fresh process, so that peaks do not add up."""
    command = [sys.executable, "-m", "bench.one_table", str(table), str(labels)]
    row: Row = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    )
    return row


def grown(counts: list[int], folder: Path) -> list[Row]:
    """One row per size, with processor microseconds per message: level when growth is linear."""
    rows = []
    for count in counts:
        variants, table = Variants(count), folder / f"{count}.csv"
        write_csv(table, variants)
        write_labels(table.with_suffix(".labels.csv"), variants.truth)
        row = in_a_process(table, table.with_suffix(".labels.csv"))
        rows.append({**row, "cpu_us_per_message": round(1e6 * float(row["cpu_s"]) / count)})
        show(rows)
    return rows


def agreed(name: str, messages: list[Message]) -> Row:
    """Batch against one-by-one in order of arrival, under the same frequencies."""
    model = fit(messages)
    batch = group(messages, model).group_of
    index = Index(model)
    for message in sorted(messages, key=lambda m: (m.at is None, m.at, m.id)):
        index.add(message)
    one_by_one = {m.id: index.group_of(m.id) for m in messages}
    return {
        "messages": name,
        "count": len(messages),
        **{k: agreement(batch, one_by_one)[k] for k in ("b3_p", "b3_r", "b3_f1")},
    }


def burst(count: int = 2000) -> list[Row]:
    """Messages about one event within ten minutes, after a district of 3,000 others: processor time by hundred."""
    others = list(Variants(3000, seed=5))
    event = Variants(count, seed=9).event(count, minutes=10)
    index = Index(fit([*others, *event[:20]]))
    for message in others:
        index.add(replace(message, id=f"o{message.id}"))
    rows: list[Row] = []
    for low in range(0, count, 500):
        begin = time.process_time()
        for message in event[low : low + 500]:
            index.add(message)
        rows.append({"event messages": low + 500, "ms each": round(2 * (time.process_time() - begin), 2),
                     "questions": len({index.group_of(m.id) for m in event[: low + 500]}),
                     "in the largest": max(len(index.groups[index.group_of(m.id)]) for m in event[: low + 500])})  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--agree", action="store_true")
    parser.add_argument("--burst", action="store_true")
    parser.add_argument("--json", type=Path, help="also write the rows here")
    parser.add_argument("--folder", type=Path, help="where the tables go (default: a temporary folder)")
    options = parser.parse_args()
    result: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        if options.real:
            table = Path(folder) / "messages.xlsx"
            table.symlink_to(DATA / "messages.xlsx")
            result["real"] = [in_a_process(table, DATA / "labels.csv")]
            show(result["real"])
        if options.burst:
            result["burst"] = burst()
            show(result["burst"])
        if options.agree:
            result["agree"] = [
                agreed("real", read_messages(DATA / "messages.xlsx")),
                agreed("made up", list(Variants(5000))),
            ]
            show(result["agree"])
        if options.counts:
            result["growth"] = grown(options.counts, Path(folder))
    print(json.dumps(result, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
