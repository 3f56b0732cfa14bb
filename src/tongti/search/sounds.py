"""How Chinese words sound and are mistyped. No database.

Pinyin comes from pypinyin, which knows in which words a character sounds otherwise (重庆 chongqing, 重量 zhongliang). It loads its
tables when first asked (a fifth of a second, some twenty megabytes), so only processes that need it carry it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

HAN = re.compile(r"^[\u3400-\u9fff]+$")
PINYIN = re.compile(r"^[a-z']{2,60}$")
LONGEST_SLIP = 8
"""Characters up to which a name is kept for slips of the key; in longer ones the words around the slip find it."""
SHORTEST_SLIP = 3
"""In a name of two characters one wrong one is half of it: there only the sound counts."""


def is_han(text: str) -> bool:
    """Whether there is nothing but Chinese characters."""
    return HAN.fullmatch(text) is not None


def is_pinyin(text: str) -> bool:
    """Whether it can be pinyin or initials: small letters only."""
    return PINYIN.fullmatch(text) is not None


@lru_cache(maxsize=1 << 12)
def syllables(text: str) -> tuple[str, ...]:
    """``幸福路`` → ``("xing", "fu", "lu")``; ü is v, as it is typed; signs and digits stay as they are."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(text, style=Style.NORMAL, v_to_u=False))


def sounds(text: str) -> str:
    """``幸福路`` → ``xingfulu``."""
    return "".join(syllables(text))


def initials(text: str) -> str:
    """``幸福路`` → ``xfl``."""
    return "".join(syllable[0] for syllable in syllables(text) if syllable)


def folded(text: str) -> str:
    """The sound with what many speakers of the south type alike told alike: zh ch sh = z c s, n = l, ang eng ing = an en in.

    ``停水`` → ``tinsui``. The choice is that of the “fuzzy sounds” which pinyin keyboards offer.
    """
    return "".join(map(_fold, syllables(text)))


def _fold(syllable: str) -> str:
    syllable = re.sub(r"^([zcs])h", r"\1", syllable)
    syllable = re.sub(r"^n(?=[aeiouv])", "l", syllable)
    return re.sub(r"(?<=[aeiu])ng$", "n", syllable)


def slips(text: str) -> list[str]:
    """The name itself and the name with one sign left out: two names that share one of these are one slip apart
    (a wrong, a missing, a doubled sign, or two neighbours changed)."""
    if not SHORTEST_SLIP <= len(text) <= LONGEST_SLIP:
        return []
    return sorted({text, *(text[:at] + text[at + 1 :] for at in range(len(text)))})


def one_slip(one: str, other: str) -> bool:
    """Whether one wrong, missing or doubled sign, or two neighbours changed, makes one of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        wrong = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            a, b = wrong
            return one[a] == other[b] and one[b] == other[a]
        return len(wrong) == 1
    short, long = sorted((one, other), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def spans(text: str, longest: int = 6) -> Iterator[str]:
    """Every stretch of two to ``longest`` characters, the longer ones first: 幸福陆停水 → 幸福陆停水, 幸福陆停, 福陆停水, 幸福陆 …"""
    for length in range(min(longest, len(text)), 1, -1):
        for at in range(len(text) - length + 1):
            yield text[at : at + length]
