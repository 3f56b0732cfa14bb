"""The drawings of the 时限墙: the axis of working days, all batons of a unit as thin lines over it, one baton as a bar.

All three are stretched over the same width, one cell a working day, so that they line up without measuring.
"""

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tongti.supervision.queries import Axis, Mark

CELL = 20
HIGH, LOWEST, HIGHEST = 150.0, 1.4, 6.0
"""A unit's drawing is about this high (pixels); a line of it between these."""
_TONES = {"bad": "wl-r", "warn": "wl-w", "info": "wl-b"}


def axis(along: Axis) -> SafeString:
    """The days along the top: the number of each, the month where it begins, today dark."""
    gaps = set(along.gaps())
    cells = []
    for place, day in enumerate(along.days):
        begins = place == 0 or along.days[place - 1].month != day.month
        css = " ".join(name for name, on in (("w", place in gaps), ("n", day == along.today), ("m", begins)) if on)
        cells.append((css, f"{day.month} 月" if begins else "", day.day))
    items = format_html_join("", '<li class="{}"><i>{}</i>{}</li>', cells)
    return format_html('<ol class="wall-x" aria-hidden="true">{}</ol>', items)


def strip(marks: Sequence[Mark], along: Axis) -> SafeString:
    """Every baton of one unit, the worst at the top. The numbers stand beside it in words."""
    step = min(max(HIGH / (len(marks) or 1), LOWEST), HIGHEST)
    height = max(round(step * len(marks)), 8)
    thick = round(max(step * 0.72, 1), 1)
    lines: dict[str, list[str]] = {"wl-s": [], "wl-b": [], "wl-w": [], "wl-r": []}
    for place, mark in enumerate(marks):
        y = round((place + 0.5) * step, 1)
        for css, start, end in _parts(mark, along):
            lines[css].append(f"M{start} {y}H{end}")
    paths = format_html_join(
        "",
        '<path class="{}" d="{}" stroke-width="{}"/>',
        ((css, "".join(d), thick) for css, d in lines.items() if d),
    )
    return _svg("wall-g", along, height, paths)


def bar(mark: Mark, along: Axis) -> SafeString:
    """One baton on the same axis."""
    parts = format_html_join(
        "",
        '<path class="{}" d="M{} 6H{}" stroke-width="8"/>',
        ((css, start, end) for css, start, end in _parts(mark, along)),
    )
    due = min(mark.due, along.length) * CELL
    tick = format_html('<path class="wl-t" d="M{0} 0V12"/>', round(max(due - 1, 1), 1))
    return _svg("wall-b", along, 12, parts + tick)


def _parts(mark: Mark, along: Axis) -> Iterable[tuple[str, float, float]]:
    """(class, from, to) in drawing units: what was given, and what went over it."""
    start, due = (round(min(max(at, 0), along.length) * CELL, 1) for at in (mark.start, mark.due))
    now = round(along.now * CELL, 1)
    if mark.tone != "bad":
        yield _TONES[mark.tone], start, max(due, start + 2)
        return
    if due > start:
        yield "wl-s", start, due
    yield "wl-r", min(due, now - 2), max(now, due + 2)


def _svg(css: str, along: Axis, height: int, body: SafeString) -> SafeString:
    width = along.length * CELL
    now = round(along.now * CELL, 1)
    seams = "".join(f"M{place * CELL} 0V{height}" for place in along.gaps())
    return format_html(
        '<svg class="{0}" viewBox="0 0 {1} {2}" height="{2}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path class="wl-g" d="{3}"/>{4}<path class="wl-n" d="M{5} 0V{2}"/></svg>',
        css,
        width,
        height,
        seams,
        body,
        now,
    )
