"""问题清单 by level (县级解决 / 提请市级协调 / 提请自治区协调): a short letter, and the list as an annex across.

The columns follow the escalation list of the domain sheet (W4: number, problem, firms, what was tried, legal basis, what is asked,
by whom, reply date, result).
"""

from datetime import date
from typing import Any

from tongti.papers.blocks import Block, Paragraph, Table, day_words
from tongti.papers.kinds.kind import About, Asked, Kind, Snapshot, Words
from tongti.papers.kinds.listed import rows_of
from tongti.shared import clock
from tongti.visits.models import Finding

MOST = 500
"""A list that leaves on paper; what is longer is told so on the paper, and goes as a file (台账导出)."""

COLUMNS = (
    ("序号", 4), ("编号", 12), ("问题", 16), ("涉及企业", 10), ("已做工作", 14), ("依据", 11), ("请求事项", 14), ("请求谁", 7),
    ("答复期限", 6), ("进展", 6),
)  # fmt: skip
KEYS = ("number", "title", "firms", "tried", "basis", "asked", "asked_of", "reply_by", "state")


def collect(asked: Asked) -> dict[str, Any]:
    """The lines of one level, as far as the person who makes the paper may see them."""
    rows = rows_of(asked, MOST + 1)
    return {
        "campaign": asked.campaign.name,
        "level": str(dict(Finding.Level.choices)[asked.scope]),
        "until": asked.until.isoformat(),
        "as_of": clock.now().isoformat(),
        "rows": rows[:MOST],
        "cut": len(rows) > MOST,
    }


def title(snapshot: Snapshot) -> str:
    """…提请市级协调问题清单."""
    return f"{snapshot['campaign']}{snapshot['level']}问题清单"


def draw(snapshot: Snapshot, _words: Words) -> list[Block]:
    """The letter."""
    rows, level = snapshot["rows"], snapshot["level"]
    until = day_words(date.fromisoformat(snapshot["until"]))
    if not rows:
        return [Paragraph(f"截至{until}，没有列入“{level}”的问题。")]
    what = (
        "本级解决"
        if level == Finding.Level.COUNTY.label
        else f"{level.removeprefix('提请').removesuffix('协调')}协调解决"
    )
    more = f"（另有更多，本清单只列前{MOST}个）" if snapshot["cut"] else ""
    return [Paragraph(f"截至{until}，{snapshot['campaign']}中需由{what}的问题共{len(rows)}个{more}，清单附后。")]


def annex(snapshot: Snapshot) -> tuple[str, list[Block]]:
    """The list."""
    rows = snapshot["rows"]
    if not rows:
        return "", []
    cells = [(str(at), *(row[key] for key in KEYS)) for at, row in enumerate(rows, start=1)]
    heads, widths = [head for head, _ in COLUMNS], [width for _, width in COLUMNS]
    name = f"{snapshot['level']}问题清单"
    return name, [Table(name, heads, cells, widths, frozenset({0, 8, 9}))]


LEVELS = Kind(
    code="levels",
    name="问题清单",
    about=About.CAMPAIGN,
    sections=(),
    collect=collect,
    title=title,
    draw=draw,
    annex=annex,
    scopes={str(code): str(word) for code, word in Finding.Level.choices},
)
