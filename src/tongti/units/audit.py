"""审计: who looked, changed, took out, signed in. Read from the trail, which holds no words of any case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongti.accounts.models import Officer
from tongti.shared import clock
from tongti.shared.actor import CALLED
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.trail import actions as trail
from tongti.trail import queries as trail_events
from tongti.trail.models import Event
from tongti.trail.wording import words_of
from tongti.units.access import ROLES, May, Viewer
from tongti.units.models import Transfer, Unit
from tongti.units.transfer import sheets

MOST_ROWS = 10_000


@dataclass(frozen=True)
class Kind:
    """One thing an auditor looks for, and the verbs that tell of it. ``prefixes``: every verb that begins so."""

    code: str
    name: str
    verbs: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind("identity", "看过身份", ("party.revealed", "party.recognised", "case.asker_revealed")),
    Kind("exports", "导出", ("catalogue.exported", "audit.exported"), ("export.", "report.", "ledger.")),
    Kind(
        "sign_ins",
        "登录",
        (
            "officer.signed_in",
            "officer.sign_in_failed",
            "officer.password_changed",
            "officer.password_reset",
        ),
    ),
    Kind(
        "settings",
        "管理变更",
        ("catalogue.imported",),
        (
            "unit.",
            "post.",
            "officer.",
            "category.",
            "duty.",
            "template.",
            "regime.",
            "special_day.",
            "calendar_notice.",
            "office_hours.",
            "recount.",
            "figure_check.",
        ),
    ),
    Kind("work", "办件动作", (), ("case.", "question.", "baton.", "part.", "answer.", "import.")),
)

_OBJECTS: dict[str, str] = {
    "case": "诉求",
    "question": "同题",
    "membership": "并入",
    "baton": "接力棒",
    "objection": "异议",
    "answer": "共答",
    "verdict": "评价",
    "part": "分答",
    "importbatch": "导入",
    "party": "对象",
    "officer": "账号",
    "post": "岗位",
    "unit": "单位",
    "category": "分类",
    "duty": "职责",
    "template": "用语",
    "regime": "时限规则",
    "specialday": "特殊日期",
    "calendarnotice": "放假通知",
    "officehours": "作息时间",
    "recount": "重算",
    "check": "计数核对",
    "transfer": "导入导出",
}

# Facts that an auditor reads: all of them are codes, names of fields, numbers or dates.
_FACTS: dict[str, str] = {
    "code": "代码",
    "kind": "内容",
    "fields": "改了",
    "role": "角色",
    "unit": "单位",
    "officer": "账号",
    "until": "止",
    "from": "原",
    "to": "现",
    "version": "版本",
    "rows": "行数",
    "added": "新增",
    "changed": "修改",
    "day": "日期",
    "state": "状态",
    "minutes": "分钟",
    "reveal": "查看授权",
    "case": "诉求",
    "demo": "演示",
}


# Codes and names of fields that stand in those facts.
_VALUES: dict[str, str] = {
    "units": "单位",
    "officers": "人员",
    "categories": "事项分类",
    "duties": "职责清单",
    "regimes": "时限规则",
    "texts": "用语和模板",
    "name": "名称",
    "short_name": "简称",
    "kind": "类别",
    "region_id": "地区",
    "phone": "电话",
    "username": "登录名",
    "matter": "事项",
    "category_id": "分类",
    "lead_id": "牵头单位",
    "helpers": "协办单位",
    "by_territory": "属地参与",
    "keywords": "关键词",
    "basis": "依据",
    "valid_from": "生效",
    "valid_to": "失效",
    "work": "上班",
    "off": "放假",
    "half": "半天",
}


@dataclass(frozen=True)
class Filter:
    """What the auditor asked for; empty parts do not narrow."""

    kind: str = ""
    officer_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Entry:
    """One event in words. ``verb`` is kept for whoever knows the code."""

    at: datetime
    who: str
    unit: str
    verb: str
    words: str
    about: str
    facts: str
    reveal_id: int | None = None


def kinds() -> list[tuple[str, str]]:
    """For a form."""
    return [(kind.code, kind.name) for kind in KINDS]


def events(viewer: Viewer, asked: Filter, cursor: str = "") -> tuple[Page[Event], list[Entry]]:
    """One page, newest first; names of officers and units in two more queries."""
    page = page_of(_rows(viewer, asked), order=["-id"], cursor=cursor, size=50)
    return page, _entries(page.rows)


@transaction.atomic
def export(*, asked: Filter, by: Viewer) -> tuple[str, bytes, bool]:
    """(file name, sheet, whether it was cut at MOST_ROWS) of what was asked for. Taking it out is itself an event."""
    rows = list(_rows(by, asked).order_by("-id")[: MOST_ROWS + 1])
    cut, rows = len(rows) > MOST_ROWS, rows[:MOST_ROWS]
    headings = ["时间", "人员", "单位", "动作", "对象", "说明", "代码"]
    cells = (
        [f"{timezone.localtime(e.at):%Y-%m-%d %H:%M:%S}", e.who, e.unit, e.words, e.about, e.facts, e.verb]
        for e in _entries(rows)
    )
    content = sheets.write("审计", headings, cells)
    note = Transfer.objects.create(kind="audit", came_in=False, rows=len(rows), at=clock.now())
    facts = {"kind": asked.kind, "officer": asked.officer_id, "rows": len(rows)}
    trail.record("audit.exported", note, by=by, facts=facts, first=True)
    return f"audit-{clock.today():%Y%m%d}.xlsx", content, cut


def officers(viewer: Viewer) -> list[tuple[int, str]]:
    """(id, name and sign-in name) of every account ever, for a form; an auditor may look at those switched off too."""
    _audits(viewer)
    return [
        (pk, f"{name}（{username}）")
        for pk, name, username in Officer.objects.order_by("name").values_list("id", "name", "username")
    ]


def _audits(viewer: Viewer) -> None:
    if not viewer.can(May.AUDIT):
        raise NotVisible


def _rows(viewer: Viewer, asked: Filter) -> QuerySet[Event]:
    _audits(viewer)
    rows = Event.objects.all()
    kind = next((kind for kind in KINDS if kind.code == asked.kind), None)
    if kind is not None:
        wanted = Q(verb__in=kind.verbs)
        for prefix in kind.prefixes:
            wanted |= Q(verb__startswith=prefix)
        rows = rows.filter(wanted)
        if kind.code == "settings":
            rows = rows.exclude(verb__in=next(k for k in KINDS if k.code == "sign_ins").verbs[:2])
    if asked.officer_id is not None:
        rows = rows.filter(actor_kind="officer", actor_id=asked.officer_id)
    return trail_events.between(rows, asked.since, asked.until)


def _entries(rows: Iterable[Event]) -> list[Entry]:
    rows = list(rows)
    names = dict(
        Officer.objects.filter(pk__in={r.actor_id for r in rows if r.actor_kind == "officer"}).values_list("id", "name")
    )
    units = dict(
        Unit.objects.filter(pk__in={r.actor_unit_id for r in rows if r.actor_unit_id}).values_list("id", "short_name")
    )
    return [
        Entry(
            at=row.at,
            who=_who(row, names),
            unit=units.get(row.actor_unit_id or 0, ""),
            verb=row.verb,
            words=words_of(row.verb),
            about=f"{_OBJECTS.get(row.object_kind.split('.')[-1], row.object_kind)} #{row.object_id}",
            facts=_facts(row),
            reveal_id=row.facts.get("reveal") if row.verb == "party.revealed" else None,
        )
        for row in rows
    ]


def _who(row: Event, names: dict[int, str]) -> str:
    if row.actor_kind == "officer":
        return names.get(row.actor_id or 0, f"账号 #{row.actor_id}")
    return CALLED.get(row.actor_kind, row.actor_kind)


def _facts(row: Event) -> str:
    # Unknown facts are left out rather than guessed at: the trail itself keeps them all.
    known = [(word, row.facts[name]) for name, word in _FACTS.items() if row.facts.get(name) not in (None, "", [])]
    return "；".join(f"{word} {_value(value)}" for word, value in known)


def _value(value: object) -> str:
    if isinstance(value, list):
        return "、".join(_value(one) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str) and value in ROLES:
        return ROLES[value].name
    return _VALUES.get(str(value), str(value))
