"""Evidence in plain Chinese, and the marking of shared words in what people typed."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np

from samequestion import similarity as s
from samequestion.lexicon import KIND_NAMES, TOPICS
from samequestion.model import Model
from samequestion.normalize import simplify
from samequestion.records import F64, IN_TITLE, U32, Features, Reason

SMALLEST = 0.05
"""Contributions below this are not worth a line."""

COPIED = 0.5
"""From this share of the same text on, a reader wants to know of the copy, whatever it weighed."""

_UNIT_WORDS = {1: "期", 2: "栋", 3: "号线", 4: "路公交", 5: "年", 6: "单元", 7: "组", 8: "届", 9: "标段"}


def shared_words(a: Features, b: Features, model: Model, limit: int = 12) -> tuple[str, ...]:
    """Names and words found in both, the rarest first; a word inside one already listed is left out."""
    found = _common(a.name_ids, b.name_ids, a.names) + _common(a.word_ids, b.word_ids, a.words)
    if not found:
        return ()
    rarity = model.rarity(np.array([key for key, _ in found], dtype=np.uint32))
    order = sorted(range(len(found)), key=lambda i: (-rarity[i], -len(found[i][1]), found[i][1]))
    out: list[str] = []
    for i in order:
        word = found[i][1]
        if not any(word in longer for longer in out):
            out.append(word)
    return tuple(out[:limit])


def _common(a: U32, b: U32, texts: tuple[str, ...]) -> list[tuple[int, str]]:
    theirs = set(b.tolist())  # a few dozen ids: plain sets beat numpy here
    return [(key, text) for key, text in zip(a.tolist(), texts, strict=True) if key in theirs]


def reasons(a: Features, b: Features, parts: F64, words: tuple[str, ...], model: Model) -> tuple[Reason, ...]:
    """One reason per kind of evidence that moved the score, the strongest first, and always that a text is a copy.
    `parts` are log-odds by kind, `words` what `shared_words` found."""
    texts = {
        s.NAMES: _names_text(a, b, model), s.TITLE: _title_text(a, b, model), s.TEXT: _words_text(words),
        s.TOPIC: _topics_text(a, b), s.AREA: _areas_text(a, b), s.NUMBERS: _numbers_text(a, b),
        s.COPY: _copy_text(a, b), s.TIME: _time_text(a, b), s.ASKER: _asker_text(a, b),
        s.LENGTH: f"文字长短（{a.title_length + a.body_length} 字与 {b.title_length + b.body_length} 字）",
    }  # fmt: skip
    copied = _copied(a, b) >= COPIED
    made = [
        Reason(texts[kind], round(float(weight), 3))
        for kind, weight in enumerate(parts)
        if abs(weight) >= SMALLEST or (copied and kind == s.COPY)
    ]
    return tuple(sorted(made, key=lambda reason: (-abs(reason.weight), reason.text)))


def _names_text(a: Features, b: Features, model: Model) -> str:
    at = np.nonzero(np.isin(a.name_ids, b.name_ids, assume_unique=True))[0]
    if len(at):
        worth = model.rarity(a.name_ids[at]) + 0.3 * ((a.name_flags[at] & IN_TITLE) > 0)
        best = at[np.argsort(-worth, kind="stable")][0]
        return f"同一{KIND_NAMES[a.name_kinds[best]]}：{a.names[best]}"
    mine, other = _first_name(a, model), _first_name(b, model)
    if mine and other:
        return "名称不同：" + " / ".join(sorted((mine, other)))
    return "没有共同的名称"


def _first_name(f: Features, model: Model) -> str:
    """The rarest name of the title, or of the whole text."""
    if not f.names:
        return ""
    worth = model.rarity(f.name_ids) + ((f.name_flags & IN_TITLE) > 0)
    return f.names[int(np.argmax(worth))]


def _title_text(a: Features, b: Features, model: Model) -> str:
    mine, theirs = (
        {key for key, flags in zip(f.word_ids.tolist(), f.word_flags.tolist(), strict=True) if flags & IN_TITLE}
        for f in (a, b)
    )
    rows = [(key, word) for key, word in zip(a.word_ids.tolist(), a.words, strict=True) if key in mine & theirs]
    if not rows:
        return "标题没有相同的词"
    rarity = model.rarity(np.array([key for key, _ in rows], dtype=np.uint32))
    best = [rows[i][1] for i in np.argsort(-rarity, kind="stable")[:3]]
    return "标题都说：" + "、".join(best)


def _words_text(words: tuple[str, ...]) -> str:
    return "都提到：" + "、".join(words[:4]) if words else "正文没有相同的词"


def _topics_text(a: Features, b: Features) -> str:
    for mine, other in ((a.title_topics, b.title_topics), (a.topics, b.topics)):
        shared = sorted({*mine.tolist()} & {*other.tolist()})
        if shared:
            return "同类问题：" + "、".join(TOPICS[k][0] for k in shared[:2])
        if len(mine) and len(other):
            return "问题不同：" + " / ".join(sorted((TOPICS[mine[0]][0], TOPICS[other[0]][0])))
    return "看不出同类问题"


def _areas_text(a: Features, b: Features) -> str:
    if a.place and b.place:
        return (
            f"同在{a.place_name}"
            if a.place == b.place
            else "地点不同：" + " / ".join(sorted((a.place_name, b.place_name)))
        )
    if not len(a.areas) or not len(b.areas):
        return "有一件没写区县"
    return "同一区县" if {*a.areas.tolist()} & {*b.areas.tolist()} else "区县不同"


def _numbers_text(a: Features, b: Features) -> str:
    mine, other = {int(n) & 0xFFFFFF for n in a.numbers}, {int(n) & 0xFFFFFF for n in b.numbers}
    if mine & other:
        return "编号相同：" + _number_word(min(mine & other))
    return (
        "编号不同：" + " / ".join(sorted(_number_word(min(n)) for n in (mine, other) if n))
        if mine or other
        else "没有编号"
    )


def _number_word(number: int) -> str:
    return f"{number & 0xFFFF}{_UNIT_WORDS[number >> 16 & 0xFF]}"


def _copied(a: Features, b: Features) -> float:
    """Share of the shorter text that stands in the other too, by their sketches; 0 when one has none."""
    kept = min(len(a.sketch), len(b.sketch))
    return len({*a.sketch.tolist()} & {*b.sketch.tolist()}) / kept if kept else 0.0


def _copy_text(a: Features, b: Features) -> str:
    share = _copied(a, b)
    return f"文字雷同约 {share:.0%}" if share else "文字不是抄送"


def _time_text(a: Features, b: Features) -> str:
    if not a.minute or not b.minute:
        return "时间不详"
    days = abs(a.minute - b.minute) // 1440
    return f"相隔 {days} 天" if days else "同一天反映"


def _asker_text(a: Features, b: Features) -> str:
    return "同一人反映" if a.asker and a.asker == b.asker else "不是同一人"


def mark(text: str, words: tuple[str, ...] | list[str]) -> list[tuple[str, bool]]:
    """Cut a text, as typed, into (piece, shared?) so that a page can mark the shared words; the pieces join up to the
    text again. Width, case and script of the letters do not matter."""
    letters, source = [], []
    for at, letter in enumerate(text):
        plain = simplify(unicodedata.normalize("NFKC", letter)).upper()
        letters.append(plain)
        source.extend([at] * len(plain))
    flat, on = "".join(letters), np.zeros(len(text), dtype=bool)
    for word in words:
        at = flat.find(word) if word else -1
        while at >= 0:
            on[source[at] : source[at + len(word) - 1] + 1] = True
            at = flat.find(word, at + 1)
    cuts = [0, *(np.nonzero(on[1:] != on[:-1])[0] + 1).tolist(), len(text)]
    return [(text[low:high], bool(on[low])) for low, high in pairwise(cuts) if high > low]
