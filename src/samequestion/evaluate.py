"""How good a grouping is against labelled questions: the same figures as the labels' own evaluator."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from samequestion.errors import UnreadableTable


def read_labels(path: str | Path) -> dict[str, str]:
    """Message id → question of a labels file (UTF-8 .csv with the columns id and question_id).

    Raises `UnreadableTable` with one plain sentence when there is no such file or it is none.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"id", "question_id"} <= set(rows.fieldnames or ()):
                raise UnreadableTable(f"标注文件 {path.name} 要有 id 和 question_id 两列")
            return {(row["id"] or "").strip(): (row["question_id"] or "").strip() for row in rows}
    except FileNotFoundError as error:
        raise UnreadableTable(f"找不到标注文件：{path.name}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableTable(f"读不了标注文件 {path.name}：应是 UTF-8 的 .csv") from error


def evaluate(labels_path: str | Path, groups: Mapping[str, str]) -> dict[str, float]:
    """Score `groups` (message id → group) on the ids of a labels file; see `read_labels` for what it raises.

    A labelled id without a group counts as alone. Figures are rounded to four digits:
    pair_* over pairs, b3_* B-cubed (Bagga & Baldwin 1998), shared_* B-cubed without the easy singletons, ari.
    """
    return agreement(read_labels(labels_path), groups)


def agreement(gold: Mapping[str, str], groups: Mapping[str, str]) -> dict[str, float]:
    """The figures of `evaluate` for two groupings held in memory."""
    ids = list(gold)
    true = {i: gold[i] or f"alone:{i}" for i in ids}
    made = {i: groups.get(i) or f"alone:{i}" for i in ids}
    both = Counter((true[i], made[i]) for i in ids)
    sizes, made_sizes = Counter(true.values()), Counter(made.values())
    precision = {i: both[true[i], made[i]] / made_sizes[made[i]] for i in ids}
    recall = {i: both[true[i], made[i]] / sizes[true[i]] for i in ids}
    hit, wanted, given, n = _pairs(both.values()), _pairs(sizes.values()), _pairs(made_sizes.values()), len(ids)
    figures = {
        **_three("pair", hit / given if given else 1.0, hit / wanted if wanted else 1.0),
        **_three("b3", _mean(precision.values()), _mean(recall.values())),
        **_three("shared", _mean(precision[i] for i in ids if made_sizes[made[i]] > 1),
                 _mean(recall[i] for i in ids if sizes[true[i]] > 1)),
    }  # fmt: skip
    chance = wanted * given / (n * (n - 1) / 2) if n > 1 else 0.0
    middle = (wanted + given) / 2
    figures["ari"] = round((hit - chance) / (middle - chance), 4) if middle != chance else 1.0
    shape = {"messages": n, "questions": len(sizes), "predicted_groups": len(made_sizes),
             "shared_questions": sum(v > 1 for v in sizes.values())}  # fmt: skip
    return {**shape, **figures}


def _three(name: str, precision: float, recall: float) -> dict[str, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {f"{name}_p": round(precision, 4), f"{name}_r": round(recall, 4), f"{name}_f1": round(f1, 4)}


def _pairs(sizes: Iterable[int]) -> float:
    return sum(v * (v - 1) / 2 for v in sizes)


def _mean(values: Iterable[float]) -> float:
    rows = list(values)
    return sum(rows) / len(rows) if rows else 1.0
