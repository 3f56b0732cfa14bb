"""One kind of thing that can be found, and one line of what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tongti.search.asking import Asked
from tongti.shared.privacy import without_numbers
from tongti.units.access import May, Viewer

AROUND = 24
"""Characters shown before the first word that was looked for."""
EXCERPT = 90


@dataclass(frozen=True)
class Hit:
    """One line: ``title`` and ``excerpt`` with ``marks`` to be marked in them, ``field`` names where they were found first.

    ``state`` and ``word`` make its chip; ``facts`` are short words beside it (number, place, unit, day).
    """

    pk: int
    title: str
    field: str = ""
    excerpt: str = ""
    marks: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    state: str = ""
    word: str = ""


@dataclass(frozen=True)
class Kind:
    """``rows`` are what this viewer may see and what satisfies the asked; None when this kind has no such thing to look for.

    ``order``: all one way, the last the key. ``hits`` makes lines of a page of rows in a constant number of queries.
    """

    code: str
    name: str
    may: May
    order: tuple[str, ...]
    rows: Callable[[Viewer, Asked], QuerySet[Any] | None]
    hits: Callable[[Viewer, Sequence[Any], Asked], list[Hit]]


def field_with(texts: Sequence[tuple[str, str]], words: Sequence[str]) -> tuple[str, str]:
    """(label, excerpt around the first word) of the first text with one of the words; of the text with most of them."""
    best, found = 0, ("", "")
    for label, text in texts:
        plain = text.lower()
        hits = sum(word in plain for word in words)
        if hits > best:
            best, found = hits, (label, excerpt(text, words))
    return found


def excerpt(text: str, words: Sequence[str]) -> str:
    """A line of a text around the first of these words; numbers that point at one person are starred."""
    line = " ".join(without_numbers(text).split())
    plain = line.lower()
    at = min((place for word in words if (place := plain.find(word)) >= 0), default=0)
    start = max(0, at - AROUND) if at > AROUND else 0
    cut = line[start : start + EXCERPT]
    return ("…" if start else "") + cut + ("…" if start + EXCERPT < len(line) else "")
