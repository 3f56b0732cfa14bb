"""From one message to what the engine remembers of it. Deterministic: the same text and model give the same bytes."""

from __future__ import annotations

import hashlib
import re
import zlib
from datetime import UTC, datetime

import numpy as np
import rjieba

from samequestion.chars import codes, distinct, grams
from samequestion.lexicon import STOP_WORDS, SUFFIX_KIND, TOPIC_OF, TRANSIT
from samequestion.model import Model
from samequestion.normalize import canonical, clauses, clean
from samequestion.records import IN_BODY, IN_TITLE, U8, Features, Message

_ENDINGS: dict[str, list[str]] = {}
for _suffix in sorted(SUFFIX_KIND, key=len, reverse=True):
    _ENDINGS.setdefault(_suffix[-1], []).append(_suffix)
_TOPIC_WORDS: dict[str, list[str]] = {}
for _word in TOPIC_OF:
    _TOPIC_WORDS.setdefault(_word[0], []).append(_word)
_AREA = re.compile(r"[A-Z]\d{0,2}(?:市|区|县)(?![东南西北中]?[路街])")
_NUMBER = re.compile(r"(\d{1,5}|[一二三四五六七八九十]{1,3})(期|栋|号线|路公交|年|单元|组|届|标段)")
_UNITS = {"期": 1, "栋": 2, "号线": 3, "路公交": 4, "年": 5, "单元": 6, "组": 7, "届": 8, "标段": 9}
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_JOINABLE = frozenset(
    [
        "n",
        "nr",
        "ns",
        "nt",
        "nz",
        "nrt",
        "nrfg",
        "j",
        "eng",
        "b",
        "a",
        "an",
        "i",
        "l",
        "f",
        "s",
        "x",
        "t",
        "q",
        "g",
        "vn",
        "m",
        "v",
        "ad",
        "vd",
    ]
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - compared with times whose zone was taken off

_Tokens = list[tuple[str, str]]


def text_id(text: str) -> int:
    """A stable 32-bit number for a word or name."""
    return zlib.crc32(text.encode())


def _number(text: str) -> int:
    """12, 十二, 二十 → an int."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[c]) for c in text))
    return 10 * (_DIGITS.get(tens[-1:], 1) if tens else 1) + _DIGITS.get(ones, 0)


def _numbers(text: str, flag: int) -> set[int]:
    """Numbered things (phase, building, line, year …) as flag<<24 | unit<<16 | number."""
    return {flag << 24 | _UNITS[unit] << 16 | _number(n) & 0xFFFF for n, unit in _NUMBER.findall(text)}


def _areas(text: str) -> set[int]:
    """City, district and county codes written in the text; the two lowest bits tell the level."""
    return {text_id(a) & ~3 | "市区县".index(a[-1]) for a in _AREA.findall(text)}


def _ending(word: str) -> str:
    """The longest known suffix of a word, or the empty string."""
    for ending in _ENDINGS.get(word[-1], ()):
        if word.endswith(ending):
            return ending
    return ""


def _names(tokens: _Tokens) -> dict[str, int]:
    """Names with their kinds, found by their endings: the words before an ending join it while they can."""
    found: dict[str, int] = {}
    for at, (word, _tag) in enumerate(tokens):
        ending = _ending(word)
        if not ending or word in STOP_WORDS:
            continue
        name, back = word, at - 1
        while back >= 0 and len(name) - len(ending) < 2:
            before, tag = tokens[back]
            if before in STOP_WORDS or tag not in _JOINABLE or not before[0].isalnum() or len(name + before) > 9:
                break
            name, back = before + name, back - 1
        stem = len(name) - len(ending)
        if stem >= 2 or (stem == 1 and SUFFIX_KIND[ending] == TRANSIT):
            found.setdefault(name, SUFFIX_KIND[ending])
    return found


def _topics(text: str) -> U8:
    """Numbers of the topics whose words occur in the text."""
    found: set[int] = set()
    for at, first in enumerate(text):
        for word in _TOPIC_WORDS.get(first, ()):
            if text.startswith(word, at):
                found.update(TOPIC_OF[word])
    return np.array(sorted(found), dtype=np.uint8)


def _tokens(text: str) -> _Tokens:
    return [(word, tag) for word, tag in rjieba.tag(text) if not word.isspace()] if text else []


def _words(tokens: _Tokens) -> dict[str, None]:
    """Distinct words of two or more letters that are not stop words, in order."""
    return dict.fromkeys(w for w, _ in tokens if len(w) > 1 and w not in STOP_WORDS and w[0].isalnum())


def _table(title: dict[str, int], body: dict[str, int]) -> dict[str, tuple[int, int]]:
    """text → (flags, value) over title and body; the title's value wins."""
    merged = {text: (IN_BODY, value) for text, value in body.items()}
    merged.update({t: (IN_TITLE | (IN_BODY if t in body else 0), v) for t, v in title.items()})
    return merged


def _keep(table: dict[str, tuple[int, int]], limit: int, model: Model) -> list[tuple[int, str, int, int]]:
    """(id, text, flags, value) sorted by id, at most `limit`: title first, then the rarest, then by text."""
    rows = [(text_id(text), text, flags, value) for text, (flags, value) in table.items()]
    if len(rows) > limit:
        rare = model.rarity(np.array([row[0] for row in rows], dtype=np.uint32))
        order = sorted(range(len(rows)), key=lambda i: (not rows[i][2] & IN_TITLE, -rare[i], rows[i][1]))
        rows = [rows[i] for i in order[:limit]]
    unique = {row[0]: row for row in sorted(rows, reverse=True)}
    return [unique[key] for key in sorted(unique)]


def _minute(at: datetime | None) -> int:
    if at is None:
        return 0
    if at.tzinfo is not None:
        at = at.astimezone(UTC).replace(tzinfo=None)
    return int((at - _EPOCH).total_seconds() // 60)


def _stable64(text: str) -> int:
    """A stable 63-bit number for an asker; 0 for an empty name."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1 if text else 0


def features(message: Message, model: Model) -> Features:
    """What the engine remembers of a message. Any text is fine: empty, very long, only punctuation."""
    s = model.settings
    title, body = canonical(clean(message.title)), canonical(clean(message.body[: s.max_body]))
    return _features(message, title, body, model)


def _features(message: Message, title: str, body: str, model: Model) -> Features:
    s = model.settings
    title_tokens, body_tokens = _tokens(title), _tokens(body)
    words = _keep(
        _table(dict.fromkeys(_words(title_tokens), 0), dict.fromkeys(_words(body_tokens), 0)), s.max_words, model
    )
    names = _keep(_table(_names(title_tokens), _names(body_tokens)), s.max_names, model)
    title_parts, body_parts = clauses(_AREA.sub(" ", title)), clauses(_AREA.sub(" ", body))
    title_codes, body_codes = codes(title_parts), codes(body_parts)
    pairs = distinct(np.concatenate((grams(title_codes, 2), grams(body_codes, 2))))[: s.max_text_pairs]
    word_ids = np.array([w[0] for w in words], dtype=np.uint32)
    word_flags = np.array([w[2] for w in words], dtype=np.uint8)
    title_topics = _topics(title)
    place = clean(message.place)
    return Features(
        word_ids=word_ids,
        word_flags=word_flags,
        words=tuple(w[1] for w in words),
        title=" ".join(title_parts),
        text_pairs=pairs,
        name_ids=np.array([n[0] for n in names], dtype=np.uint32),
        name_kinds=np.array([n[3] for n in names], dtype=np.uint8),
        name_flags=np.array([n[2] for n in names], dtype=np.uint8),
        names=tuple(n[1] for n in names),
        title_topics=title_topics,
        topics=np.union1d(title_topics, _topics(body[:1500])).astype(np.uint8),
        numbers=np.array(sorted(_numbers(title, IN_TITLE) | _numbers(body, IN_BODY)), dtype=np.uint32),
        areas=np.array(sorted(_areas(title) or _areas(body)), dtype=np.uint32),
        sketch=distinct(grams(codes(["".join(body_parts)]), 6))[: s.sketch_size],
        title_sense=model.sense(word_ids[(word_flags & IN_TITLE) > 0]),
        text_sense=model.sense(word_ids),
        minute=_minute(message.at),
        asker=_stable64(message.asker),
        place=text_id(place) if place else 0,
        place_name=place,
        title_length=sum(map(len, title_parts)),
        body_length=sum(map(len, body_parts)),
    )
