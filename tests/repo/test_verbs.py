"""Every verb that is recorded anywhere has Chinese words: a page must never show ``case.baton_offered``."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tongti.questions.actions.moving import _PAST
from tongti.trail.wording import WORDS, words_of

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tongti"
# Codes of the texts look alike, but are no verbs.
TEXTS = json.loads((SOURCE / "units" / "data" / "templates.json").read_text(encoding="utf-8"))
VERB = re.compile(r"[a-z_]+\.[a-z_]+")
# Functions whose first argument (or one called verb=) is a verb.
WRITERS = {"record", "record_many", "_told"}
# Verbs put together from parts: how each is spelt out. A new one has to be added here.
COMPOSED = {
    "{}.baton_{}": lambda found: {
        f"{matter}.baton_{verb.removeprefix('baton.')}"
        for matter in ("case", "question")
        for verb in found
        if verb.startswith("baton.")
    },
    "{}.{}_{}": lambda found: {
        f"{matter}.{noun}_{past}"
        for matter in ("case", "question")
        for noun, _, past in (verb.partition(".") for verb in found)
        if noun in ("item", "instruction", "ledger")
    },
    "question.{}": lambda found: {f"question.{kind}" for kind in _PAST.values()},
}


def _modules() -> Iterator[ast.Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts and path.parent.name != "web":
            yield ast.parse(path.read_text(encoding="utf-8"))


def _constants(node: ast.AST) -> Iterator[str]:
    """Strings that look like a verb, save purposes of blind indexes, beginnings (``startswith("case.baton_")``) and files
    (``folder / "paper.typ"``)."""
    others = {
        id(value)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        for value in (
            *(keyword.value for keyword in call.keywords if keyword.arg == "purpose"),
            *(call.args if _name(call) == "startswith" else ()),
        )
    }
    others |= {
        id(part.right) for part in ast.walk(node) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div)
    }
    for part in ast.walk(node):
        if (
            id(part) not in others
            and isinstance(part, ast.Constant)
            and isinstance(part.value, str)
            and VERB.fullmatch(part.value)
        ):
            yield part.value


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _patterns(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in part.values)


def _places(module: ast.Module) -> Iterator[ast.AST]:
    """Where a verb is handed to a writer of the trail."""
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "verb")
        if _name(call) in WRITERS:
            yield from call.args[:1]


@cache
def recorded() -> frozenset[str]:
    """Every verb of the source. One that reaches the trail through a variable is found by its noun."""
    modules = list(_modules())
    places = [place for module in modules for place in _places(module)]
    nouns = {verb.partition(".")[0] for place in places for verb in _constants(place)}
    verbs = {name for module in modules for name in _constants(module) if name.partition(".")[0] in nouns}
    composed = {pattern for place in places for pattern in _patterns(place)}
    composed |= {
        p for module in modules for p in _patterns(module) if re.fullmatch(rf"({'|'.join(nouns)})\.[a-z_{{}}]+", p)
    }
    assert composed == set(COMPOSED), "拼出来的动词：在 COMPOSED 里写明怎么展开"
    for spelt_out in COMPOSED.values():
        verbs |= spelt_out(verbs)
    return frozenset(verbs) - {text["code"] for text in TEXTS["templates"]}


def test_every_recorded_verb_has_chinese_words():
    missing = recorded() - set(WORDS)
    assert missing == set(), "在 src/tongti/trail/wording.py 里给每个动词写上中文"


def test_the_walk_finds_what_it_should():
    """One of each kind: written out, in a condition, through a variable, in a list, composed."""
    found = recorded()
    assert {"answer.signed", "officer.switched_off", "case.closed", "baton.offered", "case.baton_offered"} <= found
    assert {"question.merged", "question.classified", "case.passed_on", "catalogue.exported"} <= found


def test_words_without_a_verb_are_thrown_out():
    assert set(WORDS) - recorded() == set()


def test_a_verb_of_long_ago_is_no_code_on_a_page():
    assert words_of("case.forgotten_verb") == "其他操作"
