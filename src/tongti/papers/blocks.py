"""What a paper consists of, whatever it is drawn as (.docx, .xlsx, a page). No database, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、), 2 （一）."""

    level: int
    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body. ``missing`` marks one that a person has to write still."""

    text: str
    missing: bool = False
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Table:
    """A table with its caption; ``widths`` are shares of the type area, cells of ``numbers`` (columns) are centred."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    numbers: frozenset[int] = frozenset()
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Facts:
    """What is asked of a form: label and value, line by line, in a frame."""

    rows: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "facts"


Block = Heading | Paragraph | Table | Facts


@dataclass(frozen=True)
class Fonts:
    """Names of fonts; the standard's own are not free, so nothing is embedded."""

    title: str
    body: str
    first: str
    second: str


@dataclass(frozen=True)
class Sheet:
    """A whole paper in the elements of GB/T 9704-2012 (7.2 版头, 7.3 主体, 7.4 版记); an empty element is left out.

    ``annex`` is drawn after the body on pages of its own, across (7.3.4). ``at`` is when its data were taken: the file's own
    date too, so that it is made again the same.
    """

    head: str
    number: str
    title: str
    addressee: str
    body: Sequence[Block]
    annex: Sequence[Block]
    annex_title: str
    signer: str
    day: date
    copies: str
    issuer: str
    fonts: Fonts
    at: datetime
    draft: bool
    voided: bool = False

    @property
    def watermark(self) -> str:
        """What stands across every page, until it is signed and again when it is voided."""
        return "草稿" if self.draft else "作废" if self.voided else ""

    @property
    def tables(self) -> list[Table]:
        """The tables in the order in which they stand."""
        return [block for block in (*self.body, *self.annex) if isinstance(block, Table)]


def day_words(day: date) -> str:
    """2026年3月6日: Arabic figures, without zeros in front (GB/T 9704-2012 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"
