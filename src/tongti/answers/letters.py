"""How an answer reads as a letter: the same for preview, for the frozen reply and for the asker's page. Pure functions."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from tongti.answers.models import Answer
from tongti.cases.models import Case
from tongti.shared.text import mask_name

SECTIONS = (
    ("found", "查明的情况"),
    ("done", "办理结果"),
    ("basis", "依据"),
    ("would_need", "要怎样才能办"),
    ("next_steps", "下一步和期限"),
)
NUMERALS = "一二三四五六"


@dataclass(frozen=True)
class Letter:
    """One letter to one asker: greeting, paragraphs under headings, closing lines. ``holes`` say what is still missing."""

    greeting: str
    lines: tuple[tuple[str, str], ...]
    """(heading or "", text) in reading order."""
    unit: str
    on: date | None
    holes: tuple[str, ...] = field(default=())

    @property
    def paragraphs(self) -> list[tuple[bool, str]]:
        """(is a heading, text), headings numbered, one item a printed paragraph."""
        found: list[tuple[bool, str]] = []
        n = 0
        for heading, text in self.lines:
            if heading:
                found.append((True, f"{NUMERALS[n]}、{heading}"))
                n += 1
            found += [(False, part) for part in text.split("\n") if part.strip()]
        return found

    @property
    def body(self) -> str:
        """Without greeting, unit and day: what is frozen as the reply. A line is a paragraph."""
        blocks: list[str] = []
        for heading, text in self.paragraphs:
            blocks.append(f"\n{text}" if heading and blocks else text)
        return "\n".join(blocks)


def greeting(kind: str, name: str) -> str:
    """No sex is known, so nobody is 先生 or 女士: “韦晓梅，您好：”, “云岭某某公司：”, “您好：”."""
    if not name:
        return "您好："
    return f"{name}，您好：" if kind == "person" else f"{name}："


def masked_greeting(kind: str, name: str) -> str:
    """The same for eyes that are not the asker's: a person's name keeps its surname only."""
    return greeting(kind, mask_name(name) if kind == "person" else name)


def letter(
    answer: Answer, case: Case, *, own_words: str = "", salutation: str = "您好：", holes: tuple[str, ...] = ()
) -> Letter:
    """The letter of one case. The case's own receipt line and sentences stand beside the text that all share."""
    lines: list[tuple[str, str]] = [("", receipt_line(case))]
    if answer.opening.strip():
        lines.append(("", answer.opening.strip()))
    for name, heading in SECTIONS:
        text = str(getattr(answer, name)).strip()
        if text:
            lines.append((heading, text))
        if name == "done" and own_words.strip():
            lines.append(("关于您反映的具体情况", own_words.strip()))
    if answer.remedy.strip():
        lines.append(("", answer.remedy.strip()))
    if answer.contact.strip():
        lines.append(("", f"联系人和电话：{answer.contact.strip()}"))
    signed = timezone.localdate(answer.signed_at) if answer.signed_at else None
    return Letter(salutation, tuple(lines), answer.lead.name, signed, holes)


def receipt_line(case: Case) -> str:
    """When it was received, by which door, under which number (8.2 element 1)."""
    return f"您于{_day(case.received_at)}通过{case.get_channel_display()}反映的诉求（编号 {case.number}）收悉。"


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f" {local.year} 年 {local.month} 月 {local.day} 日"
