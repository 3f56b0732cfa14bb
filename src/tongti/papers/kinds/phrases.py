"""Turns of speech that several kinds share."""

from tongti.papers.blocks import Block, Paragraph
from tongti.papers.kinds.kind import Snapshot, Words


def typed(words: Words, key: str, label: str) -> list[Block]:
    """What a person wrote, a line a paragraph; marked where she has not yet."""
    lines = [line.strip() for line in words.get(key, "").splitlines() if line.strip()]
    return [Paragraph(line) for line in lines] or [Paragraph(f"（{label}，待填写）", missing=True)]


def optional(words: Words, key: str) -> list[Block]:
    """The same for words that may be left out."""
    return [Paragraph(line.strip()) for line in words.get(key, "").splitlines() if line.strip()]


def share(part: int, whole: int) -> str:
    """87.5%; “无数据” where there is nothing to divide by."""
    return f"{100 * part / whole:.1f}%" if whole else "无数据"


def change(now: int, then: int, word: str) -> str:
    """环比增加3，12.0%."""
    if now == then:
        return f"{word}持平"
    moved = f"{word}{'增加' if now > then else '减少'}{abs(now - then)}"
    return f"{moved}，{100 * abs(now - then) / then:.1f}%" if then else moved


def no_annex(_snapshot: Snapshot) -> tuple[str, list[Block]]:
    """For kinds without one."""
    return "", []
