"""What somebody typed into the one box, read: a number, a phone, pinyin, or words, some of which name a place or a unit."""

import re
import unicodedata
from dataclasses import dataclass, replace

from tongti.cases.queries.lists import wanted_words
from tongti.shared.kept import kept
from tongti.shared.numbers import read_case_number
from tongti.units.models import Region, Unit

LONGEST = 100
"""Characters of what was typed that are read."""
_PHONE = re.compile(r"^[\d\s+()（）-]+$")
_QUESTION = re.compile(r"^TT-?\d{0,4}-?\d{0,8}$", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One reading of what was typed. ``words`` must all occur; ``chunks`` is the text they came from, cut at its blanks.

    ``places`` are a place and all below it, ``place`` and ``unit`` their names on the page; ``number`` is a case number in its
    normal form, ``question`` the beginning of a question's number; ``phone`` the digits of a phone or of its tail.
    """

    typed: str
    chunks: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    place: str = ""
    places: tuple[int, ...] = ()
    unit: str = ""
    unit_id: int = 0
    number: str = ""
    question: str = ""
    phone: str = ""
    abouts: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be looked for."""
        return not (
            self.words or self.places or self.unit_id or self.number or self.question or self.phone or self.abouts
        )

    def about(self, kind: str) -> tuple[int, ...]:
        """Ids of the questions or firms whose whole names were meant."""
        return dict(self.abouts).get(kind, ())

    @property
    def is_narrowed(self) -> bool:
        """Whether a place or unit narrows the rest."""
        return bool(self.places or self.unit_id)


def read(typed: str, *, plain: bool = False) -> Asked:
    """What was typed, read. ``plain``: names of places and units are words like any other."""
    typed = " ".join(unicodedata.normalize("NFKC", typed).replace("\0", "").split())[:LONGEST]
    asked = Asked(typed)
    digits = re.sub(r"\D", "", typed)
    if 11 <= len(digits) <= 14 and (number := read_case_number(typed)):
        return replace(asked, number=number, phone=digits if _is_phone(typed, digits) else "")
    if _is_phone(typed, digits):
        return replace(asked, phone=digits)
    if _QUESTION.fullmatch(typed) and digits:
        return replace(asked, question=typed.upper())
    return _narrowed(asked) if not plain else with_words(asked, tuple(typed.split(" ")))


def with_words(asked: Asked, chunks: tuple[str, ...]) -> Asked:
    """The same asked with other words."""
    chunks = tuple(chunk for chunk in chunks if chunk)
    return replace(asked, chunks=chunks, words=tuple(dict.fromkeys(w for chunk in chunks for w in wanted_words(chunk))))


def _is_phone(typed: str, digits: str) -> bool:
    return _PHONE.fullmatch(typed) is not None and 4 <= len(digits) <= 14


def _narrowed(asked: Asked) -> Asked:
    """The first chunk that is exactly the name of a place narrows to it, the first that is a unit's to that."""
    rest = []
    for chunk in asked.typed.split(" "):
        if not asked.places and (places := _places(chunk)):
            asked = replace(asked, place=chunk, places=places)
        elif not asked.unit_id and (unit_id := _units().get(chunk)):
            asked = replace(asked, unit=chunk, unit_id=unit_id)
        else:
            rest.append(chunk)
    return with_words(asked, tuple(rest))


def _places(name: str) -> tuple[int, ...]:
    """A place of this name with all below it; of several of one name all."""
    found = _regions().get(name, ())
    return tuple(sorted({pk for path in found for pk in _below(path)}))


def _below(path: str) -> tuple[int, ...]:
    return tuple(pk for paths in _regions().values() for p in paths if p.startswith(path) for pk in (_id_of(p),))


def _id_of(path: str) -> int:
    return int(path.rstrip("/").rpartition("/")[2])


@kept
def _regions() -> dict[str, tuple[str, ...]]:
    """Name → paths. The district itself and what lies above narrows nothing."""
    names: dict[str, tuple[str, ...]] = {}
    below = [Region.Level.TOWNSHIP, Region.Level.VILLAGE, Region.Level.GRID]
    for name, path in Region.objects.filter(active=True, level__in=below).values_list("name", "path"):
        names[name] = (*names.get(name, ()), path)
    return names


@kept
def _units() -> dict[str, int]:
    """Full and short names of units in use. A short name that two share names neither."""
    rows = list(Unit.objects.filter(active=True).order_by("pk").values_list("pk", "name", "short_name"))
    short = [s for _, _, s in rows]
    names = {s: pk for pk, _, s in rows if short.count(s) == 1}
    return names | {name: pk for pk, name, _ in rows}
