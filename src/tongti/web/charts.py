"""Charts drawn by the server as SVG: no script, no inline style, readable on paper and by a screen reader.

Lengths are SVG attributes, colours are classes of tongti.css. A chart that stands alone carries ``role="img"`` and a name;
one that repeats numbers printed beside it is hidden from screen readers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tongti.web.saying import marks, say

BAR_TONES = {"normal": "wd-x", "info": "wd-x", "warn": "wd-warn", "bad": "wd-bad", "ok": "wd-ok"}
CELL_CLASSES = {"past": "d", "today": "n", "future": "", "over": "o", "outside": "x", "after": "x"}
DENSE_FROM = 26


def workdays(cells: Sequence[Any], tone: str = "normal") -> SafeString:
    """The working-day bar: one cell a working day, a gap for days off, dark for today, a tick on the due day.

    ``cells`` are ``worktime`` DayCells (``phase``, ``gap_before``, ``due``) or the Cells of deadlines.queries (``state``).
    """
    items = format_html_join(
        "",
        "<li{}></li>",
        (
            (_class(CELL_CLASSES[_phase(cell)], "w" if cell.gap_before else "", "e" if cell.due else ""),)
            for cell in cells
        ),
    )
    css = f"wd {BAR_TONES.get(tone, 'wd-x')}" + (" wd-dense" if len(cells) > DENSE_FROM else "")
    return format_html('<ol class="{}" aria-hidden="true">{}</ol>', css, items)


def _phase(cell: Any) -> str:
    return str(cell.phase if hasattr(cell, "phase") else cell.state)


def sparkline(values: Sequence[float], target: float | None = None) -> SafeString:
    """A small line of past values with a dashed target; the figures stand beside it, so it is hidden from readers."""
    if len(values) < 2:
        return mark_safe("")
    low, high = min(values), max(values)
    if target is not None:
        low, high = min(low, target), max(high, target)
    span = (high - low) or 1
    step = 142 / (len(values) - 1)

    def y(value: float) -> float:
        return round(44 - (value - low) / span * 36, 1)

    points = [(round(4 + i * step, 1), y(value)) for i, value in enumerate(values)]
    line = " ".join(f"{px},{py}" for px, py in points)
    goal = "" if target is None else format_html('<line class="t" x1="0" x2="150" y1="{0}" y2="{0}"/>', y(target))
    return format_html(
        '<svg class="spark" viewBox="0 0 150 52" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<polyline class="area" points="4,52 {0} {1},52"/>{2}<polyline points="{0}"/>'
        '<circle cx="{1}" cy="{3}" r="3.5"/></svg>',
        line,
        points[-1][0],
        goal,
        points[-1][1],
    )


def mini_bars(values: Sequence[float]) -> SafeString:
    """A few bars, the last one strong: movement over the past days."""
    top = max([*values, 1])
    bars = []
    for i, value in enumerate(values):
        height = round(max(value / top * 24, 2), 1)
        bars.append(("cb" if i == len(values) - 1 else "cm", round(i * 12.7, 1), round(24 - height, 1), height))
    width = max(round(len(values) * 12.7 - 4.7), 8)
    rects = format_html_join("", '<rect class="{}" x="{}" y="{}" width="8" height="{}" rx="1.5"/>', bars)
    return format_html(
        '<svg class="mini" viewBox="0 0 {0} 24" width="{0}" height="24" aria-hidden="true" focusable="false">{1}</svg>',
        width,
        rects,
    )


@dataclass(frozen=True)
class Column:
    """One day of the due chart. ``label`` is the day's number, ``under`` its weekday; ``url`` opens the list behind it."""

    label: str
    under: str = ""
    normal: int = 0
    near: int = 0
    overdue: int = 0
    url: str = ""

    @property
    def total(self) -> int:
        """What the number above the column says."""
        return self.normal + self.near + self.overdue

    @property
    def words(self) -> str:
        """The column read aloud."""
        parts = ((_("超期"), self.overdue), (_("临期"), self.near), (_("正常"), self.normal))
        split = "，".join(f"{word} {number}" for word, number in parts if number)
        day = f"{say(self.label)} {say(self.under)}".strip()
        return marks(f"{day}：{self.total}" + (f"（{split}）" if split else ""))


BASE, TOP, STEP, WIDE = 214, 22, 43.64, 26


def columns(data: Iterable[Column | Mapping[str, Any]], name: str = "") -> SafeString:
    """What falls due on each working day, stacked; every column says its number and may open its list.

    With links inside, the drawing is a group of links; without, it is one image whose name lists the numbers.
    """
    days = [day if isinstance(day, Column) else Column(**day) for day in data]
    top = max([day.total for day in days] + [1])
    width = round(len(days) * STEP)
    linked = any(day.url for day in days)
    said = f"{say(name)}：" if name else ""
    label = marks(said + "；".join(day.words for day in days))
    grid = format_html_join(
        "",
        '<line class="grid-l" x1="0" x2="{0}" y1="{1}" y2="{1}"/>',
        ((width, y) for y in (BASE, (BASE + TOP) / 2, TOP)),
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} 250" width="100%" {}>{}{}</svg>',
        width,
        format_html('role="group" aria-label="{}"', say(name))
        if linked
        else format_html('role="img" aria-label="{}"', label),
        grid,
        format_html_join("", "{}", ((_column(day, i, top),) for i, day in enumerate(days))),
    )


def _column(day: Column, index: int, top: int) -> SafeString:
    left = round(index * STEP + (STEP - WIDE) / 2, 1)
    middle = round(left + WIDE / 2, 1)
    floor = BASE - 1.5
    rects = []
    for css, number in (("cb", day.normal), ("cw", day.near), ("cr", day.overdue)):
        if number:
            height = max(round(number / top * (BASE - TOP) - 1.5, 1), 1.5)
            floor = round(floor - height, 1)
            rects.append((css, left, floor, WIDE, height))
            floor -= 1.5
    body = format_html(
        '{}<text class="axis-b" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="axis" x="{}" y="229" text-anchor="middle">{}</text>'
        '<text class="axis" x="{}" y="243" text-anchor="middle">{}</text>',
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>', rects),
        middle, round(floor - 4.5, 1), day.total, middle, say(day.label), middle, say(day.under),
    )  # fmt: skip
    if not day.url:
        return body
    hit = format_html('<rect class="hit" x="{}" y="4" width="{}" height="244"/>', round(index * STEP, 1), STEP)
    return format_html('<a href="{}" aria-label="{}">{}{}</a>', day.url, day.words, hit, body)


def bar(share: float, tone: str = "fg") -> SafeString:
    """A thin bar, ``share`` from 0 to 100; the number stands beside it."""
    return format_html(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-bg" width="100" height="6"/><rect class="bar-{}" width="{}" height="6"/></svg>',
        tone,
        _clamp(share),
    )


def bullet(value: float, target: float, tick: float | None = None, tone: str = "") -> SafeString:
    """Value against target, with a tick where time has got to (percent). Behind the tick it turns amber, far behind red."""
    done = _clamp(value / target * 100 if target else 0)
    mark = (
        ""
        if tick is None
        else format_html('<rect class="bar-t" x="{}" width=".8" height="10"/>', min(_clamp(tick), 99.2))
    )
    return format_html(
        '<svg class="bul" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-bg" y="2" width="100" height="6" rx="1"/><rect class="bar-{}" y="2" width="{}" height="6" rx="1"/>{}</svg>',
        tone or _pace(done, tick),
        done,
        mark,
    )


def weight_bar(weight: float, top: float) -> SafeString:
    """A signed bar from a middle line: to the right speaks for, to the left against."""
    length = round(min(abs(weight) / (top or 1), 1) * 48, 1)
    left = 50 if weight >= 0 else round(50 - length, 1)
    return format_html(
        '<svg class="wgt" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-bg" y="4.5" width="100" height="1"/><rect class="{}" x="{}" y="1.5" width="{}" height="7"/>'
        '<rect class="bar-t" x="49.7" width=".6" height="10"/></svg>',
        "bar-ok" if weight >= 0 else "bar-mute",
        left,
        length,
    )


def _pace(done: float, tick: float | None) -> str:
    if tick is None or done >= tick:
        return "ok"
    return "warn" if done >= tick * 0.7 else "bad"


def _clamp(share: float) -> float:
    return round(min(max(share, 0), 100), 1)


def _class(*names: str) -> SafeString:
    css = " ".join(name for name in names if name)
    return format_html(' class="{}"', css) if css else mark_safe("")
