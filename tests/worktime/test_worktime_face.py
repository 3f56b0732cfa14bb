"""The library as others see it: its public names, its independence, its data files."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import worktime
from worktime import WorktimeError

FOLDER = Path(worktime.__file__).parent
OUTSIDE = {"numpy", "worktime"}


def test_the_public_names_are_exactly_those_listed() -> None:
    visible = {
        name
        for name, value in vars(worktime).items()
        if not name.startswith("_") and not isinstance(value, type(worktime))
    }
    assert visible == set(worktime.__all__)


def test_every_public_thing_says_what_it_is() -> None:
    for name in worktime.__all__:
        value = getattr(worktime, name)
        if callable(value):
            assert value.__doc__, name


def test_the_library_imports_only_numpy_besides_the_standard_library() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.split(".")[0]
                assert top in OUTSIDE or top in sys.stdlib_module_names, f"{path.name}: {name}"


def test_it_can_be_used_without_django() -> None:
    code = "import sys, worktime; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_error_has_its_own_permanent_code() -> None:
    errors = [
        value for value in vars(worktime).values() if isinstance(value, type) and issubclass(value, WorktimeError)
    ]
    assert len({error.code for error in errors}) == len(errors) == 9


def test_no_file_is_long_and_every_data_file_is_json() -> None:
    assert all(len(path.read_text(encoding="utf-8").splitlines()) < 600 for path in FOLDER.rglob("*.py"))
    for path in (FOLDER / "data").iterdir():
        assert json.loads(path.read_text(encoding="utf-8"))["about"]
