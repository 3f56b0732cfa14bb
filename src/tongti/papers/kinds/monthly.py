"""月报: volumes with their change against the month before and the year before, hot questions, units, satisfaction (domain sheet 9.5).

The judgement and the next steps are a person's. Answered is not solved: both are counted, apart.
"""

from datetime import date
from typing import Any

from tongti.cases.models import Case
from tongti.papers.blocks import Block, Heading, Paragraph, Table, day_words
from tongti.papers.kinds import rates
from tongti.papers.kinds.kind import About, Asked, Kind, Section, Snapshot, Words
from tongti.papers.kinds.phrases import change, no_annex, share, typed
from tongti.shared import clock
from tongti.shared.errors import BadInput

SECTIONS = (
    Section("judgement", "趋势研判", "这个月的变化说明什么，下个月要盯住什么。"),
    Section("measures", "下一步措施", "谁、做什么、到哪天；一条一行。"),
)


def check(since: date, until: date) -> None:
    """Days of one calendar month, from its first. Raises BadInput."""
    if since.day != 1:
        raise BadInput("since", "月报从当月 1 日开始。")
    if (since.year, since.month) != (until.year, until.month):
        raise BadInput("until", "月报只写一个月，截止日期要在同一个月。")


def collect(asked: Asked) -> dict[str, Any]:
    """Everything the report says of the month."""
    since, until = asked.since, asked.until
    channels = dict(Case.Channel.choices)
    kinds = dict(Case.Kind.choices)
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "as_of": clock.now().isoformat(),
        "now": rates.totals(since, until),
        "before": rates.totals(*rates.before(since, until)),
        "year": rates.totals(*rates.year_ago(since, until)),
        "channels": _named(rates.volumes_by(since, until, "channel"), channels),
        "kinds": _named(rates.volumes_by(since, until, "kind"), kinds),
        "categories": rates.volumes_by(since, until, "category__name"),
        "places": rates.volumes_by(since, until, "place__name"),
        "hot": rates.hot(since, until),
        "units": rates.by_unit(since, until),
    }


def _named(rows: list[dict[str, Any]], words: dict[str, Any]) -> list[dict[str, Any]]:
    return [row | {"name": str(words.get(row["name"], row["name"]))} for row in rows]


def title(snapshot: Snapshot) -> str:
    """群众和企业诉求办理情况月报（2026年3月）."""
    since = date.fromisoformat(snapshot["since"])
    return f"群众和企业诉求办理情况月报（{since.year}年{since.month}月）"


def draw(snapshot: Snapshot, words: Words) -> list[Block]:
    """Six parts, as in the weekly brief."""
    return [
        Heading(1, "一、总体情况"),
        *_general(snapshot),
        Heading(1, "二、诉求来源和类别"),
        *_volumes(snapshot),
        Heading(1, "三、热点同题"),
        *_hot(snapshot),
        Heading(1, "四、办理质量和满意情况"),
        *_quality(snapshot),
        Heading(1, "五、趋势研判"),
        *typed(words, "judgement", "趋势研判"),
        Heading(1, "六、下一步措施"),
        *typed(words, "measures", "下一步措施"),
    ]


def _moved(snapshot: Snapshot, code: str) -> str:
    now, year = snapshot["now"][code], snapshot["year"][code]
    # nothing at all a year ago: the system was not there yet
    there = snapshot["year"]["received"]
    last = change(now, year, "同比") if there else "去年同期没有数据"
    return f"{change(now, snapshot['before'][code], '环比')}；{last}"


def _general(snapshot: Snapshot) -> list[Block]:
    now = snapshot["now"]
    since, until = (date.fromisoformat(snapshot[name]) for name in ("since", "until"))
    days = (until - since).days + 1
    return [
        Paragraph(
            f"{day_words(since)}至{day_words(until)}，共收到诉求{now['received']}件（{_moved(snapshot, 'received')}），"
            f"日均{now['received'] / days:.1f}件；答复{now['answered']}件（{_moved(snapshot, 'answered')}），"
            f"其中超期{now['answered_late']}件；重新打开{now['reopened']}件。"
        ),
        Paragraph(
            f"按期率{rates.said(now['rates']['on_time'], none='无答复')}。请人评价{now['verdict_asked']}件，收到评价"
            f"{now['verdict_given']}件；其中解决率{rates.said(now['rates']['solved'])}，满意率"
            f"{rates.said(now['rates']['satisfied'])}。答复与解决分别统计：没有评价的不算解决，也不算满意。"
        ),
    ]


def _volumes(snapshot: Snapshot) -> list[Block]:
    received = snapshot["now"]["received"]
    if not received:
        return [Paragraph("本月没有收到诉求。")]
    heads, widths = ("序号", "名称", "件数", "占比"), (12, 48, 20, 20)
    return [
        Table(
            f"表{at}　{name}",
            heads,
            [(str(n), row["name"], str(row["n"]), share(row["n"], received)) for n, row in enumerate(snapshot[key], 1)],
            widths,
            frozenset({0, 2, 3}),
        )
        for at, (name, key) in enumerate(
            (
                ("渠道", "channels"),
                ("类型", "kinds"),
                (f"类别（前{rates.MOST}位）", "categories"),
                (f"地点（前{rates.MOST}位）", "places"),
            ),
            start=1,
        )
    ]


def _hot(snapshot: Snapshot) -> list[Block]:
    if not snapshot["hot"]:
        return [Paragraph("没有在办的同题。")]
    rows = [
        (row["number"], row["title"], str(row["askers"]), str(row["new"]), row["lead"], row["state"])
        for row in snapshot["hot"]
    ]
    heads = ("题号", "题目", "同问人数", "本月新增", "牵头单位", "状态")
    return [Table("表5　热点同题", heads, rows, (16, 36, 10, 10, 15, 13), frozenset({0, 2, 3, 5}))]


def _quality(snapshot: Snapshot) -> list[Block]:
    if not snapshot["units"]:
        return [Paragraph("本月没有单位答复，也没有单位在办。")]
    rows = [
        (
            row["name"],
            str(row["open"]),
            str(row["answered"]),
            str(row["late"]),
            rates.said(row["rates"]["on_time"], none="无答复"),
            rates.said(row["rates"]["solved"]),
            rates.said(row["rates"]["satisfied"]),
        )
        for row in snapshot["units"]
    ]
    heads = ("单位", "在办", "答复", "超期", "按期率", "解决率", "满意率")
    return [
        Paragraph("各单位情况如下，按单位代码排列；“数小”的分母不足5，不作比较。"),
        Table("表6　各单位", heads, rows, (16, 8, 8, 8, 20, 20, 20), frozenset(range(1, 7))),
    ]


MONTHLY = Kind(
    code="monthly",
    name="月报",
    about=About.DISTRICT,
    sections=SECTIONS,
    collect=collect,
    title=title,
    draw=draw,
    annex=no_annex,
    check=check,
)
