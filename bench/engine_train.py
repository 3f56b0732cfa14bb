"""Rebuild the model that ships from ../shared/data: `python -m bench.engine_train` (about three minutes).

General words come from the texts other than the labelled messages; the weights of the evidence from all labels.
The file holds hashed counts and meanings of general words, hashed character pairs inside them, and trees over
similarities: no text, no names. Beside the weights lies what each threshold was worth on held-out questions.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from python_calamine import CalamineWorkbook

from samequestion.counts import empty_counts
from samequestion.features import features
from samequestion.grouping import fit_table
from samequestion.model import Model
from samequestion.records import I64, Message, Threshold
from samequestion.settings import Settings
from samequestion.similarity import Table
from samequestion.tables import read_messages
from samequestion.training import (
    Examples,
    HeldOut,
    Words,
    examples,
    folds,
    learn_words,
    thresholds,
    train,
    with_other_names,
    with_short_forms,
)  # fmt: skip
from samequestion.trees import Trees

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
OUTPUT = ROOT / "src" / "samequestion" / "default_model.npz"


def read_texts() -> tuple[list[str], list[str]]:
    """Raw texts and word bags that are not the labelled messages."""
    texts = []
    for name in ("messages_with_replies.xlsx", "categorised_sample.xlsx"):
        rows = CalamineWorkbook.from_path(str(DATA / name)).get_sheet_by_index(0).to_python()
        wanted = [at for at, cell in enumerate(rows[0]) if "主题" in str(cell) or "详情" in str(cell)]
        texts += ["。".join(str(row[at]) for at in wanted) for row in rows[1:]]
    csv.field_size_limit(1 << 30)
    with (DATA / "categorised_words.csv").open(encoding="utf-8-sig", newline="") as file:
        bags = [max(row, key=len).replace(",", " ") for row in csv.reader(file)]
    return texts, bags


def untrained(words: Words, settings: Settings) -> Model:
    """A model that knows general words and no weights."""
    none = np.empty(0)
    trees = Trees(none.astype(np.int64), none, none.astype(np.uint16), none.astype(np.int64),
                  none.reshape(0, 16), none.reshape(0, 16, 10), 0.0)  # fmt: skip
    return Model(
        settings, trees, words.background, empty_counts(settings.df_bits), words.ids, words.vectors, words.pairs
    )


def question_numbers(messages: list[Message]) -> I64:
    """The labelled question of every message as a number, -1 = not labelled."""
    with (DATA / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        label = {row["id"].strip(): row["question_id"].strip() for row in csv.DictReader(file)}
    number = {name: at for at, name in enumerate(sorted(set(label.values())))}
    return np.array([number[label[m.id]] if m.id in label else -1 for m in messages], dtype=np.int64)


SHORT = 120
"""Characters of the body that are left in a shortened example."""


def labelled(messages: list[Message], table: Table, left: I64, right: I64) -> Examples:
    """All labelled pairs of the messages in the table, in full and in short."""
    data = examples(table, left, right, question_numbers(messages))
    cut = [features(replace(m, body=m.body.strip()[:SHORT]), table.model) for m in messages]
    return with_short_forms(with_other_names(data, messages, table), data, Table(cut, table.model))


def measured(table: Table, data: Examples, left: I64, right: I64, question: I64) -> tuple[Threshold, ...]:
    """Precision by threshold over the candidate pairs with a labelled end, each scored by trees that saw neither end."""
    known = (question[left] >= 0) | (question[right] >= 0)
    left, right = left[known], right[known]
    return thresholds(HeldOut(table, data, folds(question))(left, right), question[left] == question[right])


def main() -> None:
    if not DATA.is_dir():
        sys.exit("../shared/data 不在：重建默认模型需要那里的标注数据")
    settings = Settings()
    words = learn_words(*read_texts(), bits=settings.df_bits)
    base = untrained(words, settings)
    messages = sorted(read_messages(DATA / "messages.xlsx"), key=lambda m: m.id)
    table, left, right = fit_table([features(m, base) for m in messages], base)
    data = labelled(messages, table, left, right)
    model = Model(settings, train(data), words.background, base.counts, words.ids, words.vectors, words.pairs,
                  thresholds=measured(table, data, left, right, question_numbers(messages)))  # fmt: skip
    OUTPUT.write_bytes(model.to_bytes())
    print(f"{OUTPUT.name}: {OUTPUT.stat().st_size / 1e3:.0f} kB，通用词 {len(words.chosen)}，样本 {len(data.same)}")


if __name__ == "__main__":
    main()
