"""What must never stand in words that others will read: numbers that point at one person (个人信息保护法; domain sheet 8.4)."""

import re
import unicodedata
from dataclasses import dataclass

from stdnum import luhn
from stdnum.cn import ric


@dataclass(frozen=True)
class Found:
    """One hit: which kind of number, and where in the text. The number itself is not carried along."""

    kind: str
    start: int
    end: int


# Office landlines and 12345 are no personal data; a mobile number is.
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_IDENTITY = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){15,18}\d(?!\d)")


def found_in(text: str, *, mobiles: bool = True) -> list[Found]:
    """Mobile numbers, identity numbers and bank cards in a text, in reading order; full-width digits count as well.

    ``mobiles=False`` lets a mobile number pass (the contact line of an answer names an office telephone on purpose).
    """
    plain = "".join(_one(letter) for letter in text)
    hits = [Found("身份证号", m.start(), m.end()) for m in _IDENTITY.finditer(plain) if ric.is_valid(m.group())]
    taken = {(h.start, h.end) for h in hits}
    for m in _CARD.finditer(plain):
        digits = re.sub(r"\D", "", m.group())
        if (m.start(), m.end()) not in taken and 16 <= len(digits) <= 19 and luhn.is_valid(digits):
            hits.append(Found("银行卡号", m.start(), m.end()))
    if mobiles:
        hits += [Found("手机号", m.start(), m.end()) for m in _MOBILE.finditer(plain)]
    return sorted(hits, key=lambda h: h.start)


def _one(letter: str) -> str:
    # letter by letter, so that positions stay those of the text as typed
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter


def without_numbers(text: str) -> str:
    """The text with the digits of such numbers starred, for papers and tables that leave the house."""
    for hit in reversed(found_in(text)):
        starred = "".join("*" if letter.isalnum() else letter for letter in text[hit.start : hit.end])
        text = text[: hit.start] + starred + text[hit.end :]
    return text
