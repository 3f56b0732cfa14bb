"""From one message to what the engine remembers of it. Deterministic: the same text and model give the same bytes."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import rjieba
from numpy.typing import NDArray

from samequestion.batch import TOPIC_WORDS, Batch, topic_bits, topic_numbers
from samequestion.chars import codes, distinct, mixed_grams
from samequestion.lexicon import STOP_WORDS, SUFFIX_KIND, TOPIC_OF, TRANSIT
from samequestion.model import Model
from samequestion.normalize import canonical, clauses, clean
from samequestion.ragged import Ragged, starts_of
from samequestion.records import IN_BODY, IN_TITLE, U8, U32, U64, Features, Message

_ENDINGS: dict[str, list[str]] = {}
for _suffix in sorted(SUFFIX_KIND, key=len, reverse=True):
    _ENDINGS.setdefault(_suffix[-1], []).append(_suffix)
_AREA = re.compile(r"[A-Z]\d{0,2}(?:市|区|县)(?![东南西北中]?[路街])")
# One to five figures or one to three Chinese numerals, and what they count. Written from one class of first letters, so that
# the search skips all other letters.
_NUMBER = re.compile(
    r"([\d一二三四五六七八九十](?:(?<=\d)\d{0,4}|(?<!\d)[一二三四五六七八九十]{0,2}))(期|栋|号线|路公交|年|单元|组|届|标段)"
)
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
_Found = tuple[int, int]
"""The id of a word or name and its value: a name's kind, 0 for a word."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - compared with times whose zone was taken off


@lru_cache(maxsize=1 << 14)  # people use the same words over and over
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


@lru_cache(maxsize=1 << 14)
def _nature(word: str) -> tuple[_Found | None, str]:
    """(its number when it is kept as a word: two or more letters and no stop word, the ending that may make it a name)."""
    if word in STOP_WORDS:
        return None, ""
    return (text_id(word), 0) if len(word) > 1 and word[0].isalnum() else None, _ending(word)


@lru_cache(maxsize=1 << 14)
def _own_tag(word: str) -> str:
    """The part of speech of a word; empty when the word is taken apart where it stands alone."""
    tagged = rjieba.tag(word)
    return tagged[0][1] if len(tagged) == 1 else ""


def _tag(word: str, text: str) -> str:
    """The part of speech of a word of the text. It depends on the word alone and few are asked for, so that cutting
    first and asking then takes half the time of tagging every word."""
    return _own_tag(word) or _tags(text)[word]


@lru_cache(maxsize=1)
def _tags(text: str) -> dict[str, str]:
    return dict(rjieba.tag(text))


def _words_and_names(text: str) -> tuple[dict[str, _Found], dict[str, _Found]]:
    """(distinct words, names with their kinds) of a cleaned text. Names are found by their endings."""
    words: dict[str, _Found] = {}
    names: dict[str, _Found] = {}
    tokens = rjieba.cut(text) if text else []
    if " " in text:  # cleaned text knows no other white space than single spaces
        tokens = [piece for piece in tokens if piece != " "]
    for at, (word, (found, ending)) in enumerate(zip(tokens, map(_nature, tokens), strict=True)):
        if found:
            words[word] = found
        if ending:
            name = _whole_name(tokens, at, ending, text)
            stem = len(name) - len(ending)
            if name not in names and (stem >= 2 or (stem == 1 and SUFFIX_KIND[ending] == TRANSIT)):
                names[name] = text_id(name), SUFFIX_KIND[ending]
    return words, names


def _whole_name(tokens: list[str], at: int, ending: str, text: str) -> str:
    """The token with the words before it: they join a short name while they can."""
    name, back = tokens[at], at - 1
    while back >= 0 and len(name) - len(ending) < 2:
        before = tokens[back]
        if before in STOP_WORDS or not before[0].isalnum() or len(name + before) > 9:
            break
        if _tag(before, text) not in _JOINABLE:
            break
        name, back = before + name, back - 1
    return name


_Rows = tuple[Sequence[int], Sequence[int], Sequence[str], Sequence[int]]
"""Ids, values, texts and flags of the words or names of one message."""


def _rows(title: dict[str, _Found], body: dict[str, _Found], limit: int, model: Model) -> _Rows:
    """Words or names of title and body sorted by id, at most `limit`: title first, then the rarest, then by text. The
    title's value wins."""
    both = IN_TITLE | IN_BODY
    rows = [(number, value, text, both if text in body else IN_TITLE) for text, (number, value) in title.items()]
    rows += [(number, value, text, IN_BODY) for text, (number, value) in body.items() if text not in title]
    if len(rows) > limit:
        rare = model.rarity(np.array([row[0] for row in rows], dtype=np.uint32)).tolist()
        order = sorted(range(len(rows)), key=lambda i: (not rows[i][3] & IN_TITLE, -rare[i], rows[i][2]))
        rows = [rows[i] for i in order[:limit]]
    rows.sort()  # by id: what follows in a row hardly ever counts, and needs no key of its own
    if len({row[0] for row in rows}) < len(rows):  # two texts of one id: the first by text stands for both
        rows = list({row[0]: row for row in sorted(rows, key=_id_and_text, reverse=True)}.values())[::-1]
    return tuple(zip(*rows, strict=True)) if rows else ((), (), (), ())  # type: ignore[return-value]


_id_and_text = itemgetter(0, 2)


def _minute(at: datetime | None) -> int:
    if at is None:
        return 0
    if at.tzinfo is not None:
        at = at.astimezone(UTC).replace(tzinfo=None)
    return int((at - _EPOCH).total_seconds() // 60)


def _stable64(text: str) -> int:
    """A stable 63-bit number for an asker; 0 for an empty name."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1 if text else 0


class _Gist(NamedTuple):
    """What is read off one message text by text; hashes of letter runs and the like follow in bulk."""

    words: _Rows
    names: _Rows
    title: str
    body: str
    title_parts: list[str]
    body_parts: list[str]
    numbers: list[int]
    areas: list[int]
    place: str


_place = lru_cache(maxsize=1 << 10)(clean)  # townships and villages repeat


def _gist(message: Message, model: Model) -> _Gist:
    s = model.settings
    title, body = canonical(clean(message.title)), canonical(clean(message.body[: s.max_body]))
    title_words, title_names = _words_and_names(title)
    body_words, body_names = _words_and_names(body)
    return _Gist(
        words=_rows(title_words, body_words, s.max_words, model),
        names=_rows(title_names, body_names, s.max_names, model),
        title=title,
        body=body,
        title_parts=clauses(_AREA.sub(" ", title)),
        body_parts=clauses(_AREA.sub(" ", body)),
        numbers=sorted(_numbers(title, IN_TITLE) | _numbers(body, IN_BODY)),
        areas=sorted(_areas(title) or _areas(body)),
        place=_place(message.place),
    )


def features(message: Message, model: Model) -> Features:
    """What the engine remembers of a message. Any text is fine: empty, very long, only punctuation."""
    return features_of_all([message], model)[0]


TOGETHER = 500
"""Messages that are read at once; bounds memory, and more at once is hardly faster."""


def features_of_all(messages: Sequence[Message], model: Model) -> list[Features]:
    """What the engine remembers of many messages: the same as `features` one by one, in a tenth of the time."""
    found: list[Features] = []
    for low in range(0, len(messages), TOGETHER):
        part = messages[low : low + TOGETHER]
        gists = [_gist(message, model) for message in part]
        batch = _assembled(part, gists, model)
        found += [_row_of(batch, at, gist) for at, gist in enumerate(gists)]
    return found


def _row_of(batch: Batch, at: int, gist: _Gist) -> Features:
    words, names = batch.words.slice_of(at), batch.names.slice_of(at)
    return Features(
        word_ids=batch.words.values[words],
        word_flags=batch.word_flags[words],
        words=tuple(gist.words[2]),
        title=" ".join(gist.title_parts),
        text_pairs=batch.text.values[batch.text.slice_of(at)],
        name_ids=batch.names.values[names],
        name_kinds=batch.name_kinds[names],
        name_flags=batch.name_flags[names],
        names=tuple(gist.names[2]),
        title_topics=topic_numbers(batch.title_topics[at]),
        topics=topic_numbers(batch.topics[at]),
        numbers=batch.numbers.values[batch.numbers.slice_of(at)],
        areas=batch.areas.values[batch.areas.slice_of(at)],
        sketch=batch.sketch.values[batch.sketch.slice_of(at)],
        title_sense=batch.title_sense[at],
        text_sense=batch.text_sense[at],
        minute=int(batch.minute[at]),
        asker=int(batch.asker[at]),
        place=int(batch.place[at]),
        place_name=gist.place,
        title_length=int(batch.lengths[at, 0]),
        body_length=int(batch.lengths[at, 1]),
    )


def read(messages: Sequence[Message], model: Model) -> Batch:
    """The features of many messages, laid end to end: the same numbers as `features` one by one, in less time."""
    return _assembled(messages, [_gist(message, model) for message in messages], model)


def _assembled(messages: Sequence[Message], gists: Sequence[_Gist], model: Model) -> Batch:
    s = model.settings
    words, word_flags = _ragged([g.words[0] for g in gists]), _bytes([g.words[3] for g in gists])
    titles = ["\0".join(g.title_parts) + "\0" for g in gists]
    texts = [title + "\0".join(g.body_parts) + "\0" for title, g in zip(titles, gists, strict=True)]
    spoken = _topics([g.title for g in gists] + [g.body[:1500] for g in gists])
    title_topics, body_topics = spoken[: len(gists)], spoken[len(gists) :]
    meaning = model.meaning(words.values)
    in_title = (word_flags & IN_TITLE) > 0
    return Batch(
        words=words,
        word_flags=word_flags,
        title=Ragged(codes(["".join(titles)]), starts_of(np.array([len(title) for title in titles], dtype=np.int64))),
        text=_distinct_grams(texts, 2, s.max_text_pairs),
        names=_ragged([g.names[0] for g in gists]),
        name_kinds=_bytes([g.names[1] for g in gists]),
        name_flags=_bytes([g.names[3] for g in gists]),
        title_topics=title_topics,
        topics=title_topics | body_topics,
        numbers=_ragged([g.numbers for g in gists]),
        areas=_ragged([g.areas for g in gists]),
        sketch=_distinct_grams(["".join(g.body_parts) + "\0" for g in gists], 6, s.sketch_size),
        title_sense=model.senses(meaning[in_title], words.rows[in_title], len(gists)),
        text_sense=model.senses(meaning, words.rows, len(gists)),
        minute=np.array([_minute(m.at) for m in messages], dtype=np.int64),
        asker=np.array([_stable64(m.asker) for m in messages], dtype=np.uint64),
        place=np.array([text_id(g.place) if g.place else 0 for g in gists], dtype=np.uint32),
        lengths=np.array(
            [(sum(map(len, g.title_parts)), sum(map(len, g.body_parts))) for g in gists], dtype=np.uint32
        ).reshape(-1, 2),
    )


def _ragged(rows: Sequence[Sequence[int]]) -> Ragged:
    values = np.fromiter(chain.from_iterable(rows), dtype=np.uint32)
    return Ragged(values, starts_of(np.array([len(row) for row in rows], dtype=np.int64)))


def _bytes(rows: Sequence[Sequence[int]]) -> U8:
    return np.fromiter(chain.from_iterable(rows), dtype=np.uint8)


def _distinct_grams(texts: Sequence[str], size: int, limit: int) -> Ragged:
    """Hashes of the runs of `size` characters of every text: each once, ascending, the smallest `limit`.

    Texts end with a separator, so that no run spans two of them.
    """
    ids, whole = mixed_grams(codes(["".join(texts)]), size)
    rows = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(text) for text in texts])[: len(whole)][whole]
    code = distinct(rows << np.uint64(32) | ids)
    row = (code >> np.uint64(32)).astype(np.int64)
    counts = np.bincount(row, minlength=len(texts))
    kept = np.arange(len(code)) - np.repeat(np.cumsum(counts) - counts, counts) < limit
    return Ragged(code[kept].astype(np.uint32), starts_of(np.minimum(counts, limit)))


def _pair_places(text: U32) -> NDArray[np.uint32]:
    """A number below 2^16 for every two letters that follow each other."""
    return (text[:-1] * np.uint32(31) ^ text[1:]) & np.uint32(0xFFFF)


def _topic_words() -> tuple[Ragged, U32]:
    """(topics by the place of the first two letters of their words, the letters of those words): a word of two topics
    stands twice, and a short one ends in zeros."""
    words = sorted((int(_pair_places(codes([word]))[0]), word, topic)
                   for word, topics in TOPIC_OF.items() if len(word) > 1 for topic in topics)  # fmt: skip
    sizes = np.bincount([place for place, _, _ in words], minlength=1 << 16)
    letters = np.zeros((len(words), max(len(word) for _, word, _ in words)), dtype=np.uint32)
    for row, (_, word, _) in enumerate(words):
        letters[row, : len(word)] = codes([word])
    return Ragged(np.array([topic for _, _, topic in words], dtype=np.uint8), starts_of(sizes)), letters


_TOPICS_AT, _TOPIC_LETTERS = _topic_words()
_TOPICS_OF_LETTERS = [(ord(word), topic) for word, topics in TOPIC_OF.items() if len(word) == 1 for topic in topics]


def _topics(texts: Sequence[str]) -> U64:
    """The topics whose words occur in each text, as bit sets (see `Batch`)."""
    longest = _TOPIC_LETTERS.shape[1]
    whole = codes(["\0".join(texts) + "\0" * longest])
    owner = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
    spoken = np.zeros((len(texts), TOPIC_WORDS * 64), dtype=np.uint8)
    # Most letter pairs begin no word; the others are compared letter by letter with all words of their place.
    places = _pair_places(whole)
    maybe = np.nonzero(_TOPICS_AT.sizes[places])[0]
    word = _TOPICS_AT.positions(places[maybe])
    at = np.repeat(maybe, _TOPICS_AT.sizes[places[maybe]])
    for k in range(longest):
        same = (_TOPIC_LETTERS[word, k] == whole[at + k]) | (_TOPIC_LETTERS[word, k] == 0)
        word, at = word[same], at[same]
    spoken[owner[at], _TOPICS_AT.values[word]] = 1
    for letter, topic in _TOPICS_OF_LETTERS:
        spoken[owner[np.nonzero(whole == letter)[0]], topic] = 1
    return topic_bits(spoken)
