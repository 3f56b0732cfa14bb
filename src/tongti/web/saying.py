"""Our own words in the reader's language, at the moment a page is drawn (docs/adr/0037).

The domain speaks and writes down Chinese only: a notice, a paper or the trail must not depend on the language in which the
officer who pressed the button reads her screen. So nothing is translated before a page is drawn; then every value that a
template prints passes through :func:`say`, which knows the sentences of ours from the catalogue: whole ones, and forms with
gaps (``剩 {n} 天``) that Python has filled. What is not in the catalogue is somebody's data and stays as it was written.

In the catalogue a gap is written ``{name}`` or ``%(name)s``. A translation may choose a word by a number:
``{n} {n|day|days}``.
"""

import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

SOURCE = "zh-hans"
# Longer text is what people wrote; no sentence of ours comes near.
LONGEST = 400
# A list of names in a gap, not a sentence somebody wrote.
SHORT = 60
# A form with fewer words of its own is known only when all its gaps but one can be said too, and that one may be a name:
# "{a}的{b}" would fit anything.
TELLING = 4
_NAME = re.compile(r"[^\s，。；：、！？“”]{1,16}")
HAN = re.compile("[\u3400-\u9fff]")
GAP = re.compile(r"\{(\w*)(?:[.\[!:][^{}|]*)?\}|%(?:\((\w+)\))?[sd]")
_BY_NUMBER = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")
_BY_NUMBER_FILLED = re.compile(r"\{([^{}|]*)\|([^{}|]*)\|([^{}|]*)\}")
_DATE = re.compile(r"(?:(\d{4}) ?年 ?)?(\d{1,2}) ?月 ?(\d{1,2}) ?日")
_MONTH = re.compile(r"(?:(\d{4}) ?年 ?)?(\d{1,2}) ?月")
_YEAR = re.compile(r"(\d{4}) ?年")
_MOMENT = re.compile(r"(.+?日|今天|昨天|明天) (\d{1,2}:\d{2})")
_WEEKDAY = re.compile("(星期|周)([一二三四五六日])(.*)")
_COUNTED = re.compile(r"([\d.,]+) ?(\D+)")
_NOTED = re.compile("(.*)（([^（）]+)）")
_DATED = re.compile(f"({_DATE.pattern})(.+)")
_MARKS = str.maketrans({"：": ": ", "；": "; ", "，": ", ", "、": ", ", "（": " (", "）": ")", "。": ". "})
# Lists that Python joined; what stands between the parts in the other language.
_JOINTS = {"\n": "\n", "。": ". ", "；": "; ", "　": "  ", " · ": " · ", "、": ", ", "，": ", ", " ": " "}


class Own(str):
    """What somebody wrote. It is printed as it is, even if it says, sign for sign, what one of our sentences says."""

    __slots__ = ()


@dataclass(frozen=True)
class Form:
    """A sentence with gaps: how to know it, and how to say it."""

    known_by: re.Pattern[str]
    gaps: tuple[str, ...]
    weight: int
    said: str


def say(value: Any) -> Any:
    """``value`` in the language of the page that is being drawn; anything but a sentence of ours comes back as it is.

    A string that is safe markup is known only whole, and what is said for it is plain text again.
    """
    # What is fetched only when a page needs it says it is a string.
    kind = value.__class__
    if kind is not str and kind is not SafeString:
        return value
    language = get_language()
    if language is None or language == SOURCE:
        return value
    text, book = str(value), phrasebook(language)
    return book.whole.get(text, value) if kind is SafeString else book.say(text)


def said(text: str) -> SafeString | str:
    """A line of a page's long text: in the reader's language, or marked as Chinese when the district wrote it itself."""
    words = say(text)
    if words is text and HAN.search(text) and get_language() not in (None, SOURCE):
        return format_html('<span lang="zh-CN">{}</span>', text)
    return str(words)


def marks(text: str) -> str:
    """Text that Python put together from said pieces, with the punctuation of the page's language."""
    return text if get_language() in (None, SOURCE) else text.translate(_MARKS)


class Phrasebook:
    """One language's catalogue, ready to be searched by what Python has written."""

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        self.catalogue = catalogue

    @cached_property
    def whole(self) -> dict[str, str]:
        """Sentences without gaps."""
        return {source: said for source, said in self.catalogue.items() if not GAP.search(source)}

    @cached_property
    def _forms(self) -> dict[str, list[Form]]:
        """Forms by two signs (or the one) of their own words, the pair that fewest of them share: 30 look-ups a sentence."""
        forms = [(source, said) for source, said in self.catalogue.items() if GAP.search(source) and HAN.search(source)]
        shared: dict[str, int] = {}
        for source, _said in forms:
            for key in _keys(source):
                shared[key] = shared.get(key, 0) + 1
        kept: dict[str, list[Form]] = {}
        for source, said in forms:
            key = min(_keys(source), key=lambda one: (-len(one), shared[one], one))
            kept.setdefault(key, []).append(_form(source, said))
        return kept

    def say(self, text: str) -> str:
        """The sentence in this language, or the text itself when it is not ours."""
        said = self._known(text)
        return text if said is None else said

    def _known(self, text: str) -> str | None:
        if text in self.whole:
            return self.whole[text]
        if not HAN.search(text):
            return text
        if len(text) > LONGEST:
            return None
        for way in (_day, self._moment, self._weekday, self._filled, self._counted, self._noted, self._joined):
            said = way(text)
            if said is not None:
                return said
        return None

    def _moment(self, text: str) -> str | None:
        found = _MOMENT.fullmatch(text)
        day = self._known(found[1]) if found else None
        return f"{day}, {found[2]}" if found and day else None

    def _counted(self, text: str) -> str | None:
        """A number and its unit, which Python put together from two values."""
        found = _COUNTED.fullmatch(text)
        unit = self.whole.get(found[2]) if found else None
        return f"{found[1]} {unit}" if found and unit else None

    def _noted(self, text: str) -> str | None:
        """A word of ours with another in brackets behind it: 3 月 20 日（暂定）."""
        found = _NOTED.fullmatch(text)
        if found is None:
            return None
        word = self._known(found[1]) or (found[1] if _NAME.fullmatch(found[1]) else None)
        note = self.whole.get(f"（{found[2]}）", "").strip() or self._known(found[2])
        if (word is None and found[1]) or note is None:
            return None
        return f"{word or ''} {note if note.startswith('(') else f'({note})'}".lstrip()

    def _filled(self, text: str) -> str | None:
        for form in self._candidates(text):
            found = form.known_by.fullmatch(text)
            if found is None:
                continue
            if form.weight < TELLING and not self._fits(found.groups()):
                continue
            words = [self._piece(word) for word in found.groups()]
            return _fill(form.said, dict(zip(form.gaps, words, strict=True)))
        return None

    def _fits(self, gaps: Sequence[str]) -> bool:
        unknown = [gap for gap in gaps if self._known(gap) is None]
        return len(unknown) <= 1 and all(_NAME.fullmatch(name) for gap in unknown for name in gap.split("、"))

    def _piece(self, text: str) -> str:
        """What stands in a gap: a word of ours, a name, or several of both."""
        said = self._known(text)
        if said is not None:
            return said
        if dated := _DATED.fullmatch(text):
            return f"{self.say(dated[1])} {self.say(dated[5])}"
        for joint in ("、", "，"):
            if joint in text and len(text) <= SHORT:
                return ", ".join(self.say(part) for part in text.split(joint))
        return text

    def _weekday(self, text: str) -> str | None:
        """``星期三``, ``周三``, ``星期三上午``."""
        found = _WEEKDAY.fullmatch(text)
        if found is None:
            return None
        part = self._known(found[3])
        names = WEEKDAYS if found[1] == "星期" else WEEKDAYS_ABBR
        return f"{names['一二三四五六日'.index(found[2])]} {part}".strip() if part is not None else None

    def _candidates(self, text: str) -> list[Form]:
        keys = {text[at : at + length] for length in (1, 2) for at in range(len(text))}
        forms = [form for key in keys for form in self._forms.get(key, ())]
        return sorted(forms, key=lambda form: (-form.weight, form.said))

    def _joined(self, text: str) -> str | None:
        # Between dots stand separate facts: a name may be among them.
        facts = text.split(" · ")
        if len(facts) > 1 and self._fits([fact for fact in facts if fact]):
            return " · ".join(self.say(fact) for fact in facts)
        for joint, between in _JOINTS.items():
            said = self._all_said(text.split(joint), joint) if joint in text else None
            if said is not None:
                return _list(said, between)
        return None

    def _all_said(self, parts: list[str], joint: str) -> list[str] | None:
        """Every part said, none left over; a sentence of ours may hold the joint itself, so the longest run comes first."""
        if not parts:
            return []
        for length in range(len(parts), 0, -1):
            run = joint.join(parts[:length])
            # The whole text was tried before it was taken apart.
            if length > 1 and run not in self.whole:
                continue
            # A piece that is only ever added carries its joint: "，和职责清单一致".
            said = self._known(run) if run else ""
            if said is None:
                said = self.whole.get(joint + run, "").strip(" ,;") or None
            rest = self._all_said(parts[length:], joint) if said is not None else None
            if said is not None and rest is not None:
                return [said, *rest] if said else rest
        return None


@lru_cache(maxsize=8)
def phrasebook(language: str) -> Phrasebook:
    """The project's own catalogue, without Django's: only our sentences are recognised."""
    catalogue: dict[str, str] = {}
    for folder in settings.LOCALE_PATHS:
        file = Path(folder) / to_locale(language) / "LC_MESSAGES" / "django.mo"
        if file.exists():
            with file.open("rb") as content:
                catalogue.update(_texts(gettext.GNUTranslations(content)))
    return Phrasebook(catalogue)


def _texts(translations: gettext.GNUTranslations) -> Iterator[tuple[str, str]]:
    """Source and said; of a plural the form for many, since a page that counts chooses for itself."""
    pairs: dict[Any, str] = vars(translations)["_catalog"]
    for key, said in pairs.items():
        source = key[0] if isinstance(key, tuple) else key
        # gettext joins a sentence to its context with EOT; the head of the file is the empty sentence.
        if source and "\x04" not in source:
            yield source, said


def _keys(source: str) -> list[str]:
    runs = [part for part in _own(source) if HAN.search(part)]
    pairs = [run[at : at + 2] for run in runs for at in range(len(run) - 1) if HAN.search(run[at : at + 2])]
    return pairs or [sign for run in runs for sign in run if HAN.match(sign)]


def _own(source: str) -> list[str]:
    """The words of a form between its gaps, as they stand in the finished sentence."""
    return [part.replace("%%", "%").replace("{{", "{").replace("}}", "}") for part in _parts(source)[::2]]


def _parts(source: str) -> list[str]:
    """Words, gap, words, gap, … words."""
    parts: list[str] = []
    at = 0
    for gap in GAP.finditer(source):
        parts += [source[at : gap.start()], gap.group()]
        at = gap.end()
    return [*parts, source[at:]]


def _form(source: str, said: str) -> Form:
    own = _own(source)
    pattern = "(.*?)".join(re.escape(part) for part in own)
    return Form(re.compile(pattern, re.DOTALL), tuple(gap_names(source)), sum(len(HAN.findall(p)) for p in own), said)


def gap_names(source: str) -> list[str]:
    """The gaps of a sentence in order; one without a name is called by its place: 0, 1, …"""
    return [gap[1] or gap[2] or str(place) for place, gap in enumerate(GAP.finditer(source))]


def _fill(said: str, words: Mapping[str, str]) -> str:
    chosen = _BY_NUMBER.sub(lambda gap: gap[2] if words.get(gap[1]) == "1" else gap[3], said)
    names = iter(gap_names(chosen))
    return chosen_by_number(GAP.sub(lambda _gap: words.get(next(names), ""), chosen))


def chosen_by_number(said: str) -> str:
    """``3 {3|day|days}``, the way a template's sentence chooses: its number is filled in before."""
    return _BY_NUMBER_FILLED.sub(lambda one: one[2] if one[1] == "1" else one[3], said)


def _list(parts: list[str], between: str) -> str:
    if between == ". ":
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)
    return between.join(parts)


def _day(text: str) -> str | None:
    """``2026 年 3 月 20 日``, ``3 月 20 日``, ``2026 年 3 月``, ``3 月`` and ``2026 年`` in the words of this language."""
    if found := _DATE.fullmatch(text):
        year, month, day = (int(part) if part else 2000 for part in found.groups())
        try:
            return date_format(date(year, month, day), "j F Y" if found[1] else "j F")
        except ValueError:
            return None
    if (found := _MONTH.fullmatch(text)) and 1 <= int(found[2]) <= 12:
        return date_format(date(int(found[1] or 2000), int(found[2]), 1), "F Y" if found[1] else "F")
    return found[1] if (found := _YEAR.fullmatch(text)) else None
