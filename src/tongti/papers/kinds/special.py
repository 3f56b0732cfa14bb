"""专报: one theme, for leaders: facts and numbers, cause, cases, what was done, and advice that a person writes (domain sheet 9.5)."""

from collections import Counter
from datetime import timedelta
from typing import Any

from tongti.cases.models import Case
from tongti.figures import queries as figures
from tongti.papers.blocks import Block, Heading, Paragraph, Table
from tongti.papers.kinds.kind import PRIVATE, About, Asked, Kind, Section, Snapshot, Words
from tongti.papers.kinds.matters import batons_of, day, day_of, lead_among, matter_of
from tongti.papers.kinds.phrases import no_annex, optional, typed
from tongti.papers.kinds.rates import said
from tongti.questions import queries as questions
from tongti.questions.models import Membership, Question
from tongti.relay.models import Progress
from tongti.shared import clock
from tongti.shared.privacy import without_numbers
from tongti.supervision import queries as supervision
from tongti.verdicts import queries as verdicts

SECTIONS = (
    Section("cause", "症结", "题目里已写的症结会写进去；要补充的写在这里。", required=False),
    Section("elsewhere", "外地做法", "别处怎么办的，写明出处；没有就空着。", required=False),
    Section("advice", "建议", "请哪一级、做什么、到哪天；一条一行。"),
)
MONTHS, EXAMPLES, EXCERPT, PLACES = 12, 3, 120, 5


def collect(asked: Asked) -> dict[str, Any]:
    """The question as it stands: who asks since when and where, what was found and done, what its askers say."""
    question = asked.subject
    assert isinstance(question, Question)
    batons = batons_of(question.pk, None)
    lead = lead_among(batons)
    noted = Progress.objects.filter(baton__in=[row.pk for row in batons], public=True).order_by("-at")[:EXAMPLES]
    cases = questions.central_cases(asked.viewer, question, EXAMPLES)
    return {
        "matter": dict(vars(matter_of(question, None))),
        "title": question.title,
        "askers": question.asker_count,
        "firms": question.enterprise_count,
        "cases": question.case_count,
        "first": day_of(question.first_received_at),
        "last": day_of(question.last_received_at),
        "state": str(question.get_state_display()),
        "facts": without_numbers(question.facts),
        "cause": without_numbers(question.root_cause),
        "handling": str(question.get_handling_display()),
        "months": _months(question),
        "places": _places(question),
        "lead": lead.unit.name if lead else "",
        "helpers": [row.unit.name for row in batons if row != lead],
        "due": day(lead.due_on) if lead else "",
        "done": [f"{day_of(row.at)}：{without_numbers(row.words)}" for row in noted],
        "instructions": [
            f"{row.leader.name}（{day_of(row.at)}）：{without_numbers(row.words)}"
            for row in supervision.instructions_on(asked.viewer, question=question)
        ],
        "said": [[rate.name, [rate.numerator, rate.denominator]] for rate in verdicts.said_of_question(question.pk)],
        "as_of": clock.now().isoformat(),
        PRIVATE: {"examples": [_example(case) for case in cases]},
    }


def _months(question: Question) -> list[dict[str, Any]]:
    """New askers of the last months, the oldest first; months before the first one are left out."""
    today = clock.today()
    since = (today.replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    counts: Counter[str] = Counter()
    moved = figures.by_subject_and_day("question_askers", [question.pk], since=since, until=today)
    for (_pk, on), n in moved.items():
        counts[f"{on:%Y-%m}"] += n
    return [{"name": name, "n": max(0, counts[name])} for name in sorted(counts)]


def _places(question: Question) -> list[dict[str, Any]]:
    rows = Membership.objects.filter(question=question, state=Membership.State.ACTIVE)
    counted = Counter(rows.order_by().values_list("case__place__name", flat=True))
    return [{"name": name or "没有地点", "n": n} for name, n in counted.most_common(PLACES)]


def _example(case: Case) -> dict[str, str]:
    words = without_numbers(case.body)
    return {"number": case.number, "words": words[:EXCERPT] + "…" * (len(words) > EXCERPT)}


def draw(snapshot: Snapshot, words: Words) -> list[Block]:
    """Facts and numbers, cause, cases, what was done, advice."""
    parts: list[tuple[str, list[Block]]] = [
        ("基本情况", _facts(snapshot)),
        ("症结", _cause(snapshot, words)),
        ("典型诉求", _examples(snapshot)),
        ("已做的工作", _done(snapshot)),
        *([("外地做法", optional(words, "elsewhere"))] if words.get("elsewhere", "").strip() else []),
        ("建议", typed(words, "advice", "建议")),
    ]
    found: list[Block] = []
    for numeral, (name, blocks) in zip("一二三四五六", parts, strict=False):
        found += [Heading(1, f"{numeral}、{name}"), *blocks]
    return found


def _facts(snapshot: Snapshot) -> list[Block]:
    matter = snapshot["matter"]
    firms = f"，其中企业{snapshot['firms']}家" if snapshot["firms"] else ""
    found: list[Block] = [
        Paragraph(
            f"“{snapshot['title']}”（{matter['number']}），{snapshot['first']}第一次反映，{snapshot['last']}最近一次反映，"
            f"共{snapshot['askers']}人（家）同问{firms}，诉求{snapshot['cases']}件；来源：{matter['source']}。现在{snapshot['state']}。"
        )
    ]
    if snapshot["facts"]:
        found.append(Paragraph(f"查明的情况：{snapshot['facts']}"))
    heads, widths = ("名称", "数量"), (60, 40)
    for name, key in (("表1　每月新增同问人", "months"), ("表2　主要地点（件）", "places")):
        if snapshot[key]:
            rows = [(row["name"], str(row["n"])) for row in snapshot[key]]
            found.append(Table(name, heads, rows, widths, frozenset({0, 1})))
    return found


def _cause(snapshot: Snapshot, words: Words) -> list[Block]:
    known: list[Block] = [Paragraph(snapshot["cause"])] if snapshot["cause"] else []
    return [*known, *optional(words, "cause")] or [Paragraph("症结还没有查明。")]


def _examples(snapshot: Snapshot) -> list[Block]:
    rows = snapshot[PRIVATE]["examples"]
    return [Paragraph(f"{at}.{row['number']}：“{row['words']}”") for at, row in enumerate(rows, 1)] or [
        Paragraph("没有并入的诉求。")
    ]


def _done(snapshot: Snapshot) -> list[Block]:
    helpers = f"，{'、'.join(snapshot['helpers'])}配合" if snapshot["helpers"] else ""
    led = f"由{snapshot['lead']}牵头{helpers}，办理期限到{snapshot['due']}。" if snapshot["lead"] else "还没有派单。"
    how = f"处置类别：{snapshot['handling']}。" if snapshot["handling"] else ""
    rates = "，".join(f"{name}{said(pair)}" for name, pair in snapshot["said"])
    told = f"诉求人评价：{rates}。" if rates else "还没有诉求人评价。"
    lines = [led + how, *snapshot["done"], *(f"领导批示：{line}" for line in snapshot["instructions"]), told]
    return [Paragraph(line) for line in lines]


SPECIAL = Kind(
    code="special",
    name="专报",
    about=About.QUESTION,
    sections=SECTIONS,
    collect=collect,
    title=lambda snapshot: f"关于“{snapshot['title']}”的专报",
    draw=draw,
    annex=no_annex,
)
