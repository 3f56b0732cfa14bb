"""诉求, 同题, 接力, 督办, 挂账: the main line as ledgers, each through its own room's policy.

Who asked stands on none of them, and none of her own words: a ledger leaves the house (个人信息保护法; domain sheet 8.4). A case
without a title is told by its place and category.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.deadlines.queries import working_days_between
from tongti.exports.ledgers.ledger import Asked, For, Ledger, day_of
from tongti.questions import access as question_access
from tongti.questions.models import Membership, Question
from tongti.relay import access as relay_access
from tongti.relay.models import Baton, Promise
from tongti.relay.queries.requests import RULERS
from tongti.shared import clock
from tongti.shared.privacy import without_numbers
from tongti.supervision import access as supervision_access
from tongti.supervision.models import Item
from tongti.units.access import May

WORKS = (May.RECEIVE, May.HANDLE, May.SIGN)


def _on(at: datetime | None) -> str:
    return day_of(timezone.localdate(at)) if at else ""


def _said(words: str) -> str:
    return without_numbers(words)


def _case_title(case: Case) -> str:
    if case.title:
        return _said(case.title)
    what = case.category.name if case.category else "未分类"
    return f"{what}，{case.place.name}（没有标题）" if case.place else f"{what}（没有标题）"


def _matter(row: Any) -> list[str]:
    """Number and title of what a baton or an item is on."""
    if row.question:
        return [row.question.number, row.question.title]
    return [row.case.number, _case_title(row.case)]


MATTER = ("question", "case__category", "case__place")
MATTER_COLUMNS = (
    "question__number",
    "question__title",
    "case__number",
    "case__title",
    "case__category__name",
    "case__place__name",
)


# --- 诉求 -----------------------------------------------------------------------------------------------------------


def _cases(whom: For, asked: Asked) -> QuerySet[Case]:
    rows = Case.objects.filter(case_access.visible(whom.viewer))
    rows = rows.filter(asked.within("received_at", moment=True, unit_id="holder_id", state="state"))
    return rows.select_related("place", "category", "holder").defer("search", "body", "address")


def _questions_of(cases: Iterable[Case]) -> dict[int, str]:
    rows = Membership.objects.filter(case__in=[one.pk for one in cases], state=Membership.State.ACTIVE)
    return dict(rows.values_list("case_id", "question__number"))


def _case_lines(_whom: For, cases: Sequence[Case]) -> list[list[str]]:
    questions = _questions_of(cases)
    return [
        [
            case.number,
            _on(case.received_at),
            case.get_channel_display(),
            case.get_kind_display(),
            case.get_urgency_display(),
            _case_title(case),
            case.get_party_kind_display(),
            case.place.name if case.place else "",
            case.category.name if case.category else "",
            questions.get(case.pk, ""),
            case.holder.short_name if case.holder else "",
            day_of(case.due_on),
            case.get_state_display(),
            case.get_closing_display() if case.closing else "",
            _on(case.answered_at),
            _on(case.closed_at),
            str(case.reopened or ""),
        ]
        for case in cases
    ]


# --- 同题 -----------------------------------------------------------------------------------------------------------


def _questions(whom: For, asked: Asked) -> QuerySet[Question]:
    rows = Question.objects.filter(question_access.visible(whom.viewer))
    rows = rows.filter(asked.within("created_at", moment=True, unit_id="lead_id", state="state"))
    heavy = ("features", "keys", "search", "facts", "root_cause", "handling_note")
    return rows.select_related("place", "category", "lead").defer(*heavy)


def _question_lines(_whom: For, questions: Sequence[Question]) -> list[list[str]]:
    return [
        [
            one.number,
            one.title,
            one.get_state_display(),
            one.category.name if one.category else "",
            one.place.name if one.place else "",
            str(one.asker_count),
            str(one.enterprise_count),
            str(one.case_count),
            one.lead.short_name if one.lead else "",
            one.get_handling_display() if one.handling else "",
            day_of(one.due_on),
            _on(one.first_received_at),
            _on(one.last_received_at),
            _on(one.dispatched_at),
            _on(one.answered_at),
            _on(one.closed_at),
        ]
        for one in questions
    ]


# --- 接力 -----------------------------------------------------------------------------------------------------------


def _batons(whom: For, asked: Asked) -> QuerySet[Baton]:
    rows = Baton.objects.filter(relay_access.visible(whom.viewer))
    rows = rows.filter(asked.within("offered_at", moment=True, unit_id="unit_id", state="state"))
    return rows.select_related("unit", "officer", *MATTER).only(
        *MATTER_COLUMNS, "unit__short_name", "officer__name", "role", "task", "state", "round", "offered_at", "accepted_at",
        "first_contact_at", "due_on", "ended_at", "extended", "promised_until", "paused_until", "redos",
    )  # fmt: skip


def _late(baton: Baton, today: date) -> str:
    """Working days beyond its day, of an open one until today, of an ended one until it ended; "" for none."""
    if baton.promised_until or baton.paused_until:
        return ""
    ended = timezone.localdate(baton.ended_at) if baton.ended_at else today
    days = working_days_between(baton.due_on, ended) if ended > baton.due_on else 0
    return str(max(days, 1)) if ended > baton.due_on else ""


def _baton_lines(_whom: For, batons: Sequence[Baton]) -> list[list[str]]:
    today = clock.today()
    return [
        [
            *_matter(one),
            one.unit.short_name,
            one.get_role_display(),
            _said(one.task),
            one.officer.name if one.officer else "",
            one.get_state_display(),
            str(one.round),
            _on(one.offered_at),
            _on(one.accepted_at),
            _on(one.first_contact_at),
            day_of(one.due_on),
            _on(one.ended_at),
            _late(one, today),
            str(one.extended or ""),
            day_of(one.promised_until),
            day_of(one.paused_until),
            str(one.redos or ""),
        ]
        for one in batons
    ]


# --- 督办 -----------------------------------------------------------------------------------------------------------


def _items(whom: For, asked: Asked) -> QuerySet[Item]:
    rows = Item.objects.filter(supervision_access.visible(whom.viewer))
    rows = rows.filter(asked.within("opened_at", moment=True, unit_id="unit_id", state="state"))
    heavy = ("question__features", "question__keys", "question__search", "case__search", "case__body", "case__address")
    return rows.select_related("unit", "opened_by", *MATTER).defer(*heavy)


def _item_lines(_whom: For, items: Sequence[Item]) -> list[list[str]]:
    return [
        [
            one.number,
            one.unit.short_name,
            *_matter(one),
            _said(one.why),
            one.get_pace_display(),
            one.get_rung_display(),
            _on(one.opened_at),
            day_of(one.due_on),
            one.get_state_display(),
            one.get_solved_display() if one.solved else "",
            _said(one.conclusion),
            _on(one.concluded_at),
            _said(one.tolerant_reason) if one.tolerant else "",
            one.opened_by.name,
        ]
        for one in items
    ]


# --- 挂账 -----------------------------------------------------------------------------------------------------------

ON_LEDGER, ENDED, TO_REVISIT = "ledger", "ended", "revisit"
PROMISE_STATES = {ON_LEDGER: "在账", ENDED: "已离开台账", TO_REVISIT: "等回访"}
_STANDS = {
    ON_LEDGER: Q(ended_at=None),
    ENDED: Q(ended_at__isnull=False),
    TO_REVISIT: Q(ended_at__isnull=False, revisited_at=None),
}


def _promises(whom: For, asked: Asked) -> QuerySet[Promise]:
    """Approved ones; units read their own, as on the page of promises."""
    rows = Promise.objects.filter(state=Promise.State.APPROVED)
    if not any(whom.viewer.can(may) for may in RULERS):
        rows = rows.filter(baton__in=Baton.objects.filter(relay_access.own(whom.viewer)))
    rows = rows.filter(asked.within("promise_on", unit_id="baton__unit_id")).filter(_STANDS.get(asked.state, Q()))
    heavy = ("question__features", "question__keys", "question__search", "case__search", "case__body", "case__address")
    matter = [f"baton__{name}" for name in ("unit", *MATTER)]
    return (
        rows.select_related("decided_by", *matter)
        .prefetch_related("steps")
        .defer(*(f"baton__{name}" for name in heavy))
    )


def _promise_lines(_whom: For, promises: Sequence[Promise]) -> list[list[str]]:
    return [
        [
            *_matter(one.baton),
            one.baton.unit.short_name,
            one.get_obstacle_display(),
            _said(one.words),
            "；".join(
                f"{day_of(step.due_on)}前{_said(step.words)}{'（已完成）' if step.done_at else ''}"
                for step in _steps(one)
            ),
            day_of(one.from_due_on),
            day_of(one.promise_on),
            one.decided_by.name if one.decided_by else "",
            _on(one.decided_at),
            _stand(one),
            _on(one.ended_at),
            {True: "兑现", False: "没有兑现", None: ""}[one.kept],
            _said(one.revisit_words),
        ]
        for one in promises
    ]


def _steps(promise: Promise) -> list[Any]:
    return sorted(promise.steps.all(), key=lambda step: step.place)


def _stand(promise: Promise) -> str:
    if promise.ended_at is None:
        return PROMISE_STATES[ON_LEDGER]
    return PROMISE_STATES[TO_REVISIT if promise.revisited_at is None else ENDED]


def _choices(found: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    return {str(code): str(word) for code, word in found}


LEDGERS = (
    Ledger(
        "cases",
        "诉求台账",
        "每件诉求一行：从哪里来、什么事、谁拿着、办到哪一步。",
        (May.SEE,),
        (
            ("编号", 16), ("收到", 12), ("渠道", 10), ("类型", 8), ("缓急", 8), ("事由", 36), ("诉求人", 8), ("地点", 16),
            ("分类", 14), ("题号", 14), ("现在谁拿着", 14), ("期限", 12), ("状态", 10), ("办结方式", 12), ("答复", 12),
            ("办结", 12), ("重开次数", 8),
        ),
        _cases,
        _case_lines,
        days="收到日期",
        by_unit=True,
        states=_choices(Case.State.choices),
    ),
    Ledger(
        "questions",
        "同题台账",
        "每道题一行：多少人同问、谁牵头、期限、办到哪一步。",
        (May.SEE,),
        (
            ("题号", 14), ("题目", 36), ("状态", 10), ("分类", 14), ("地点", 16), ("同问人", 8), ("其中企业", 8), ("诉求", 8),
            ("牵头单位", 14), ("处置类别", 12), ("期限", 12), ("第一次反映", 12), ("最近反映", 12), ("派单", 12), ("答复", 12),
            ("办结", 12),
        ),
        _questions,
        _question_lines,
        days="提出日期",
        by_unit=True,
        states=_choices(Question.State.choices),
    ),
    Ledger(
        "batons",
        "接力台账",
        "每一棒一行：哪个单位、什么任务、什么时候签收、联系、交棒，超期几天。",
        (May.SEE,),
        (
            ("事项编号", 16), ("事项", 36), ("单位", 14), ("职责", 8), ("任务", 30), ("承办人", 10), ("状态", 10), ("轮次", 6),
            ("派单", 12), ("签收", 12), ("首次联系", 12), ("期限", 12), ("交棒", 12), ("超期（工作日）", 8), ("延期次数", 8),
            ("挂账到", 12), ("暂停到", 12), ("退回次数", 8),
        ),
        _batons,
        _baton_lines,
        days="派单日期",
        by_unit=True,
        states=_choices(Baton.State.choices),
    ),
    Ledger(
        "items",
        "督办台账",
        "每件督办一行：为什么、做到哪一步、反馈期限、审结意见。",
        (*supervision_access.WATCHES, May.DISPATCH, *WORKS),
        (
            ("文号", 16), ("督办对象", 14), ("事项编号", 16), ("事项", 36), ("为什么督办", 30), ("缓急", 8), ("做到哪一步", 10),
            ("立项", 12), ("反馈期限", 12), ("状态", 10), ("解决没有", 10), ("审结意见", 30), ("审结", 12), ("容错理由", 20),
            ("督办员", 10),
        ),
        _items,
        _item_lines,
        days="立项日期",
        by_unit=True,
        states=_choices(Item.State.choices),
    ),
    Ledger(
        "promises",
        "挂账台账",
        "每个批准了的承诺一行：什么原因、哪几步、承诺哪天、兑现没有。",
        (*RULERS, *WORKS),
        (
            ("事项编号", 16), ("事项", 36), ("单位", 14), ("客观原因", 18), ("说明", 30), ("计划步骤", 40), ("原期限", 12),
            ("承诺日期", 12), ("谁批准", 10), ("批准", 12), ("状态", 12), ("离开台账", 12), ("回访", 10), ("回访记录", 30),
        ),
        _promises,
        _promise_lines,
        days="承诺日期",
        by_unit=True,
        states=PROMISE_STATES,
    ),
)  # fmt: skip
