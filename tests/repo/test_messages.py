"""The English catalogue is complete, fresh, and says nothing that the Chinese does not. ``make messages`` mends what can be."""

import ast

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tools import messages


def test_every_sentence_has_its_english() -> None:
    """Add a sentence, run ``make messages``, and write what it lists into src/tongti/locale/en/LC_MESSAGES/django.po."""
    assert messages.faults(messages.updated()) == []


def test_the_catalogue_holds_what_the_source_says_and_no_more() -> None:
    found = {message.id for message in messages.collect() if message.id}
    kept = {message.id for message in messages.kept() if message.id}
    assert found - kept == set(), "run: make messages"
    assert kept - found == set(), "run: make messages"


def test_the_compiled_catalogue_is_fresh() -> None:
    with messages.MO.open("rb") as compiled, messages.PO.open("rb") as written:
        old, new = read_mo(compiled), read_po(written, locale="en")
    assert _said(old) == _said(new), "run: make messages"


def _said(catalog: Catalog) -> dict[str, str]:
    plain = [(m.id, m.string) if isinstance(m.id, str) else (tuple(m.id), tuple(m.string)) for m in catalog if m.id]
    return {str(source): str(english) for source, english in plain}


def test_an_f_string_is_a_sentence_with_named_gaps() -> None:
    tree = ast.parse('f"{unit.short_name}还有 {len(rows)} 根棒，{a.name} 和 {b.name}"', mode="eval")
    assert "".join(messages._pieces(tree.body)) == "{short_name}还有 {rows} 根棒，{name} 和 {name2}"


def test_a_translation_keeps_every_gap_and_adds_none() -> None:
    catalog = Catalog(locale="en")
    catalog.add("剩 {n} 天", "{n} {n|day|days} left")
    catalog.add("到 {day} 为止", "until then")
    catalog.add("已办结", "closed by {who}")
    catalog.add("已撤回", "已撤回")
    catalog.add("例如 供水", "for example 供水")
    catalog.add("没有", "")
    assert messages.faults(catalog) == [
        "gap left out ['day']: '到 {day} 为止'",
        "unknown gap ['who']: '已办结'",
        "Chinese in the translation that is not quoted from the source: '已撤回'",
        "not translated: '没有'",
    ]
