"""Papers to the units that handle: 工单, 交办单, 催办单, 督办单. Who asked is masked on all of them (domain sheet 9.5, W1.14)."""

from typing import Any

from tongti.cases.models import Case
from tongti.deadlines.queries import days_left
from tongti.papers.blocks import Block, Facts, Paragraph
from tongti.papers.errors import NothingToWriteAbout
from tongti.papers.kinds.kind import PRIVATE, About, Asked, Kind, Parties, Section, Snapshot, Words
from tongti.papers.kinds.matters import (
    Matter,
    asker_of,
    batons_for,
    batons_of,
    day,
    day_of,
    hotline_phone,
    matter_of,
)
from tongti.papers.kinds.phrases import no_annex, optional
from tongti.relay.models import Baton, Progress
from tongti.shared import clock
from tongti.shared.privacy import without_numbers
from tongti.supervision import queries as supervision
from tongti.supervision.models import LADDER, Item, Rung

REQUEST = Section("request", "办理要求", "对这一件特别的要求；没有就空着。", required=False)
ANSWER_WAY = "一事一文：查明的事实、依据、解决了没有；由单位负责人审定，在系统里报送。"


def _now() -> str:
    return clock.now().isoformat()


def _lines_of(batons: list[Baton]) -> list[dict[str, str]]:
    return [
        {
            "role": str(row.get_role_display()),
            "unit": row.unit.name,
            "task": without_numbers(row.task),
            "due": day(row.due_on),
            "since": day_of(row.offered_at),
            "state": str(row.get_state_display()),
            "late": _late(row),
        }
        for row in batons
    ]


def _late(row: Baton) -> str:
    left = (days_left(row.due_on) or 0) if row.is_open else 0
    return f"已超期{-left}个工作日" if left < 0 else ""


def _units_rows(lines: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(f"{line['role']}单位", f"{line['unit']}：{line['task']}（{line['due']}前）") for line in lines]


def _matter_rows(matter: dict[str, str]) -> list[tuple[str, str]]:
    rows = [
        ("事项编号", matter["number"]), ("事项", matter["title"]), ("来源", matter["source"]), ("反映人", matter["askers"]),
        ("收到时间", matter["received"]), ("分类", matter["category"]),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _plain(matter: Matter) -> dict[str, str]:
    return dict(vars(matter))


# --- 工单 -----------------------------------------------------------------------------------------------------------


def order_parties(case: Case) -> Parties:
    """To whoever holds the case."""
    return Parties(None, case.holder, frozenset(case.units) | ({case.holder_id} if case.holder_id else frozenset()))


def collect_order(asked: Asked) -> dict[str, Any]:
    """The case in its asker's words, and who has which duty until when."""
    case = asked.case
    return {
        "matter": _plain(matter_of(None, case)),
        "asker": asker_of(case),
        "kind": str(case.get_kind_display()),
        "urgency": str(case.get_urgency_display()),
        "place": case.place.name if case.place else "",
        "reply_wanted": case.reply_wanted,
        "units": _lines_of(batons_for(case)),
        "phone": hotline_phone(),
        "as_of": _now(),
        PRIVATE: {"words": without_numbers(case.body)},
    }


def draw_order(snapshot: Snapshot, words: Words) -> list[Block]:
    """The form. The address is shown as far as the village (domain sheet 8.4)."""
    matter = snapshot["matter"]
    rows = [
        ("诉求编号", matter["number"]), ("收到时间", matter["received"]), ("渠道", matter["source"]),
        ("类型", f"{snapshot['kind']}，{snapshot['urgency']}"), ("诉求人", snapshot["asker"]), ("地点", snapshot["place"]),
        ("分类", matter["category"]), ("诉求内容", snapshot[PRIVATE]["words"]),
        ("要不要答复", "要答复" if snapshot["reply_wanted"] else "不用答复"), *_units_rows(snapshot["units"]),
        ("联系电话", snapshot["phone"]),
    ]  # fmt: skip
    if words.get(REQUEST.key, "").strip():
        rows.append((REQUEST.label, words[REQUEST.key].strip()))
    return [Facts([(name, value) for name, value in rows if value])]


ORDER = Kind(
    code="order",
    name="工单",
    about=About.CASE,
    sections=(REQUEST,),
    collect=collect_order,
    title=lambda snapshot: f"诉求办理工单（{snapshot['matter']['number']}）",
    draw=draw_order,
    annex=no_annex,
    parties=order_parties,
)

# --- 交办单 ---------------------------------------------------------------------------------------------------------


def assigned_parties(baton: Baton) -> Parties:
    """To the unit of the baton."""
    return Parties(None, baton.unit, frozenset({baton.unit_id}))


def collect_assigned(asked: Asked) -> dict[str, Any]:
    """One unit's duty, what leaders said of the matter, who else takes part."""
    baton = asked.subject
    assert isinstance(baton, Baton)
    said = supervision.instructions_on(asked.viewer, question=baton.question, case=baton.case)
    return {
        "matter": _plain(matter_of(baton.question, baton.case)),
        "unit": baton.unit.name,
        "role": str(baton.get_role_display()),
        "task": without_numbers(baton.task),
        "due": day(baton.due_on),
        "since": day_of(baton.offered_at),
        "basis": f"{baton.duty.matter}，{baton.duty.basis}" if baton.duty else baton.dispatch_reason,
        "instructions": [f"{row.leader.name}：{without_numbers(row.words)}" for row in said],
        "others": [
            row for row in _lines_of(batons_of(baton.question_id, baton.case_id)) if row["unit"] != baton.unit.name
        ],
        "phone": hotline_phone(),
        "as_of": _now(),
    }


def draw_assigned(snapshot: Snapshot, words: Words) -> list[Block]:
    """The form; what a person adds stands below it."""
    rows = [
        *_matter_rows(snapshot["matter"]),
        *(("领导批示", said) for said in snapshot["instructions"]),
        ("承办单位", f"{snapshot['unit']}（{snapshot['role']}）"),
        ("任务", snapshot["task"]),
        ("派单依据", snapshot["basis"]),
        *_units_rows(snapshot["others"]),
        ("派单时间", snapshot["since"]),
        ("办理期限", snapshot["due"]),
        ("反馈方式", ANSWER_WAY),
        ("联系电话", snapshot["phone"]),
    ]
    lead = f"现将“{snapshot['matter']['title']}”交由你单位办理，请于{snapshot['due']}前办结并反馈。"
    return [Paragraph(lead), Facts([(name, value) for name, value in rows if value]), *optional(words, REQUEST.key)]


def _to(snapshot: Snapshot) -> str:
    return str(snapshot["unit"])


ASSIGNED = Kind(
    code="assigned",
    name="交办单",
    about=About.BATON,
    sections=(REQUEST,),
    collect=collect_assigned,
    title=lambda snapshot: f"关于{snapshot['matter']['number']}事项的交办单",
    draw=draw_assigned,
    annex=no_annex,
    parties=assigned_parties,
    addressee=_to,
)

# --- 催办单, 督办单 ---------------------------------------------------------------------------------------------------


def item_parties(item: Item) -> Parties:
    """To the supervised unit."""
    return Parties(None, item.unit, frozenset({item.unit_id}))


def _collect_item(asked: Asked) -> dict[str, Any]:
    """Why, the way so far, who has which duty, until when an answer is due."""
    item = asked.subject
    assert isinstance(item, Item)
    batons = batons_of(item.question_id, item.case_id)
    last = Progress.objects.filter(baton__in=[row.pk for row in batons], public=True).order_by("-at").first()
    return {
        "matter": _plain(matter_of(item.question, item.case)),
        "unit": item.unit.name,
        "number": item.number,
        "why": without_numbers(item.why),
        "pace": str(item.get_pace_display()),
        "steps": [
            {"rung": str(step.get_rung_display()), "on": day_of(step.at), "words": without_numbers(step.words)}
            for step in item.steps.all()
        ],
        "units": _lines_of(batons),
        "progress": f"{day_of(last.at)}：{without_numbers(last.words)}" if last else "",
        "due": day(item.due_on),
        "next": _next_rung(item.rung),
        "as_of": _now(),
    }


def _next_rung(rung: str) -> str:
    at = LADDER.index(rung) + 1
    return str(Rung(LADDER[at]).label) if at < len(LADDER) else ""


def collect_urged(asked: Asked) -> dict[str, Any]:
    """Raises NothingToWriteAbout before the step 催办 was taken."""
    found = _collect_item(asked)
    if not any(step["rung"] == Rung.URGE.label for step in found["steps"]):
        raise NothingToWriteAbout(why="这件督办没有走过催办这一步")
    return found


def collect_supervised(asked: Asked) -> dict[str, Any]:
    """Raises NothingToWriteAbout before the item has a number (督办单 or above)."""
    found = _collect_item(asked)
    if not found["number"]:
        raise NothingToWriteAbout(why="这件督办还没有到督办单这一步")
    return found


def draw_item(snapshot: Snapshot, words: Words) -> list[Block]:
    """Why, history, new date, what follows."""
    duties = [
        (f"{line['role']}单位", "，".join(x for x in (line["unit"], f"{line['since']}派单", f"期限{line['due']}", line["state"], line["late"]) if x))
        for line in snapshot["units"]
    ]  # fmt: skip
    follows = f"逾期不反馈的，按督办阶梯走下一步：{snapshot['next']}。" if snapshot["next"] else ""
    rows = [
        *_matter_rows(snapshot["matter"]),
        ("督办对象", snapshot["unit"]),
        ("为什么督办", snapshot["why"]),
        ("缓急", snapshot["pace"]),
        *duties,
        ("最近的进展", snapshot["progress"] or "没有公开的进展"),
        *((step["rung"], f"{step['on']}　{step['words']}") for step in snapshot["steps"]),
        ("反馈期限", snapshot["due"]),
        ("反馈要求", ANSWER_WAY),
        ("逾期后果", follows),
    ]
    until = f"请于{snapshot['due']}前反馈办理情况。" if snapshot["due"] else "请抓紧办理，并反馈办理情况。"
    lead = f"你单位承办的“{snapshot['matter']['title']}”，{snapshot['why'].rstrip('。')}。{until}"
    return [Paragraph(lead), Facts([(name, value) for name, value in rows if value]), *optional(words, REQUEST.key)]


def _item_kind(code: str, name: str, collect: Any, **more: Any) -> Kind:
    return Kind(
        code=code,
        name=name,
        about=About.ITEM,
        sections=(REQUEST,),
        collect=collect,
        title=lambda snapshot: f"关于{snapshot['matter']['number']}事项的{name}",
        draw=draw_item,
        annex=no_annex,
        parties=item_parties,
        addressee=_to,
        **more,
    )


URGED = _item_kind("urged", "催办单", collect_urged)
SUPERVISED = _item_kind("supervised", "督办单", collect_supervised, number=lambda snapshot: str(snapshot["number"]))
