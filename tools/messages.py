"""The catalogue of translations: what there is to say, and whether all of it is said.

    make messages                          read the source, update django.po, compile django.mo, list what is missing
    python -m tools.messages --missing     only list it (exit 1 when there is any)
    python -m tools.messages --take FILE   take translations from a table: source, tab, translation; one a line

Chinese is the source. Found are: ``{% translate %}`` and ``{% blocktranslate %}`` in templates, Chinese literals that templates
hand on, the shipped names and public texts in ``data/*.json``, and every Chinese literal in Python that may reach a screen. Python needs no mark: what a
page prints is looked up when it is printed (tongti.web.saying), so an f-string becomes a sentence with named gaps,
``f"剩 {days} 天"`` → ``剩 {days} 天``. What no page shows is listed in ``UNSEEN``.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "tongti"
LANGUAGE = "en"
FOLDER = PACKAGE / "locale" / LANGUAGE / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"

HAN = re.compile("[\u3400-\u9fff]")
_WORDS = re.compile("[\u3400-\u9fff]+")
# Chinese that no page shows as ours: the terminal, the demo district's own people, texts that are sent or signed and stay as
# they were written, words that the engine looks for, the gallery of components for developers.
UNSEEN = (
    "project/*",
    "*/migrations/*",
    "papers/kinds/weekly.py",
    "papers/kinds/levels.py",
    "papers/kinds/listed.py",
    "papers/rendering/*",
    "papers/blocks.py",
    "answers/letters.py",
    "outbox/notices.py",
    "questions/matching/*",
    "shared/text.py",
    "web/styleguide.py",
    "web/saying.py",
    "web/templates/styleguide/*",
    "jobs/*",
    "*/apps.py",
)
HEADER = "# English for Tongti. Written by hand; `make messages` keeps it in step with the source."
# The files change when a sentence does, not with the clock.
WRITTEN = datetime(2026, 11, 28, tzinfo=UTC)
# Shipped data that pages show as it was shipped until the district writes its own: which keys of a file are words.
SHIPPED = {
    "units/data/templates.json": ("name", "body"),
    "supervision/data/rules.json": ("name", "unit", "words"),
    "verdicts/data/closing_questions.json": ("name", "words", "own_words"),
    "window/data/causes.json": ("name", "explanation"),
    "parties/data/sectors.json": ("name",),
    "deadlines/data/regimes.json": ("name",),
}
# The pure libraries explain in words what they did, and a page shows it.
EXPLAINING = ("worktime/explanations.py", "worktime/calendars.py", "worktime/bars.py", "samequestion/explain.py")
# Texts that are sent or printed stay Chinese; these are pages.
PAGES = ("site.", "privacy.", "accessibility.")
_COMMENTS = re.compile(r"\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}|\{#.*?#\}", re.DOTALL)
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# A regular expression or a date's format is no sentence; nor is a row of numerals that a date is drawn from.
_NOT_WORDS = re.compile(r"\\[sSdwbu]|\(\?|\[\^|%Y|^[一二三四五六七八九十日]{3,}$|^\[.*\]$")
_LITERAL = re.compile(r'"([^"]*)"|\'([^\']*)\'')
_NAMES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)")


@dataclass(frozen=True)
class Found:
    """One sentence of ours: its id (a pair when it counts), where it stands, how its gaps are written."""

    id: str | tuple[str, str]
    place: str
    flag: str = ""


def find() -> Iterator[Found]:
    """Everything there is to translate, in the order of the files."""
    for path in sorted(PACKAGE.rglob("*")):
        if any(fnmatch(path.relative_to(PACKAGE).as_posix(), pattern) for pattern in UNSEEN):
            continue
        if path.suffix == ".py":
            yield from _in_python(path)
        elif path.suffix == ".html":
            yield from _in_template(path)
    for path in EXPLAINING:
        yield from _in_python(ROOT / "src" / path)
    for name, keys in SHIPPED.items():
        yield from _in_data(PACKAGE / name, keys)


def _in_python(path: Path) -> Iterator[Found]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unsaid = {id(node) for node in _not_said(tree)}
    for node in ast.walk(tree):
        text = _text(node) if id(node) not in unsaid else ""
        if HAN.search(text) and not _NOT_WORDS.search(text) and not _is_date(text):
            yield Found(text, f"{_place(path)}:{getattr(node, 'lineno', 0)}", _flag(text))


def _not_said(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and the pieces of f-strings (the whole is said)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from (part for part in node.values if isinstance(part, ast.Constant))
            yield from (
                part.format_spec for part in node.values if isinstance(part, ast.FormattedValue) if part.format_spec
            )


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and any(
        isinstance(p, ast.Constant) and HAN.search(p.value) for p in node.values
    ):
        return "".join(_pieces(node))
    return ""


def _pieces(node: ast.JoinedStr) -> Iterator[str]:
    """An f-string as a sentence with named gaps; two values of one name are told apart."""
    names: dict[str, str] = {}
    for part in node.values:
        if isinstance(part, ast.Constant):
            yield str(part.value)
        elif isinstance(part, ast.FormattedValue):
            whole = ast.unparse(part.value)
            if whole not in names:
                name = _gap_name(part.value)
                taken = sum(other.rstrip("0123456789") == name for other in names.values())
                names[whole] = f"{name}{taken + 1}" if taken else name
            yield "{" + names[whole] + "}"


def _gap_name(value: ast.expr) -> str:
    while isinstance(value, ast.Call | ast.Subscript | ast.Attribute | ast.UnaryOp):
        if isinstance(value, ast.Attribute):
            return value.attr.strip("_0123456789") or "value"
        if isinstance(value, ast.Call):
            value = value.args[0] if isinstance(value.func, ast.Name) and value.args else value.func
        elif isinstance(value, ast.Subscript):
            value = value.value
        else:
            value = value.operand
    return (value.id.strip("_0123456789") or "value") if isinstance(value, ast.Name) else "value"


def _in_template(path: Path) -> Iterator[Found]:
    # Imported late: Django has to be set up first, and the list of Python texts needs none of it.
    from django.template.base import Template
    from django.templatetags.i18n import BlockTranslateNode

    source = _COMMENTS.sub(lambda gone: "\n" * gone.group().count("\n"), path.read_text(encoding="utf-8"))
    place = _place(path)
    for node in Template(source).nodelist.get_nodes_by_type(BlockTranslateNode):
        singular, _names = node.render_token_list(node.singular)
        line = f"{place}:{node.token.lineno}"
        if node.plural:
            yield Found((singular, node.render_token_list(node.plural)[0]), line, "python-format")
        else:
            yield Found(singular, line, "python-format" if "%" in singular else "")
    for tag in _TAGS.finditer(source):
        line = f"{place}:{source.count(chr(10), 0, tag.start()) + 1}"
        for literal in _LITERAL.finditer(tag.group()):
            text = literal[1] or literal[2] or ""
            # {% translate %} looks a percent sign up doubled.
            text = text.replace("%", "%%") if tag.group().startswith("{% trans") else text
            # {{ flag|yesno:"有,没有" }} prints one of them.
            parts = text.split(",") if tag.group()[: literal.start()].endswith("yesno:") else [text]
            yield from (
                Found(part, line, _flag(part)) for part in parts if HAN.search(part) and not _is_date_format(part)
            )


def _in_data(path: Path, keys: tuple[str, ...]) -> Iterator[Found]:
    for holder in _holders(json.loads(path.read_text(encoding="utf-8"))):
        for key in keys:
            text = holder.get(key)
            if isinstance(text, str) and (key != "body" or str(holder["code"]).startswith(PAGES)):
                # A long text is said line by line: a line that the district changed stays as the district wrote it.
                lines = [line.removeprefix("## ").removeprefix("- ").strip() for line in text.split("\n")]
                yield from (Found(line, f"{_place(path)}:0", _flag(line)) for line in lines if HAN.search(line))


def _holders(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _holders(part)


def _is_date(text: str) -> bool:
    # "{month} 月 {day} 日" is told as a date (tongti.web.saying), not as a sentence.
    return "{" in text and _is_date_format(re.sub(r"\{\w*\}", "", text))


def _is_date_format(text: str) -> bool:
    return not HAN.search(re.sub("[年月日]", "", text))


def _flag(text: str) -> str:
    if re.search(r"\{\w*\}", text):
        return "python-brace-format"
    return "python-format" if re.search(r"%(\(\w+\))?[sd]", text) else ""


def _place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def collect() -> Catalog:
    """A catalogue of everything found, without translations."""
    catalog = _empty()
    for found in find():
        name = found.place.rpartition(":")[0]
        # No line numbers: they would change the file with every edit anywhere.
        catalog.add(found.id, locations=[(name, None)], flags={found.flag} - {""})
    return catalog


def _empty() -> Catalog:
    # Nobody's name and no date: who changed a sentence, and when, is in the history of the source.
    head = {
        "project": "tongti",
        "version": "1",
        "msgid_bugs_address": "-",
        "last_translator": "-",
        "language_team": LANGUAGE,
    }
    dates = {"creation_date": WRITTEN, "revision_date": WRITTEN}
    return Catalog(locale=LANGUAGE, charset="utf-8", fuzzy=False, header_comment=HEADER, **head, **dates)


def kept() -> Catalog:
    """The catalogue as it lies in the source."""
    if not PO.exists():
        return Catalog(locale=LANGUAGE)
    with PO.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def updated() -> Catalog:
    """What the source says now, with every translation kept whose sentence is still there."""
    catalog, before = collect(), kept()
    for message in catalog:
        old = before.get(message.id) if message.id else None
        if old is not None and message.id:
            message.string = old.string
    return catalog


def faults(catalog: Catalog) -> list[str]:
    """What keeps the catalogue from being complete, a line each."""
    return [f"{why}: {message.id!r}" for message in catalog if message.id for why in _wrong(message)]


def _wrong(message: Message) -> Iterator[str]:
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    if not all(said) or message.fuzzy:
        yield "not translated"
        return
    source = message.id[-1] if isinstance(message.id, tuple) else message.id
    for one in said:
        if one == source or any(word not in str(message.id) for word in _WORDS.findall(one)):
            yield "Chinese in the translation that is not quoted from the source"
        if _gaps(one) - _gaps(source):
            yield f"unknown gap {sorted(_gaps(one) - _gaps(source))}"
    if _gaps(source) - _gaps(said[-1]):
        yield f"gap left out {sorted(_gaps(source) - _gaps(said[-1]))}"


def _gaps(text: str) -> set[str]:
    return {one or other for one, other in _NAMES.findall(text)}


def write(catalog: Catalog) -> None:
    """Both files; the compiled one is kept in the source too, so that nothing has to be built before the first start."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, include_lineno=False, omit_header=False)
    with MO.open("wb") as file:
        write_mo(file, catalog)


def take(catalog: Catalog, table: Path) -> int:
    """Translations from a table ``source<TAB>translation``; a plural has two translations, a line break is ``\\n``."""
    taken = 0
    for line in table.read_text(encoding="utf-8").splitlines():
        source, *said = (part.replace("\\n", "\n") for part in line.split("\t"))
        message = catalog.get(source)
        if message is not None and said:
            message.string = tuple(said) if isinstance(message.id, tuple) else said[0]
            taken += 1
    return taken


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="only list what is not translated")
    parser.add_argument("--take", type=Path, help="a table of translations to take")
    asked = parser.parse_args()
    _set_up()
    catalog = updated()
    if asked.take:
        print(f"{take(catalog, asked.take)} taken")
    if not asked.missing:
        write(catalog)
    wrong = faults(catalog)
    print("\n".join([*wrong, f"{len(catalog)} sentences, {len(wrong)} to mend"]))
    return 1 if wrong else 0


def _set_up() -> None:
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
