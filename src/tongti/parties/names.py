"""Comparing and finding the names of firms. No database.

``core`` takes off what half of all names share (the region, the legal form), ``likeness`` says how much of two cores is the same.
"""

import re
import unicodedata
from collections.abc import Set as AbstractSet

_SIGNS = re.compile(r"[^\w]|_")
_REGION = re.compile(r"^(?:中国|广西壮族自治区|广西)?(?:[\u4e00-\u9fff]{2,3}市)?(?:[\u4e00-\u9fff]{2}[区县])?")
_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|农民专业合作社联合社|农民专业合作社|专业合作社|个体工商户|有限合伙|普通合伙)$"
)
SHORTEST = 2


def plain(name: str) -> str:
    """The letters, characters and digits of a name, full width and case told alike."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", name)).lower()


def core(name: str) -> str:
    """What tells this firm from others: 广西云岭区龙腾食品有限公司 → 龙腾食品. A name that is nothing else stays whole."""
    whole = plain(name)
    kept = whole
    while (shorter := _FORM.sub("", kept)) != kept and len(shorter) >= SHORTEST:
        kept = shorter
    cut = _REGION.sub("", kept)
    return cut if len(cut) >= SHORTEST else kept


def grams(name: str) -> list[str]:
    """The pairs of neighbouring characters of a name, by which any part of it of two characters or more is found."""
    letters = plain(name)
    if len(letters) < SHORTEST:
        return [letters] if letters else []
    return sorted({letters[at : at + 2] for at in range(len(letters) - 1)})


def dice(first: AbstractSet[str], second: AbstractSet[str]) -> float:
    """0…1: twice what two sets of pairs share, over all their pairs."""
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def likeness(one: str, other: str) -> float:
    """How much of two cores is the same (``dice`` of their pairs)."""
    return dice(set(grams(one)), set(grams(other)))
