"""What the README and the operator's manual tell people to type exists, and the two commands work."""

import os
import re
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tongti.project import commands

pytestmark = [pytest.mark.readme, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "docs" / "operator.md"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
NAMES = {command.NAME for command in commands.every()}
CODE = re.compile(r"```(?:sh|bash|console)\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def _said(document: Path) -> list[str]:
    """Everything shown as code."""
    text = document.read_text(encoding="utf-8")
    return [line for block, word in CODE.findall(text) for line in (block or word).splitlines()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_shown_exists(document: Path) -> None:
    lines = _said(document)
    made = {name for line in lines for name in re.findall(r"\bmake ([a-z][a-z-]+)", line)}
    called = {name for line in lines for name in re.findall(r"(?:^|[\s/])tongti ([a-z]+)\b", line)}
    assert made - TARGETS == set()
    assert called - NAMES == set()


def test_the_manual_knows_every_variable() -> None:
    manual = DOCUMENTS[1].read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "tongti" / "project").rglob("*.py"))
    read = set(re.findall(r'environment\.(?:text|flag|number|words)\(\s*"([A-Z_]+)"', sources))
    short = {f"_{name.removeprefix('TONGTI_EMAIL_')}" for name in read if name.startswith("TONGTI_EMAIL_")}
    hidden = {"TONGTI_EMAIL_BACKEND"}  # for developers: any Django backend
    missing = {
        name for name in read - hidden if name not in manual and f"_{name.removeprefix('TONGTI_EMAIL_')}" not in short
    }
    assert missing == set()


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = DOCUMENTS[0].read_text(encoding="utf-8")
    assert -1 < readme.find("make run") < 2000
    assert -1 < readme.find("make test") < 2000


def test_make_setup_does_nothing_the_second_time() -> None:
    answer = subprocess.run(["make", "setup"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "[setup]" not in answer.stdout


def test_make_run_brings_the_site_up_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    known = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TONGTI_", "DJANGO_", "MAKE", "MFLAGS"))
    }
    known.pop("DATABASE_URL", None)
    run = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=ROOT,
        env={**known, "TONGTI_DATA": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert run.stdout is not None
        said = []
        for line in run.stdout:
            said.append(line)
            if "请在浏览器打开" in line:
                break
        assert f"http://127.0.0.1:{port}" in said[-1], "".join(said)
        # As the terminal does: to make and everything in its group.
        os.killpg(run.pid, signal.SIGINT)
        # Longer than it ever waits itself: children 25 s, the database 60 s on a slow disk.
        rest, _ = run.communicate(timeout=150)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
    assert "已全部停止" in rest
