"""What must be true after the year, each with what was found wrong (nothing, if all is well)."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from bench.year import nights, plain
from bench.year.town import Book
from tongti.cases.models import Case
from tongti.outbox.models import Message, Notice
from tongti.relay.models import OPEN, Baton
from tongti.supervision.models import Proposal
from tongti.trail import queries as trail
from tongti.trail.models import Event

SHOWN = 5


@dataclass
class Check:
    """One promise: how much was looked at, and what broke it."""

    name: str
    looked_at: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.wrong

    def as_json(self) -> dict[str, Any]:
        return {
            "check": self.name,
            "looked_at": self.looked_at,
            "wrong": len(self.wrong),
            "examples": self.wrong[:SHOWN],
        }


def everything(book: Book) -> list[Check]:
    """All promises."""
    return [
        nothing_lost(book),
        somebody_holds(),
        deadlines(book),
        one_holder(),
        told_once(),
        no_job_left(),
        trail_holds(),
    ]


def nothing_lost(book: Book) -> Check:
    """Every number that was given out is there, once."""
    known = list(Case.objects.values_list("number", flat=True))
    check = Check("每个编号都在", len(book.numbers))
    check.wrong += [f"{number} 不见了" for number in set(book.numbers) - set(known)]
    check.wrong += [f"{number} 没有人登记过" for number in set(known) - set(book.numbers)]
    if len(known) != len(set(known)):
        check.wrong.append("有重复的编号")
    return check


def somebody_holds() -> Check:
    """Every open case has a holder, and once dispatched an open lead baton (its own or its question's)."""
    rows = Case.objects.filter(state__in=("registered", "handling"))
    check = Check("在办的每件都有单位拿着", rows.count())
    check.wrong += [f"{number} 没有单位拿着" for number in rows.filter(holder=None).values_list("number", flat=True)]
    leads = Baton.objects.filter(role="lead", state__in=OPEN)
    own = set(leads.exclude(case=None).values_list("case_id", flat=True))
    joint = set(leads.exclude(question=None).values_list("question_id", flat=True))
    for case in rows.filter(state="handling").prefetch_related("memberships"):
        questions = {m.question_id for m in case.memberships.all() if m.state == "active"}
        if case.pk not in own and not questions & joint:
            check.wrong.append(f"{case.number} 办理中，却没有牵头的棒")
    return check


def deadlines(book: Book) -> Check:
    """Every baton is due on the day that counting on the fingers gives."""
    rows = plain.regimes()
    check = Check("每个期限都和独立推算的一样")
    for baton in Baton.objects.only("pk", "due_on", "started_on").iterator():
        entry = book.entries.get(baton.pk)
        check.looked_at += 1
        if entry is None:
            check.wrong.append(f"棒 {baton.pk} 不是模拟里派的")
            continue
        right = entry.put_off_to or plain.day_due(rows, entry.members, entry.role, entry.start, joint=entry.joint)
        if baton.due_on != right:
            check.wrong.append(
                f"棒 {baton.pk}（{entry.role}，{entry.start:%m-%d %H:%M} 起）：{baton.due_on}，应为 {right}"
            )
    return check


def one_holder() -> Check:
    """From the trail alone: at every moment between dispatch and answer exactly one unit leads."""
    batons = {b.pk: b for b in Baton.objects.filter(role="lead").only("pk", "question_id", "case_id", "round")}
    steps: dict[Any, list[tuple[Any, int, int, int]]] = defaultdict(list)
    ends = {"baton.offered": 1, "baton.recalled": -1, "baton.done": -1}
    events = Event.objects.filter(object_kind="relay.baton", verb__in=ends).order_by("id")
    for event in events.iterator():
        baton = batons.get(event.object_id)
        if baton is not None:
            steps[(baton.question_id, baton.case_id)].append((event.at, event.pk, ends[event.verb], baton.pk))
    check = Check("每个时刻恰有一个牵头单位", len(steps))
    for matter, moves in steps.items():
        held = 0
        for place, (at, _pk, step, _baton) in enumerate(moves):
            held += step
            same_moment = place + 1 < len(moves) and moves[place + 1][0] == at
            if held not in (0, 1):
                check.wrong.append(f"{matter} 在 {at:%m-%d %H:%M} 有 {held} 个牵头单位")
            elif held == 0 and not same_moment and not _answered(moves[place]):
                check.wrong.append(f"{matter} 在 {at:%m-%d %H:%M} 没有单位拿着")
    return check


def _answered(move: tuple[Any, int, int, int]) -> bool:
    return Event.objects.filter(object_kind="relay.baton", object_id=move[3], verb="baton.done").exists()


def told_once() -> Check:
    """No fact was told or proposed twice, no message was queued twice, whatever the workers went through."""
    check = Check("提醒、建议、通知都只有一次")
    for name, rows in (
        ("消息", Notice.objects.values("officer_id", "about_kind", "about_id", "subject", "words")),
        ("建议", Proposal.objects.values("rule", "baton_id", "question_id", "case_id", "why")),
        ("发件", Message.objects.values("dedupe_key")),
    ):
        check.looked_at += rows.count()
        twice = rows.annotate(n=Count("pk")).filter(n__gt=1)
        check.wrong += [f"{name}说了 {row['n']} 次：{row}" for row in twice[:SHOWN]]
    late = Baton.objects.filter(state__in=OPEN, role="lead")
    for baton in late.select_related("unit"):
        told = Notice.objects.filter(key__startswith=f"past:{baton.pk}:").exists()
        if baton.due_on < _last_night() and not told:
            check.wrong.append(f"棒 {baton.pk} 超期了没有人说")
    return check


def _last_night() -> Any:
    from tongti.shared import clock

    return clock.today()


def no_job_left() -> Check:
    """The queue is empty: what a dead worker left was done by the next."""
    left = nights.jobs_left()
    return Check("后台任务都做完了", sum(left.values()), [f"{name}：{n}" for name, n in left.items()])


def trail_holds() -> Check:
    """Every chain of the trail recomputes."""
    proof = trail.verify()
    return Check("留痕逐条核对", proof.events, list(proof.faults))
