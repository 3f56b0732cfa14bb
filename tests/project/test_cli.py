"""The command line: help in Chinese, one sentence for every refusal, and pure commands that need nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tongti.project import cli, commands


def _tongti(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """As a user calls it: a process of its own, without our test settings."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("TONGTI_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "tongti.project.cli", *arguments],
        env={**known, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_help_lists_every_command_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    text = capsys.readouterr().out
    assert text.startswith("用法：tongti")
    for command in commands.every():
        assert command.NAME in text
        assert command.HELP in text
    for english in ("usage", "options", "show this"):
        assert english not in text


@pytest.mark.parametrize("name", [command.NAME for command in commands.every() if command.NAME != "manage"])
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([name, "--help"])
    assert left.value.code == 0
    assert f"用法：tongti {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fly"], "没有 'fly' 这一项"),
        (["deadline"], "还缺少参数：起算日, 期限"),
        (["up", "--fast"], "不认识的参数：--fast"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    text = capsys.readouterr().err
    assert sentence in text
    assert "--help" in text


def test_deadline_needs_no_database_and_no_django(tmp_path: Path) -> None:
    answer = _tongti("deadline", "2026-09-30", "5个工作日", TONGTI_DATA=str(tmp_path / "data"))
    assert answer.stdout.splitlines()[0] == "2026-10-13"
    assert not (tmp_path / "data").exists()


def test_pure_commands_load_no_django() -> None:
    ask = (
        "import sys; from tongti.project import cli; "
        "cli.main(['deadline', '2026-09-30', '5个工作日']); cli.build_parser(); "
        "print('django' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "False"


def test_a_refusal_is_one_sentence_and_exit_code_1() -> None:
    answer = _tongti("deadline", "2026-13-01", "5个工作日")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "2026-13-01" in answer.stderr


def test_chinese_comes_out_right_in_a_terminal_without_a_locale() -> None:
    answer = _tongti("--help", LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert "同题共答" in answer.stdout


def test_a_pipe_that_closes_early_is_no_accident() -> None:
    command = f"{sys.executable} -m tongti.project.cli deadline 2026-09-30 200个工作日 --explain | head -1"
    answer = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert answer.stderr == ""
    assert answer.returncode == 0


def test_an_unreachable_database_is_named_without_its_password() -> None:
    url = "postgresql://tongti:geheim@127.0.0.1:1/tongti"
    answer = _tongti("migrate", DATABASE_URL=url)
    assert answer.returncode == 1
    assert "127.0.0.1:1/tongti" in answer.stderr
    assert "geheim" not in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("variable", ["TONGTI_DEMO", ""])
def test_demo_mode_is_refused_off_this_machine(variable: str, tmp_path: Path) -> None:
    arguments = ["up", "--host", "0.0.0.0", *([] if variable else ["--demo"])]
    answer = _tongti(*arguments, TONGTI_DATA=str(tmp_path), **({variable: "1"} if variable else {}))
    assert answer.returncode == 1
    assert "只能用在本机" in answer.stderr
    assert list(tmp_path.iterdir()) == []
