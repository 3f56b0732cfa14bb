"""Quality and speed of the same-question engine: `python -m bench.engine [--json FILE] [--quick] [--folds N] [--peers]`.

Quality is cross-validated: the labelled questions are cut into folds, every pair is scored by trees that saw
neither of its questions, and all 4,326 messages are grouped. Prints one table and one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.engine_train import DATA, labelled, question_numbers
from bench.peers import SHOWN, Row, compared
from samequestion import Message, Model, evaluate, features, group, load_default_model, read_messages, score
from samequestion.grouping import cluster, fit_table
from samequestion.records import F64, I64, Features
from samequestion.scoring import probability
from samequestion.training import HeldOut, folds


def cross_validated(
    messages: list[Message], model: Model, seeds: tuple[int, ...], parts: int = 5
) -> tuple[list[Row], list[Row]]:
    """(figures per seed and their mean, reliability table of the first seed). Of ``parts`` parts of the questions two are kept
    out of every forest: 5 leave it three fifths of what the shipped model learns from, 10 four fifths."""
    table, left, right = fit_table([features(m, model) for m in messages], model)
    question = question_numbers(messages)
    data = labelled(messages, table, left, right)
    rows: list[Row] = []
    reliability: list[Row] = []
    for seed in seeds:
        scorer = HeldOut(table, data, folds(question, parts, seed), parts)
        weights = scorer(left, right)
        labels, _ = cluster(len(messages), left, right, weights, scorer, model.settings)
        figures = evaluate(DATA / "labels.csv", {m.id: str(k) for m, k in zip(messages, labels, strict=True)})
        rows.append({"method": f"engine, held out, seed {seed}", **{k: figures[k] for k in SHOWN}})
        reliability = reliability or reliable(weights, left, right, question)
    mean = {k: round(float(np.mean([float(row[k]) for row in rows])), 4) for k in SHOWN}
    return [*rows, {"method": "engine, held out, mean", **mean}], reliability


def reliable(weights: F64, left: I64, right: I64, question: I64) -> list[Row]:
    """Candidate pairs with a labelled end by stated probability, against how many are one question."""
    known = (question[left] >= 0) | (question[right] >= 0)
    chance = probability(weights[known])
    same = ((question[left] == question[right]) & (question[left] >= 0))[known]
    edges = np.array([0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    slot = np.clip(np.digitize(chance, edges) - 1, 0, len(edges) - 2)
    return [
        {"from": float(edges[k]), "to": float(edges[k + 1]), "pairs": int((slot == k).sum()),
         "stated": round(float(chance[slot == k].mean()), 3), "true": round(float(same[slot == k].mean()), 3)}
        for k in range(len(edges) - 1) if (slot == k).any()
    ]  # fmt: skip


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Seconds of one call, the best of `times`."""
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def speed(messages: list[Message], model: Model) -> list[Row]:
    """Seconds per step on this machine, one thread."""
    remembered: list[Features] = []
    made = timed(lambda: remembered.extend(features(m, model) for m in messages))
    sample, many = messages[:300], remembered[1:201]
    return [
        {"step": f"group {len(messages)} messages", "seconds": round(timed(lambda: group(messages), 2), 3)},
        {"step": "features, per message", "seconds": round(made / len(messages), 6)},
        {"step": "features, p95", "seconds": round(float(np.percentile([timed(lambda m=m: features(m, model)) for m in sample], 95)), 6)},
        {"step": "score 60 candidates, 8 explained", "seconds": round(timed(lambda: score(remembered[0], many[:60], model, 8), 20), 5)},
        {"step": "score 200 candidates, 8 explained", "seconds": round(timed(lambda: score(remembered[0], many, model, 8), 20), 5)},
        {"step": "bytes of features, mean", "seconds": float(np.mean([len(f.to_bytes()) for f in remembered[:1000]]).round())},
    ]  # fmt: skip


def show(rows: list[Row]) -> None:
    """Print rows as a plain table."""
    if rows:
        heads = list(dict.fromkeys(key for row in rows for key in row))
        cells = [[str(row.get(head, "")) for head in heads] for row in [dict(zip(heads, heads, strict=True)), *rows]]
        widths = [max(len(row[k]) for row in cells) for k in range(len(heads))]
        print(
            "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells),
            "\n",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the JSON here")
    parser.add_argument("--quick", action="store_true", help="one seed instead of three")
    parser.add_argument("--folds", type=int, default=5, help="parts of the questions (10: six times as long)")
    parser.add_argument("--peers", action="store_true", help="also run what one would otherwise use (bench.peers)")
    options = parser.parse_args()
    model = load_default_model()
    messages = sorted(read_messages(DATA / "messages.xlsx"), key=lambda m: m.id)
    quality, reliability = cross_validated(messages, model, (0,) if options.quick else (0, 1, 2), options.folds)
    pace = speed(messages, model)
    other, missing = compared(messages) if options.peers else ([], [])
    for rows in (quality + other, reliability, pace):
        show(rows)
    if missing:
        print(f"没有安装：{'、'.join(missing)}（make bench-engine 会装到 build/peers）\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    result = {"settings": model.settings.version, "quality": quality + other, "reliability": reliability, "speed": pace,
              "peak_mb": peak}  # fmt: skip
    print(json.dumps(result, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
