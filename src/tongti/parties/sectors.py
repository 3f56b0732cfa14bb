"""行业: sections and two-digit divisions of GB/T 4754—2017, shipped as data with their source; longer codes are the user's own."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tongti.shared.errors import BadInput

_CODE = re.compile(r"([A-T]?)(\d{2}\d{0,2})?")


@dataclass(frozen=True)
class Section:
    """One of the twenty sections, with its divisions by code."""

    code: str
    name: str
    divisions: dict[str, str]


@cache
def sections() -> tuple[Section, ...]:
    """A to T, in order."""
    text = resources.files("tongti.parties").joinpath("data/sectors.json").read_text(encoding="utf-8")
    return tuple(Section(**row) for row in json.loads(text)["sections"])


@cache
def _by_division() -> dict[str, Section]:
    return {code: section for section in sections() for code in section.divisions}


def read_sector(typed: str) -> tuple[str, str]:
    """(code, section letter) of ``C13``, ``13``, ``1331``, ``C``, or of a division's or section's name; ("", "") for nothing.

    The first two digits must be a division of the standard; the digits behind them are taken as typed. Raises BadInput.
    """
    text = typed.strip().upper()
    if not text:
        return "", ""
    if named := _by_name().get(typed.strip()):
        return named
    found = _CODE.fullmatch(text)
    letter, digits = (found[1], found[2] or "") if found else ("", "")
    section = _by_division().get(digits[:2])
    if digits and section and letter in ("", section.code):
        return digits, section.code
    if letter and not digits:
        return "", letter
    raise BadInput("sector", f"没有“{typed.strip()[:20]}”这个行业：请写 GB/T 4754 的代码，例如 C13、1331，或大类名称。")


@cache
def _by_name() -> dict[str, tuple[str, str]]:
    names = {section.name: ("", section.code) for section in sections()}
    return names | {name: (code, section.code) for section in sections() for code, name in section.divisions.items()}


def sector_words(sector: str, section: str) -> str:
    """``制造业 · 农副食品加工业（1331）``; "" when neither is known."""
    above = next((one for one in sections() if one.code == section), None)
    if above is None:
        return ""
    division = above.divisions.get(sector[:2], "")
    if not division:
        return above.name
    longer = f"（{sector}）" if len(sector) > 2 else ""
    return f"{division}{longer}" if division == above.name else f"{above.name} · {division}{longer}"
