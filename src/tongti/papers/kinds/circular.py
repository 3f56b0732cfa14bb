"""通报: rates by unit, each with its two numbers; a ranking only where a person says that it is allowed here (domain sheet 9.5, W2).

A unit without a case is “无诉求”, not 0 %; one with fewer than SMALL is marked and gets no rank.
"""

from datetime import date
from typing import Any

from tongti.papers.blocks import Block, Heading, Paragraph, Table, day_words
from tongti.papers.kinds import rates
from tongti.papers.kinds.kind import About, Asked, Kind, Section, Snapshot, Words
from tongti.papers.kinds.phrases import no_annex, optional, typed
from tongti.shared import clock
from tongti.verdicts.queries import SMALL

PLAIN, RANKED = "plain", "ranked"
SECTIONS = (
    Section("cases", "正反典型", "做得好的、做得差的各写一两件，不写人名；没有就空着。", required=False),
    Section("demand", "有关要求", "要求谁、做什么、到哪天；一条一行。"),
)
LEADING = "on_time"


def collect(asked: Asked) -> dict[str, Any]:
    """The district and every unit, in these days."""
    units = rates.by_unit(asked.since, asked.until)
    if asked.scope == RANKED:
        units = _ranked(units)
    return {
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "as_of": clock.now().isoformat(),
        "ranked": asked.scope == RANKED,
        "now": rates.totals(asked.since, asked.until),
        "units": units,
    }


def _ranked(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By the on-time rate; equal ones share a rank; too few to compare come last, without one."""
    enough = [row for row in units if row["rates"][LEADING][1] >= SMALL]
    enough.sort(key=lambda row: -_rate(row))
    shares = [_rate(row) for row in enough]
    placed = [row | {"rank": str(shares.index(_rate(row)) + 1)} for row in enough]
    return placed + [row | {"rank": "—"} for row in units if row["rates"][LEADING][1] < SMALL]


def _rate(row: dict[str, Any]) -> float:
    part, whole = row["rates"][LEADING]
    return float(part) / float(whole)


def title(snapshot: Snapshot) -> str:
    """关于2026年3月1日至3月31日诉求办理情况的通报."""
    since, until = (date.fromisoformat(snapshot[name]) for name in ("since", "until"))
    end = f"{until.month}月{until.day}日" if since.year == until.year else day_words(until)
    return f"关于{day_words(since)}至{end}诉求办理情况的通报"


def draw(snapshot: Snapshot, words: Words) -> list[Block]:
    """General, units, examples, demand."""
    now, examples = snapshot["now"], optional(words, "cases")
    parts: list[tuple[str, list[Block]]] = [
        (
            "总体情况",
            [
                Paragraph(
                    f"全区收到诉求{now['received']}件，答复{now['answered']}件，按期率"
                    f"{rates.said(now['rates']['on_time'], none='无答复')}；响应率{rates.said(now['rates']['responded'])}，"
                    f"解决率{rates.said(now['rates']['solved'])}，满意率{rates.said(now['rates']['satisfied'])}。"
                )
            ],
        ),
        ("各单位情况", _units(snapshot)),
        *([("正反典型", examples)] if examples else []),
        ("有关要求", typed(words, "demand", "有关要求")),
    ]
    found: list[Block] = []
    for numeral, (name, blocks) in zip("一二三四", parts, strict=False):
        found += [Heading(1, f"{numeral}、{name}"), *blocks]
    return found


def _units(snapshot: Snapshot) -> list[Block]:
    if not snapshot["units"]:
        return [Paragraph("没有单位答复，也没有单位在办。")]
    ranked = snapshot["ranked"]
    rows = [_unit(row, ranked=ranked) for row in snapshot["units"]]
    heads = (*(["位次"] if ranked else []), "单位", "答复", "按期率", "响应率", "解决率", "满意率")
    widths = (*([7] if ranked else []), 17, 7, 19, 19, 19, 19)
    order = "按期率从高到低排位，并列的同一位次" if ranked else "按单位代码排列，不排名"
    return [
        Paragraph(f"{order}；括号里是分子和分母，“数小”的分母不足{SMALL}，不作比较、不排位；没有诉求的写“无诉求”。"),
        Table("表1　各单位", heads, rows, widths, frozenset(range(len(heads))) - {1 if ranked else 0}),
    ]


def _unit(row: dict[str, Any], *, ranked: bool) -> tuple[str, ...]:
    nothing = not row["answered"] and not row["open"]
    none = "无诉求" if nothing else "无评价"
    return (
        *([row["rank"]] if ranked else []),
        row["name"],
        str(row["answered"]),
        rates.said(row["rates"]["on_time"], none="无诉求" if nothing else "无答复"),
        *(rates.said(row["rates"][code], none=none) for code in ("responded", "solved", "satisfied")),
    )


CIRCULAR = Kind(
    code="circular",
    name="通报",
    about=About.DISTRICT,
    sections=SECTIONS,
    collect=collect,
    title=title,
    draw=draw,
    annex=no_annex,
    scopes={PLAIN: "不排名", RANKED: "排名（本地规定允许的才用）"},
)
