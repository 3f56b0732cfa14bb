"""周报: the weekly brief of a campaign, in the six parts that staff recognise (domain sheet 2.13).

No official template of the campaign's weekly brief was found (domain sheet 1.3), so the parts follow that of a street office:
1 总体情况, 2 难题类别及排名, 3 重点突出问题, 4 办理质量, 5 趋势研判, 6 下一步措施. The judgement and the next steps are a person's.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate

from tongti.papers.blocks import Block, Heading, Paragraph, Table, day_words
from tongti.papers.kinds.kind import HIDDEN, About, Asked, Kind, Section, Snapshot, Words
from tongti.papers.kinds.phrases import change, no_annex, share, typed
from tongti.shared import clock
from tongti.shared.privacy import without_numbers
from tongti.visits import counting
from tongti.visits.models import Campaign, Finding
from tongti.visits.queries.firms import firm_names
from tongti.visits.queries.progressing import TallyLine, progress

WEEKS = 8
TOP = 5
MOST = 10
NO_CATEGORY = "没有分类"
QUALITY = (
    ("工作组", 30), ("应走访", 11), ("走访过", 11), ("发现", 10), ("登记", 10), ("办结", 10), ("解决", 10), ("过期没走访够", 14),
)  # fmt: skip

SECTIONS = (
    Section("judgement", "趋势研判", "这几周的变化说明什么，下周要盯住什么。"),
    Section("measures", "下一步措施", "谁、做什么、到哪天；一条一行。"),
)


def collect(asked: Asked) -> dict[str, Any]:
    """Everything the brief says of the days ``since`` to ``until`` (both counted), and of the campaign up to now."""
    campaign, since, until = asked.campaign, asked.since, asked.until
    how_far = progress(campaign)
    week = _heard(campaign, since, until)
    days = (until - since).days + 1
    return {
        "campaign": campaign.name,
        "command": campaign.command_name,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "as_of": clock.now().isoformat(),
        "week": _week(campaign, since, until),
        "before": _week(campaign, since - timedelta(days=days), since - timedelta(days=1)),
        "last_year": _last_year(campaign, since, until),
        "sums": _numbers(how_far.sums),
        "first_level": _by_category(week, "first"),
        "leaves": _by_category(week, "category__name")[:TOP],
        "classes": [_numbers(line) for line in how_far.tables["class"]],
        "levels": [_numbers(line) for line in how_far.tables["level"]],
        "teams": [_numbers(line) for line in how_far.tables["team"]],
        "towns": [_numbers(line) for line in how_far.tables["town"]],
        "marked": _marked(week),
        "trend": _trend_of(campaign, since),
    }


def _numbers(line: TallyLine) -> dict[str, Any]:
    return {"name": line.name} | {name: getattr(line, name) for name in counting.MEASURES}


def _heard(campaign: Campaign, since: date, until: date) -> QuerySet[Finding]:
    return counting.heard(campaign).filter(visit__visited_on__range=(since, until))


def _week(campaign: Campaign, since: date, until: date) -> dict[str, Any]:
    """Visits, firms, difficulties of some days; what was closed or solved in them, whenever it was heard. Three queries."""
    made = counting.made(campaign).filter(visited_on__range=(since, until))
    visits = made.aggregate(visits=Count("pk"), firms=Count("party", distinct=True))
    told = _heard(campaign, since, until).aggregate(
        found=Count("pk"),
        raised=Count("case"),
        again=Count("pk", filter=Q(earlier_state="confirmed")),  # what the engine only proposes is nobody's word yet
        joined=Count("question", distinct=True),
    )
    closed = _ended(campaign, since, until).aggregate(closed=Count("pk"), solved=Coalesce(Sum("is_solved"), 0))
    return {"since": since.isoformat(), "until": until.isoformat()} | visits | told | closed


def _ended(campaign: Campaign, since: date, until: date) -> QuerySet[Finding]:
    """Difficulties whose case was closed in these days."""
    rows = counting.heard(campaign).filter(
        counting.finding_condition("closed"), case__closed_at__date__range=(since, until)
    )
    return rows.annotate(is_solved=counting.flag(counting.finding_condition("solved")))


def _trend_of(campaign: Campaign, since: date) -> list[dict[str, Any]]:
    """Week by week, the last beginning on ``since``. Three queries: days are counted, and put together here."""
    first = since - timedelta(weeks=WEEKS - 1)
    last = since + timedelta(days=6)
    weeks: list[dict[str, Any]] = [
        {
            "since": (first + timedelta(weeks=at)).isoformat(),
            "until": (first + timedelta(weeks=at, days=6)).isoformat(),
            **dict.fromkeys(("visits", "found", "raised", "closed", "solved"), 0),
        }
        for at in range(WEEKS)
    ]
    made = counting.made(campaign).filter(visited_on__range=(first, last))
    ended = _ended(campaign, first, last).annotate(day=TruncDate("case__closed_at"))
    counted: tuple[Any, ...] = (
        made.order_by().values(day=F("visited_on")).annotate(visits=Count("pk")),
        _heard(campaign, first, last)
        .order_by()
        .values(day=F("visit__visited_on"))
        .annotate(found=Count("pk"), raised=Count("case")),
        ended.order_by().values("day").annotate(closed=Count("pk"), solved=Sum("is_solved")),
    )
    for rows in counted:
        for row in rows:
            week = weeks[(row["day"] - first).days // 7]
            for name in row.keys() - {"day"}:
                week[name] += row[name]
    return weeks


def _last_year(campaign: Campaign, since: date, until: date) -> dict[str, Any] | None:
    """The same days a year (52 weeks) ago; None when the campaign did not run then."""
    year = timedelta(weeks=52)
    return _week(campaign, since - year, until - year) if campaign.starts_on <= since - year else None


def _by_category(week: QuerySet[Finding], by: str) -> list[dict[str, Any]]:
    named = week.annotate(
        first=Choose(
            When(category__level=3, then=F("category__parent__parent__name")),
            When(category__level=2, then=F("category__parent__name")),
            default=F("category__name"),
        )
    )
    rows = named.order_by().values(name=Coalesce(F(by), Value(NO_CATEGORY))).annotate(n=Count("pk"))
    return [{"name": row["name"], "n": row["n"]} for row in rows.order_by("-n", "name")]


def _marked(week: QuerySet[Finding]) -> list[dict[str, Any]]:
    """What stands out: lifted (C) or shared by several firms (共性), lifted ones first; at most MOST."""
    rows = list(
        week.filter(Q(handling="C") | Q(shared=True))
        .annotate(first=Choose(When(handling="C", then=Value(0)), default=Value(1)))
        .select_related("visit", "case")
        .defer("case__search", "case__body")
        .order_by("first", "pk")[:MOST]
    )
    names = firm_names(row.visit.party_id for row in rows)
    levels = dict(Finding.Level.choices)
    return [
        {
            "title": without_numbers(row.headline),
            "firm": HIDDEN if row.hide_identity else names.get(row.visit.party_id, ""),
            "shared": bool(row.shared),
            "level": str(levels.get(row.level, "")),
            "matter": without_numbers(row.matter),
            "number": row.case.number if row.case else "",
            "state": row.case.get_state_display() if row.case else "没有登记",
        }
        for row in rows
    ]


# --- drawing --------------------------------------------------------------------------------------------------------


def title(snapshot: Snapshot) -> str:
    """《…》周报（…至…）."""
    since, until = (date.fromisoformat(snapshot[name]) for name in ("since", "until"))
    return f"{snapshot['campaign']}周报（{since.month}月{since.day}日—{until.month}月{until.day}日）"


def draw(snapshot: Snapshot, words: Words) -> list[Block]:
    """The six parts."""
    return [
        Heading(1, "一、总体情况"),
        *_general(snapshot),
        Heading(1, "二、难题类别及排名"),
        *_categories(snapshot),
        Heading(1, "三、重点突出问题"),
        *_standing_out(snapshot),
        Heading(1, "四、办理质量"),
        *_quality(snapshot),
        Heading(1, "五、趋势研判"),
        *_trend(snapshot),
        *typed(words, "judgement", "趋势研判"),
        Heading(1, "六、下一步措施"),
        *typed(words, "measures", "下一步措施"),
    ]


def _general(snapshot: Snapshot) -> list[Block]:
    week, before, sums = snapshot["week"], snapshot["before"], snapshot["sums"]
    since, until = (date.fromisoformat(snapshot[name]) for name in ("since", "until"))
    days = (until - since).days + 1
    last_year = snapshot["last_year"]
    year = change(week["found"], last_year["found"], "同比") if last_year else "活动开展不满一年，没有同比"
    return [
        Paragraph(
            f"{day_words(since)}至{day_words(until)}，共走访{week['visits']}次、企业{week['firms']}家"
            f"（{change(week['visits'], before['visits'], '环比')}），发现难题{week['found']}个"
            f"（{change(week['found'], before['found'], '环比')}；{year}），日均{week['found'] / days:.1f}个；"
            f"其中登记为诉求{week['raised']}件。本期办结{week['closed']}件，其中解决{week['solved']}件。"
        ),
        Paragraph(
            f"活动开展以来，应走访{sums['firms']}家，走访过{sums['seen']}家，覆盖率{share(sums['seen'], sums['firms'])}；"
            f"发现难题{sums['found']}个，登记{sums['raised']}件，办结{sums['closed']}件，办结率"
            f"{share(sums['closed'], sums['raised'])}；解决{sums['solved']}件，解决率{share(sums['solved'], sums['raised'])}。"
            "办结与解决分别统计：只有企业认可或独立核实才算解决。"
        ),
    ]


def _categories(snapshot: Snapshot) -> list[Block]:
    found = snapshot["week"]["found"]
    if not found:
        return [Paragraph("本期没有发现难题。")]
    first, leaves = snapshot["first_level"], snapshot["leaves"]
    named = "、".join(f"{row['name']}（{row['n']}个，{share(row['n'], found)}）" for row in first[:3])
    heads, widths = ("序号", "类别", "个数", "占比"), (12, 48, 20, 20)
    tables = [
        Table(
            caption,
            heads,
            [(str(at), row["name"], str(row["n"]), share(row["n"], found)) for at, row in enumerate(rows, start=1)],
            widths,
            frozenset({0, 2, 3}),
        )
        for caption, rows in (("表1　一级类别", first), (f"表2　前{TOP}位", leaves))
    ]
    return [Paragraph(f"从类别看，居前的是{named}。"), *tables]


def _standing_out(snapshot: Snapshot) -> list[Block]:
    rows = snapshot["marked"]
    if not rows:
        return [Paragraph("本期没有提级协调的难题，也没有标为共性的难题。")]
    return [Paragraph(f"{at}.{_one(row)}") for at, row in enumerate(rows, start=1)]


def _one(row: dict[str, Any]) -> str:
    marks = "、".join(word for word in ("共性问题" if row["shared"] else "", row["level"]) if word)
    asked = f"，请求协调：{row['matter']}" if row["matter"] else ""
    number = f"{row['number']}，" if row["number"] else ""
    return f"{row['title']}（{row['firm']}；{marks}；{number}{row['state']}）{asked}。"


def _quality(snapshot: Snapshot) -> list[Block]:
    week, sums = snapshot["week"], snapshot["sums"]
    others = sums["raised"] - sums["closed"]
    return [
        Paragraph(
            f"登记的{sums['raised']}件中，办结{sums['closed']}件，其余{others}件在办或者已撤回。本期发现的难题中，同一家企业以前反映过的"
            f"{week['again']}个；指向已有题目的共{week['joined']}道题。"
        ),
        _tally("表3　各工作组", "工作组", snapshot["teams"]),
        _tally("表4　各乡镇（街道）", "乡镇（街道）", snapshot["towns"]),
        _short("表5　按处置类别", "处置类别", snapshot["classes"]),
        _short("表6　按解决层级", "解决层级", snapshot["levels"]),
    ]


def _tally(caption: str, head: str, rows: Sequence[dict[str, Any]]) -> Table:
    names = ("firms", "seen", "found", "raised", "closed", "solved", "behind")
    heads = [head, *(text for text, _ in QUALITY[1:])]
    cells = [(row["name"], *(str(row[name]) for name in names)) for row in rows]
    return Table(caption, heads, cells, [width for _, width in QUALITY], frozenset(range(1, 8)))


def _short(caption: str, head: str, rows: Sequence[dict[str, Any]]) -> Table:
    names = ("found", "raised", "closed", "solved")
    cells = [
        (
            row["name"],
            *(str(row[name]) for name in names),
            share(row["closed"], row["raised"]),
            share(row["solved"], row["raised"]),
        )
        for row in rows
    ]
    heads = (head, "发现", "登记", "办结", "解决", "办结率", "解决率")
    return Table(caption, heads, cells, (28, 12, 12, 12, 12, 12, 12), frozenset(range(1, 7)))


def _trend(snapshot: Snapshot) -> list[Block]:
    rows = [
        (
            f"{date.fromisoformat(week['since']):%m.%d}—{date.fromisoformat(week['until']):%m.%d}",
            *(str(week[name]) for name in ("visits", "found", "raised", "closed", "solved")),
        )
        for week in snapshot["trend"]
    ]
    heads = (f"近{WEEKS}周", "走访次数", "发现", "登记", "办结", "解决")
    return [Table(f"表7　近{WEEKS}周", heads, rows, (25, 15, 15, 15, 15, 15), frozenset(range(6)))]


WEEKLY = Kind(
    code="weekly",
    name="周报",
    about=About.CAMPAIGN,
    sections=SECTIONS,
    collect=collect,
    title=title,
    draw=draw,
    annex=no_annex,
)
