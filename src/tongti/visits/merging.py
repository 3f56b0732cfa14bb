"""Two people wrote on one visit: what can be put together by itself, and what a person has to choose.

A three-way comparison, field by field, of words as they are shown: what the sender had before her (``base``), what she sends
(``mine``), what stands there now (``theirs``). Only a field that both changed, to different words, is a clash.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongti.visits.models import Visit, VisitFigure

FIELDS: dict[str, str] = {
    "way": "形式",
    "visited_on": "走访日期",
    "note": "走访记录",
    "facts": "听到的情况",
    "figures": "数据",
    "next_visit_on": "下次走访",
}
"""Field → its word on screen."""


@dataclass(frozen=True)
class Merged:
    """``values`` are what would stand there; ``clashes`` (mine, theirs) wait for a person."""

    values: dict[str, str]
    clashes: dict[str, tuple[str, str]]


def merged(mine: Mapping[str, str], base: Mapping[str, str], theirs: Mapping[str, str]) -> Merged:
    """Put the two together. A field that the sender does not name is left as it is."""
    values: dict[str, str] = {}
    clashes: dict[str, tuple[str, str]] = {}
    for name in FIELDS:
        own, now, before = mine.get(name, theirs[name]), theirs[name], base.get(name, "")
        if own in (now, before):
            values[name] = now
        elif before == now:
            values[name] = own
        else:
            clashes[name] = (own, now)
    return Merged(values, clashes)


def shown(visit: Visit) -> dict[str, str]:
    """A visit's fields as words, the way phones and forms send them."""
    rows = visit.figures.all() if visit.pk else ()
    return {
        "way": visit.way,
        "visited_on": _day(visit.visited_on),
        "note": visit.note,
        "facts": visit.facts,
        "figures": figure_words((row.kind, row.period, row.value) for row in rows),
        "next_visit_on": _day(visit.next_visit_on),
    }


def figure_words(rows: Any) -> str:
    """One line a figure: ``output|2026 年 1 季度|120.5``; sorted, so that equal figures are equal words."""
    return "\n".join(sorted(f"{kind}|{period}|{_plain(value)}" for kind, period, value in rows))


def readable(field: str, words: str) -> str:
    """A field's words for a person who compares two of them."""
    if not words:
        return "（空）"
    if field == "way":
        return str(dict(Visit.Way.choices).get(words, words))
    if field == "figures":
        labels = dict(VisitFigure.Kind.choices)
        lines = (line.split("|") for line in words.split("\n"))
        return "；".join(f"{period} {labels.get(kind, kind)} {value}" for kind, period, value in lines)
    return words


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _plain(value: Any) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
