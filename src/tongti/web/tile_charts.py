"""乡镇方格: the tile map, one square a township, drawn by the server.

Every square says its name and its numbers in print, so that it reads in grey; growth is a mark and a frame, not a colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WIDE, HIGH, GAP = 108, 78, 6
SHADES = 4
NAME_CHARS = 6


@dataclass(frozen=True)
class Square:
    """One township. ``number`` None: only its name and place are shown; ``shade`` from 0 to 1, ``note`` a short line under the number, ``said`` the whole read aloud."""

    row: int
    column: int
    name: str
    number: int | None
    note: str
    said: str
    shade: float
    grown: bool
    url: str


def tiles(squares: Sequence[Square], name: str = "") -> SafeString:
    """A group of links, each opening the township's list."""
    wide = max((s.column for s in squares), default=1) * (WIDE + GAP) - GAP
    high = max((s.row for s in squares), default=1) * (HIGH + GAP) - GAP
    return format_html(
        '<svg class="tiles" viewBox="-2 -2 {0} {1}" width="{0}" height="{1}" role="group" aria-label="{2}">{3}</svg>',
        wide + 4,
        high + 4,
        name,
        format_html_join("", "{}", ((_square(square),) for square in squares)),
    )


def _square(square: Square) -> SafeString:
    left, top = (square.column - 1) * (WIDE + GAP), (square.row - 1) * (HIGH + GAP)
    shade = min(SHADES, round(square.shade * SHADES + 0.49)) if square.number else 0
    short = square.name if len(square.name) <= NAME_CHARS else square.name[: NAME_CHARS - 1] + "…"
    return format_html(
        '<a href="{}" aria-label="{}"><rect class="tile tile-{}{}" x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<text class="tile-n" x="{}" y="{}">{}</text><text class="tile-v" x="{}" y="{}">{}</text>'
        '<text class="tile-d" x="{}" y="{}">{}</text></a>',
        square.url, square.said, shade, " tile-up" if square.grown else "", left, top, WIDE, HIGH,
        left + 9, top + 20, short, left + 9, top + 48, "" if square.number is None else square.number, left + 9, top + 68, square.note,
    )  # fmt: skip


def note(received: int, change: int) -> str:
    """“收 12 ▲3”: what came in and how it moved, short enough for a square."""
    moved = f" ▲{change}" if change > 0 else f" ▼{-change}" if change < 0 else ""
    return _("收 %(n)d") % {"n": received} + moved
