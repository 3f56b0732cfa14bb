"""A job deferred by a name that nobody has would wait for ever, and nobody would know."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tongti"


def _deferred() -> Iterator[tuple[str, str, set[str]]]:
    """Every ``later.defer("name", argument=…)``: where, which, with what."""
    for path in SOURCE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "later.defer"):
                continue
            assert isinstance(call.args[0], ast.Constant), f"{path}:{call.lineno}: write the job's name out"
            arguments = {keyword.arg for keyword in call.keywords if keyword.arg and keyword.arg != "_lock"}
            yield f"{path.relative_to(SOURCE)}:{call.lineno}", str(call.args[0].value), arguments


@pytest.mark.parametrize(("where", "name", "arguments"), list(_deferred()), ids=str)
def test_a_deferred_job_exists_and_takes_what_it_is_given(where: str, name: str, arguments: set[str]) -> None:
    app.perform_import_paths()
    assert name in app.tasks, f"{where} defers a job that tongti.jobs does not have"
    inspect.signature(app.tasks[name].func).bind(**dict.fromkeys(arguments))
