"""Long runs: read by several processes, stopped and gone on with, and the same as a short run in the end."""

from pathlib import Path

import numpy as np
import pytest

from samequestion import Message, empty_counts, features, group, load_default_model, reading, tables
from samequestion.batch import Batch
from samequestion.counts import counts_with, weighted_counts
from samequestion.features import read
from samequestion.work import Work
from tests.samequestion.cast import burst, others, parking, plant

WORLD = [*plant(), *others(), *burst("松涛府", 12), *parking("金桂园", 9)]
ODD = [
    Message("e"),
    Message("p", "！！", "……"),
    Message("t", "停水", "自來水停了𠮷"),
    Message("l", "树", "路灯坏了。" * 900),
]


def test_read_together_and_one_by_one_give_the_same_numbers() -> None:
    model = load_default_model()
    together, alone = read([*WORLD, *ODD], model), Batch.of([features(m, model) for m in [*WORLD, *ODD]])
    for name, values in alone.to_arrays().items():
        assert np.array_equal(values, together.to_arrays()[name]), name


def test_remembered_features_save_the_reading() -> None:
    model = load_default_model()
    remembered = {m.id: features(m, model) for m in WORLD}
    blank = [Message(m.id, at=m.at) for m in WORLD]
    assert group(blank, model, remembered=remembered).group_of == group(WORLD, model).group_of


def test_several_processes_read_what_one_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_WORTH_PROCESSES", 1)
    monkeypatch.setattr(reading, "_STEP", 11)
    assert group(WORLD, processes=2).groups == group(WORLD).groups


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.mark.parametrize("step", ["读取", "找候选", "比较", "题名"])
def test_a_stopped_run_goes_on_and_ends_like_an_unbroken_one(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_STEP", 11)
    work = tmp_path / "out.csv.work"

    def stop(name: str, share: float) -> None:
        if name == step:
            raise Stopped

    with pytest.raises(Stopped):
        group(WORLD, work=work, progress=stop)
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("*.npz")}
    assert kept
    seen: dict[str, int] = {}
    found = group(WORLD, work=work, progress=lambda name, share: seen.update(
        {path.name: path.stat().st_mtime_ns for path in work.glob("*.npz")}))  # fmt: skip
    assert kept.items() <= seen.items(), "a finished step was done again"
    assert found.groups == group(WORLD).groups
    assert not work.exists()


def test_steps_of_other_messages_are_not_used(tmp_path: Path) -> None:
    work = Work(tmp_path / "w", "one")
    work.keep("step", {"a": np.arange(3)})
    assert Work(tmp_path / "w", "one").has("step")
    assert not Work(tmp_path / "w", "other").has("step")
    (tmp_path / "w" / "half.part").write_bytes(b"PK")
    assert Work(tmp_path / "w", "other").load("half") is None


def test_a_large_file_keeps_its_steps_beside_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "RESUMABLE", 5)
    lines = ["编号,标题,内容,时间", *(f"{m.id},{m.title},{m.body},{m.at:%Y/%m/%d %H:%M:%S}" for m in WORLD)]
    (tmp_path / "in.csv").write_text("\n".join(lines), encoding="utf-8")
    folders: set[str] = set()
    found = tables.group_file(tmp_path / "in.csv", tmp_path / "out.csv",
                              progress=lambda name, share: folders.update(p.name for p in tmp_path.iterdir() if p.is_dir()))  # fmt: skip
    assert folders == {"out.csv.work"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    assert {frozenset(g.members) for g in found.groups} == {frozenset(g.members) for g in group(WORLD).groups}


def test_counting_does_not_depend_on_how_a_batch_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = read(WORLD, load_default_model())
    shares = np.full(len(batch), 0.25)  # sums of quarters are exact in any order
    whole = counts_with(empty_counts(16), batch), weighted_counts(empty_counts(16), batch, shares)
    monkeypatch.setattr("samequestion.counts._TOGETHER", 7)
    cut = counts_with(empty_counts(16), batch, workers=2), weighted_counts(empty_counts(16), batch, shares, workers=2)
    assert all(np.array_equal(one, other) for one, other in zip(whole, cut, strict=True))
