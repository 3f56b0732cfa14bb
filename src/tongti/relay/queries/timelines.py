"""办理接力: who held it, when, what was done, what comes next. One version for the desk, one for the asker.

The asker's version names units, never officers, and leaves out objections, hand-overs and internal notes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.deadlines.queries import days_left
from tongti.questions import access as question_access
from tongti.questions.models import Membership, Question
from tongti.relay.models import Baton, ClockStop, HandOver, Objection, Progress
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.seeing import passes
from tongti.units.access import Viewer


@dataclass(frozen=True)
class Step:
    """One point of the timeline. ``state`` is done, now, late or next (dashed); ``at`` is None for what is still to come."""

    state: str
    icon: str
    title: str
    words: str = ""
    at: datetime | None = None


def timeline(viewer: Viewer, *, question: Question | None = None, case: Case | None = None) -> list[Step]:
    """The whole way, oldest first, for somebody who may see it; raises NotVisible."""
    if question is not None:
        seen = passes(question, question_access.visible(viewer))
    else:
        assert case is not None
        seen = passes(case, case_access.visible(viewer))
    if not seen:
        raise NotVisible
    return list(_way(question, case, public=False))


def public_timeline(*, case: Case) -> list[Step]:
    """The way of one case as its asker follows it; the caller checked number and code."""
    member = Membership.objects.filter(case=case, state=Membership.State.ACTIVE).select_related("question").first()
    return list(_way(member.question if member else None, case, public=True))


def _way(question: Question | None, case: Case | None, *, public: bool) -> Iterator[Step]:
    batons = _batons(question, case)
    steps = [*_receipt(question, case), *_dispatches(batons, public=public), *_work(batons, public=public)]
    steps += _stops(batons)
    if not public:
        steps += [*_objections(batons), *_hand_overs(batons)]
    steps += _ends(question, case)
    yield from sorted((step for step in steps if step.at), key=lambda step: step.at or clock.now())
    yield from _present(batons, question, case)


def _batons(question: Question | None, case: Case | None) -> list[Baton]:
    rows = Baton.objects.select_related("unit", "officer").order_by("pk")
    if question is not None and case is not None:
        return [*rows.filter(question=question), *rows.filter(case=case)]
    return list(rows.filter(question=question) if question is not None else rows.filter(case=case))


def _receipt(question: Question | None, case: Case | None) -> Iterator[Step]:
    if case is not None:
        yield Step("done", "inbox", "收到诉求", "", case.received_at)
        member = Membership.objects.filter(case=case, state=Membership.State.ACTIVE).first()
        if question is not None and member is not None and member.decided_at:
            others = max(question.asker_count - 1, 0)
            words = f"还有 {others} 位也反映了同样的问题，一起办理，各自答复" if others else "并入同题办理"
            yield Step("done", "users-round", "并入同题", words, member.decided_at)
    elif question is not None:
        if question.first_received_at:
            yield Step("done", "inbox", "第一次有人反映", "", question.first_received_at)
        if question.set_up_at:
            yield Step("done", "check", "立题", f"{question.case_count} 件诉求并成一题", question.set_up_at)


def _dispatches(batons: list[Baton], *, public: bool) -> Iterator[Step]:
    together: dict[tuple[datetime, int], list[Baton]] = {}
    for baton in batons:
        together.setdefault((baton.offered_at, baton.round), []).append(baton)
    for (at, round_), group in together.items():
        leads = [b for b in group if b.role == Baton.Role.LEAD]
        others = "、".join(b.unit.short_name for b in group if b.role != Baton.Role.LEAD)
        if leads:
            lead = leads[0]
            verb = "退回重办，" if round_ > 1 else ("改派，" if lead.attempt > 1 else "")
            name = lead.unit.short_name
            led = f"指定{name}牵头办理" if lead.designated and round_ == 1 else f"由{name}牵头办理"
            yield Step("done", "send", f"{verb}{led}", f"{others}一起办" if others else "", at)
        else:
            yield Step("done", "send", f"增加{others}一起办", "", at)
    for baton in batons:
        if baton.accepted_at:
            name = baton.unit.short_name
            by = baton.officer.name if baton.officer and not public else ""
            yield Step("done", "signature", f"{name}签收，{by}承办" if by else f"{name}签收", "", baton.accepted_at)
        if baton.done_at:
            yield Step(
                "done",
                "check",
                f"{baton.unit.short_name}交来分答" if baton.role != Baton.Role.LEAD else f"{baton.unit.short_name}办完",
                "",
                baton.done_at,
            )
        if baton.state == Baton.State.RECALLED and baton.ended_at and not public:
            yield Step("done", "undo-2", f"收回{baton.unit.short_name}的棒", baton.dispatch_reason, baton.ended_at)


def _work(batons: Iterable[Baton], *, public: bool) -> Iterator[Step]:
    rows = Progress.objects.filter(baton__in=list(batons)).select_related("baton__unit", "by")
    for row in rows.filter(public=True) if public else rows:
        who = "" if public else f"{row.by.name}："
        note = "" if row.public or public else "（只给内部看）"
        yield Step("done", "wrench", f"{row.baton.unit.short_name}办理进展{note}", f"{who}{row.words}", row.at)


def _stops(batons: list[Baton]) -> Iterator[Step]:
    """Why a clock stood, and from when it ran again; the class of the reason only, so askers read it too."""
    for row in ClockStop.objects.filter(baton__in=batons).select_related("baton__unit"):
        unit, day = row.baton.unit.short_name, f"{row.until_on.month} 月 {row.until_on.day} 日"
        yield Step("done", "pause", f"{unit}暂停计时：{row.get_reason_display()}", f"{day}接着计时", row.stopped_at)
        if row.ended_at:
            yield Step("done", "play", f"{unit}接着计时", "", row.ended_at)


def _objections(batons: list[Baton]) -> Iterator[Step]:
    for row in Objection.objects.filter(baton__in=batons).select_related("baton__unit", "ruled_by", "suggested"):
        suggested = f"，建议由{row.suggested.short_name}办" if row.suggested else ""
        yield Step(
            "done", "message-square", f"{row.baton.unit.short_name}提出异议", f"{row.reason}{suggested}", row.raised_at
        )
        if row.ruled_at:
            by = f"{row.ruled_by.name}：" if row.ruled_by else ""
            yield Step("done", "scale", f"裁定：{row.get_ruling_display()}", f"{by}{row.ruling_note}", row.ruled_at)


def _hand_overs(batons: list[Baton]) -> Iterator[Step]:
    for row in HandOver.objects.filter(baton__in=batons).select_related("baton__unit", "giver", "taker"):
        giver = row.giver.name if row.giver else ""
        title = f"{row.baton.unit.short_name}内部转交：{giver} → {row.taker.name}"
        yield Step("done", "arrow-right", title, row.reason, row.at)


def _ends(question: Question | None, case: Case | None) -> list[Step]:
    thing = case or question
    assert thing is not None
    steps = []
    if thing.answered_at:
        steps.append(Step("done", "message-square-text", "答复", "", thing.answered_at))
    if thing.closed_at:
        word = case.get_closing_display() if case is not None and case.closing else "已办结"
        steps.append(Step("done", "circle-check", "办结", word, thing.closed_at))
    return steps


def _present(batons: list[Baton], question: Question | None, case: Case | None) -> Iterator[Step]:
    """What is happening now and what comes next (dashed)."""
    thing = case or question
    assert thing is not None
    if thing.closed_at:
        return
    if thing.answered_at and thing.state == "answered":
        yield Step("now", "phone", "等诉求人评价", "由本人说解决了没有；没有评价的，会有人回访")
        return
    lead = next((b for b in reversed(batons) if b.role == Baton.Role.LEAD and b.is_open), None)
    if lead is None:
        holder = f"{case.holder.short_name}拿着" if case is not None and case.holder else ""
        yield Step("now", "inbox", "等待派单", holder)
        yield Step("next", "message-square-text", "统一答复")
        return
    left = days_left(lead.due_on, clock.today()) or 0
    day = f"{lead.due_on.month} 月 {lead.due_on.day} 日"
    if left < 0:
        yield Step("late", "triangle-alert", f"{lead.unit.short_name}办理中，已超期 {-left} 天", f"期限是 {day}")
    else:
        state = "等{}签收" if lead.state == Baton.State.OFFERED else "{}办理中"
        yield Step("now", "circle-dot-dashed", state.format(lead.unit.short_name), f"{day}前答复")
    yield Step("next", "message-square-text", "统一答复", "牵头单位合成一份答复，逐人送达")
    yield Step("next", "phone", "请诉求人评价", "由本人说解决了没有")
