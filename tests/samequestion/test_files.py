"""Tables in, groups out, and the figures that judge them."""

import csv
from pathlib import Path

import pytest
import xlsxwriter

import samequestion
from samequestion import UnreadableTable, UnwritableResult, agreement, evaluate, group_file, read_labels, read_messages
from tests.samequestion.cast import others, plant

HEAD = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情")


def rows() -> list[tuple[str, ...]]:
    return [(m.id, m.asker, m.title, f"{m.at:%Y/%m/%d %H:%M:%S}", m.body) for m in plant() + others()]


def test_a_workbook_is_grouped_without_being_told_its_columns(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "in.xlsx")
    sheet = book.add_worksheet()
    for at, row in enumerate([("某市留言汇总",), HEAD, *rows(), ("", "", "", "", "")]):
        sheet.write_row(at, 0, row)
    book.close()
    steps: list[str] = []
    found = group_file(tmp_path / "in.xlsx", tmp_path / "out.csv", progress=lambda step, share: steps.append(step))
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row["id"]: row for row in csv.DictReader(file)}
    assert set(written) == {m.id for m in plant() + others()}
    assert {written[f"p{k}"]["group"] for k in range(4)} == {"p0"}
    assert 0 <= float(written["p0"]["probability"]) <= 1
    assert written["p0"]["title"] == next(g.title for g in found.groups if g.id == "p0")
    assert steps[-1] == "完成"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_of_any_usual_encoding_is_read_as_mapped(tmp_path: Path, encoding: str) -> None:
    lines = ["号,什么事,说明,何时", *(f"{r[0]},{r[2]},{r[4]},{r[3]}" for r in rows())]
    (tmp_path / "in.csv").write_text("\n".join(lines), encoding=encoding)
    found = read_messages(tmp_path / "in.csv", {"id": "号", "title": "什么事", "body": "说明", "time": "何时"})
    assert [m.title for m in found] == [m.title for m in plant() + others()]
    assert found[0].at == plant()[0].at


def test_rows_without_a_number_of_their_own_get_the_row_number(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("编号,标题\n1,甲\n1,乙\n,丙\n,\n", encoding="utf-8")
    assert [m.id for m in read_messages(tmp_path / "in.csv")] == ["1", "row3", "row4"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.csv", None, "找不到文件"),
        ("empty.csv", b"", "没有数据"),
        ("odd.csv", "甲,乙\n1,2\n".encode(), "找不到标题列或内容列"),
        ("broken.xlsx", b"not a workbook", "读不了"),
        ("code.csv", b"\xff\xfe\xff\x81\x00", "编码"),
    ],
)
def test_a_file_that_is_no_table_gets_one_clear_sentence(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableTable, match=words):
        read_messages(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "找不到标注文件"),
        ("编号,题\n1,A\n".encode(), "要有 id 和 question_id 两列"),
        (b"", "两列"),
        (b"id,question_id\n\xff,A\n", "UTF-8"),
    ],
)
def test_labels_that_are_none_get_one_clear_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "labels.csv").write_bytes(content)
    with pytest.raises(UnreadableTable, match=words):
        read_labels(tmp_path / "labels.csv")


def test_a_table_without_messages_is_said_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("编号,标题\n", encoding="utf-8")
    with pytest.raises(UnreadableTable, match="只有表头"):
        group_file(tmp_path / "in.csv", tmp_path / "out.csv")


def test_a_result_that_cannot_be_written_is_refused_before_the_work_begins(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("编号,标题\n1,停水\n", encoding="utf-8")
    steps: list[str] = []
    for target, words in ((tmp_path / "no" / "out.csv", "没有这个文件夹"), (tmp_path, "是文件夹")):
        with pytest.raises(UnwritableResult, match=words):
            group_file(tmp_path / "in.csv", target, progress=lambda step, share: steps.append(step))
    assert steps == []


def test_a_wrong_mapping_lists_the_columns_there_are(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("编号,标题\n1,甲\n", encoding="utf-8")
    with pytest.raises(UnreadableTable, match="现有：编号、标题"):
        read_messages(tmp_path / "in.csv", {"title": "没有这列"})


def test_perfect_and_useless_groupings_get_the_figures_they_deserve(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("id,question_id\n1,A\n2,A\n3,B\n4,\n", encoding="utf-8")
    perfect = evaluate(tmp_path / "labels.csv", {"1": "x", "2": "x", "3": "y"})
    assert (perfect["shared_f1"], perfect["b3_f1"], perfect["pair_f1"], perfect["ari"]) == (1, 1, 1, 1)
    alone = evaluate(tmp_path / "labels.csv", {})
    assert (alone["shared_r"], alone["pair_r"]) == (0.5, 0)
    assert agreement({"1": "A", "2": "A", "3": "B"}, {"1": "x", "2": "x", "3": "x"})["pair_p"] == pytest.approx(
        1 / 3, abs=1e-4
    )


def test_the_public_face_is_exactly_what_is_declared() -> None:
    visible = {name for name in vars(samequestion) if not name.startswith("_")}
    modules = {name for name in visible if type(getattr(samequestion, name)).__name__ == "module"}
    assert visible - modules == set(samequestion.__all__)
