"""A paper as .pdf (1.7, tagged, fonts embedded), set by Typst from the same blocks as the .docx. No office program is needed.

What people wrote goes in as data, never as markup. Fonts are those of the server, or of a folder that its operator names; the
standard's own are not free, so each has a free one behind it (仿宋 → Noto Serif CJK, 黑体 → Noto Sans CJK).
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import typst
from django.conf import settings

from tongti.papers.blocks import Block, Facts, Heading, Paragraph, Sheet, Table, day_words
from tongti.papers.errors import NoChineseFont

LATIN = ("Times New Roman", "Liberation Serif", "Libertinus Serif")
"""Letters and figures, as in the .docx; a family that has no Chinese leaves it to the next."""
SERIF = (
    "FangSong",
    "仿宋",
    "STFangsong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "SimSun",
    "宋体",
    "STSong",
)
SANS = (
    "SimHei",
    "黑体",
    "STHeiti",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)
KAI = ("KaiTi", "楷体", "STKaiti", "AR PL UKai CN")
SONG = ("SimSun", "宋体", "STSong", "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC")
NO_NUMBER = "（签发时编号）"


def portable(sheet: Sheet) -> bytes:
    """The file. Nothing but the sheet goes in, its date too, so it is the same bytes again with the same fonts. Raises
    NoChineseFont.

    How long it takes is bounded by the sheet: lists on paper have at most some hundred lines (docs/bench.md has the figures).
    """
    data = json.dumps(_data(sheet, _families(sheet)), ensure_ascii=False)
    with resources.as_file(resources.files("tongti.papers.rendering") / "paper.typ") as source:
        made = typst.compile(
            str(source),
            format="pdf",
            font_paths=_fonts(_folder()),
            sys_inputs={"data": data},
            timestamp=int(sheet.at.timestamp()),
        )
    assert isinstance(made, bytes)
    return made


def _data(sheet: Sheet, families: dict[str, list[str]]) -> dict[str, Any]:
    day = day_words(sheet.day)
    return {
        "title": sheet.title,
        "head": sheet.head,
        "number": sheet.number or NO_NUMBER,
        "addressee": sheet.addressee,
        "body": _blocks(sheet.body),
        "annex": _blocks(sheet.annex),
        "annex-title": sheet.annex_title,
        "signer": sheet.signer,
        "day": "" if sheet.draft else day,
        "copies": sheet.copies,
        "issuer": sheet.issuer,
        "watermark": sheet.watermark,
        "fonts": families,
    }


def _blocks(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [_block(block) | {"kind": block.kind} for block in blocks]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"level": block.level, "text": block.text}
        case Paragraph():
            return {"text": block.text, "missing": block.missing}
        case Facts():
            return {"rows": [list(row) for row in block.rows]}
        case Table():
            return {
                "caption": block.caption,
                "heads": list(block.heads),
                "rows": [list(row) for row in block.rows],
                "widths": list(block.widths),
                "numbers": sorted(block.numbers),
            }


# --- fonts ------------------------------------------------------------------------------------------------------------


def _folder() -> str:
    return str(getattr(settings, "FONTS", "") or "")


@cache
def _fonts(folder: str) -> typst.Fonts:
    """Every font of the server and of the operator's folder, looked for once a process."""
    return typst.Fonts(include_system_fonts=True, font_paths=[folder] if folder else [])


@cache
def _known(folder: str) -> dict[str, str]:
    """Family by its name in small letters: a template says 仿宋_GB2312, a font may call itself FangSong_GB2312."""
    return {name.lower(): name for name in _fonts(folder).families()}


def _families(sheet: Sheet) -> dict[str, list[str]]:
    """For each use the fonts that are there, the template's own first. Raises NoChineseFont."""
    known = _known(_folder())
    chinese = {name.lower() for name in (*SERIF, *SANS, *KAI, *SONG)}
    named = {sheet.fonts.title, sheet.fonts.body, sheet.fonts.first, sheet.fonts.second}
    if not known.keys() & (chinese | {name.lower() for name in named}):
        raise NoChineseFont
    wanted = {
        "title": (sheet.fonts.title, *SONG, *SERIF),
        "body": (sheet.fonts.body, *SERIF, *SANS),
        "first": (sheet.fonts.first, *SANS, *SERIF),
        "second": (sheet.fonts.second, *KAI, *SERIF),
        "number": (*SONG, *SERIF),
    }
    latin = [known[name.lower()] for name in LATIN if name.lower() in known][:1]
    found = {}
    for use, names in wanted.items():
        there = [known[name.lower()] for name in names if name.lower() in known]
        there = there or [known[name.lower()] for name in (*SERIF, *SANS, *KAI, *SONG) if name.lower() in known]
        found[use] = list(dict.fromkeys([*latin, *there]))
    return found
