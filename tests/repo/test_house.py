"""Promises about the code itself that no linter can hold."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
LONGEST_FILE = 600
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = [
    {part.strip() for part in layer.split("|")}
    for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
    if contract["name"].startswith("Layers")
    for layer in contract["layers"]
]


def _our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("tongti.")]


def _sources() -> Iterator[Path]:
    for folder in (SOURCE, ROOT / "tests", ROOT / "bench"):
        yield from (path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def _package(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def _height(package: str) -> int:
    """The layer's place, counted from the ground."""
    return next(len(LAYERS) - place for place, layer in enumerate(LAYERS) if package in layer)


def test_every_model_says_which_fields_are_personal() -> None:
    silent = [model.__name__ for model in _our_models() if "personal" not in vars(model)]
    assert silent == [], "declare `personal = frozenset({...})` (empty when nothing is) on: " + ", ".join(silent)


def test_personal_fields_exist() -> None:
    wrong = [
        f"{model.__name__}.{name}"
        for model in _our_models()
        for name in vars(model).get("personal", ())
        if name not in {field.name for field in model._meta.get_fields()}
    ]
    assert wrong == []


def test_every_relation_points_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in _our_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
        if field.related_model.__module__.startswith("tongti.")
        if _package(field.related_model) != _package(model)
        if _height(_package(field.related_model)) >= _height(_package(model))
    ]
    assert upward == []


def test_every_package_with_models_is_installed() -> None:
    have = {path.parent.name for path in (SOURCE / "tongti").glob("*/models*")}
    installed = {config.name.split(".")[1] for config in apps.get_app_configs() if config.name.startswith("tongti.")}
    assert have - installed == set()


def test_no_number_is_read_on_the_word_of_isdigit() -> None:
    """``"²".isdigit()`` is true and ``int("²")`` raises: what was typed is read by ``shared.text.whole``."""
    wrong = []
    for path in _sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for scope in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            calls = [node for node in ast.walk(scope) if isinstance(node, ast.Call)]
            tested = {
                ast.unparse(call.func.value)
                for call in calls
                if isinstance(call.func, ast.Attribute) and call.func.attr in ("isdigit", "isnumeric")
            }
            read = {ast.unparse(c.args[0]) for c in calls if ast.unparse(c.func) == "int" and c.args}
            wrong += [f"{path.relative_to(ROOT)}:{scope.lineno} {name}" for name in sorted(tested & read)]
    # the engine tests what its own pattern of digits found
    assert [line for line in wrong if "samequestion" not in line] == []


def test_no_file_grows_past_its_limit() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _sources()
        if (lines := path.read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    }
    assert long == {}, "make a folder of it"


def test_actions_name_the_columns_they_save() -> None:
    """A bare ``save()`` writes back every column it read: another worker's change is lost."""
    bare = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (*SOURCE.glob("tongti/*/actions.py"), *SOURCE.glob("tongti/*/actions/*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "save"
        if not {"update_fields", "force_insert"} & {keyword.arg for keyword in call.keywords}
    ]
    assert bare == []


INLINE = re.compile(
    r"<style[\s>]"
    r"|<script(?![^>]*\bsrc=)[^>]*>"
    r"|<[a-z][^>]*\s(?:style|on[a-z]+|hx-on[\w:-]*)\s*=",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ('<p style="color:red">', True),
        ("<button class=a onclick='x()'>", True),
        ("<script>alert(1)</script>", True),
        ('<div hx-on:click="x()">', True),
        ("<style>p{}</style>", True),
        ("<script src=\"{% static 'a.js' %}\" defer></script>", False),
        ('<a href="/on=1" data-onward="1">', False),
        ('<a href="{% query only=None %}">', False),
    ],
)
def test_the_inline_rule_knows_good_from_bad(line: str, refused: bool) -> None:
    assert bool(INLINE.search(_without_tags(line))) is refused


def _without_tags(text: str) -> str:
    """The template's own tags blanked out, so that their arguments are not taken for attributes; places stay the same."""
    return re.sub(r"\{[%{#].*?[%}#]\}", lambda tag: " " * len(tag[0]), text)


def test_templates_hold_no_script_and_no_style() -> None:
    """The content policy refuses both; this says so before a browser does."""
    found = [
        f"{path.relative_to(ROOT)}:{text[: hit.start()].count(chr(10)) + 1}"
        for path in SOURCE.rglob("templates/**/*")
        if path.is_file()
        for text in [_without_tags(path.read_text(encoding="utf-8"))]
        for hit in INLINE.finditer(text)
    ]
    assert found == []


def test_migrations_import_nothing_that_will_change() -> None:
    """An old migration must run for ever; field types are the one thing it must share with the models."""
    allowed = {"tongti.shared.fields"}
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCE.glob("tongti/*/migrations/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if name and name.split(".")[0] in {"tongti", "samequestion", "worktime"} and name not in allowed
    ]
    assert found == []


def test_the_lock_is_complete_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock
    wanted = [*PYPROJECT["project"]["dependencies"], *(d for g in PYPROJECT["dependency-groups"].values() for d in g)]
    names = {re.split(r"[^A-Za-z0-9._-]", need)[0].lower().replace("_", "-") for need in wanted}
    locked = {match.lower() for match in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    assert names - locked == set(), "run `make lock`"
    unhashed = [
        block.split(" ")[0] for block in re.split(r"\n(?=[a-zA-Z])", lock) if "==" in block and "--hash" not in block
    ]
    assert unhashed == []
