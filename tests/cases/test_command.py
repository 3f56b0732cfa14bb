"""``tongti import`` beside the page: the same code, told on the terminal."""

import argparse

import pytest

from tongti.cases.models import Case, ImportBatch
from tongti.project.commands import import_
from tongti.project.refusal import Refused

TABLE = "工单编号,诉求内容,备注\n1,路灯不亮,晚上很黑\n2,停水,\n3,,\n"


def arguments(path, *more):
    parser = argparse.ArgumentParser()
    import_.add_arguments(parser)
    return parser.parse_args([str(path), *more])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "工单.csv"
    path.write_text(TABLE)
    return path


def test_it_says_what_went_in_and_what_did_not(cast, file, capsys):
    assert import_._import(arguments(file, "--channel", "superior")) == 1
    said = capsys.readouterr().out
    assert "编号 ← 工单编号，内容 ← 诉求内容" in said
    assert "没有用到的列：备注" in said
    assert "共 3 行：新登记 2，原来已有 0，没有导入 1" in said
    assert "第 4 行" in said
    assert set(Case.objects.values_list("channel", flat=True)) == {"superior"}
    import_._import(arguments(file))
    assert "新登记 0，原来已有 2" in capsys.readouterr().out


def test_a_preview_enters_nothing(cast, file, capsys):
    assert import_._import(arguments(file, "--preview")) == 0
    assert "第 4 行：没有内容，也没有标题。" in capsys.readouterr().out
    assert not Case.objects.exists()
    assert not ImportBatch.objects.exists()


def test_columns_can_be_named(cast, file):
    import_._import(arguments(file, "--map", "内容=备注", "--map", "title=诉求内容"))
    assert Case.objects.get(source_id="1").body == "晚上很黑"
    with pytest.raises(Refused, match="--map 内容=没有"):
        import_._import(arguments(file, "--map", "内容=没有"))
