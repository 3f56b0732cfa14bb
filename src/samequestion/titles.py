"""A short name for a question, taken from its members' own titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

from samequestion.normalize import clean
from samequestion.records import Message

LONGEST = 40
_LEAD = re.compile(
    r"^(?:(?:尊敬的)?(?:各位)?领导(?:们)?(?:您好|你好)?|您好|你好|再次|强烈|恳请|恳求|请问|请求|请教|请|咨询|投诉|举报|反映|反应|关于|对于|希望|建议|"
    r"求助|求|就|有关|想问|我想|[,，。!！?？:：、\s])+"
)
_TAIL = re.compile(
    r"(?:的?(?:相关)?(?:问题|投诉|咨询|建议|疑问|事宜|反映|诉求)|[,，。!！?？~～…、:：;；\s.]|谢谢|感谢|怎么办|请领导.{0,6}|求解决|望解决|急)+$"
)
_LAST_OF_A_TAIL = frozenset("题诉询议问宜映求谢办急决,，。!！?？~～…、:：;；.")
"""Letters on which a tail may end. Most titles end on another, and looking for a tail costs as much as the rest of a title."""
_BREAK = re.compile(r"[。!！?？;；\n]")


def _tidy(title: str) -> str:
    """A cleaned title without its polite beginning and end."""
    short = _LEAD.sub("", title)
    if short[-1:] in _LAST_OF_A_TAIL or short[-1:].isspace() or "请领导" in short:
        short = _TAIL.sub("", short)
    short = short if len(short) >= 6 else title
    return short if len(short) <= LONGEST else short[: LONGEST - 1] + "…"


def _first_sentence(body: str) -> str:
    parts = [part.strip() for part in _BREAK.split(clean(body)) if len(part.strip()) > 6]
    return parts[0] if parts else clean(body)


def _pairs(text: str) -> set[tuple[str, str]]:
    return {*pairwise(text)}


def propose_title(messages: Sequence[Message]) -> str:
    """The tidied title of the most central message: the one whose words most members use, per letter spent.

    Members without a title count with their first sentence. "（无标题）" when nobody wrote anything.
    """
    said = [clean(m.title) or _first_sentence(m.body) for m in messages]
    own = sorted({_tidy(text) for text in said if text})
    if not own:
        return "（无标题）"
    if len(messages) < 3:
        return min(own, key=lambda t: (abs(len(t) - 18), t))
    paired = {text: _pairs(text) for text in {*said, *own}}
    usage = Counter(chain.from_iterable(paired[text] for text in said))

    def worth(title: str) -> float:
        pairs = paired[title]
        return sum(map(usage.__getitem__, pairs)) / (len(pairs) + 6)

    return max(own, key=lambda t: (worth(t), t))
