"""What must be true after the year, each with what was found wrong (nothing, if all is well)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F

from bench.year import workers
from bench.year.book import Book
from tongti.answers.models import Answer
from tongti.cases.models import Case
from tongti.figures.checks import drifts_of
from tongti.formulas import actions as formulas
from tongti.outbox.models import Message, Notice
from tongti.relay.models import OPEN, Baton, ClockStop, HandOver, HandOverItem, HandOverSheet, Promise, Succession
from tongti.reports.measures import measures
from tongti.supervision import rules
from tongti.supervision.models import Proposal
from tongti.trail import queries as trail
from tongti.trail.models import Event

SHOWN = 5
HOLDING = {"baton.offered": 1, "baton.recalled": -1, "baton.done": -1}
"""What a step on the trail does to the number of units that lead."""


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


def everything(book: Book, *, last_night: date) -> list[Check]:
    """All promises."""
    return [
        nothing_lost(book),
        somebody_holds(),
        deadlines(book),
        side_clocks(book),
        told_dates(book),
        one_holder(),
        more_time(book, last_night),
        clocks_that_stood(book, last_night),
        hand_overs(book, last_night),
        successions(book),
        told_once(last_night),
        no_job_left(),
        trail_holds(),
        figures_agree(),
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
    """Every baton is due at the moment that counting on the fingers gives, whatever moved it since."""
    check = Check("每个期限都和独立推算的一样")
    for baton in Baton.objects.only("pk", "due_on", "due_at").iterator():
        entry = book.entries.get(baton.pk)
        check.looked_at += 1
        if entry is None:
            check.wrong.append(f"棒 {baton.pk} 不是模拟里派的")
            continue
        right = (entry.due.day, None if entry.due.by_day else entry.due.at)
        if (baton.due_on, baton.due_at) != right:
            check.wrong.append(
                f"棒 {baton.pk}（{entry.role}，{entry.start:%m-%d %H:%M} 起）：{baton.due_on} {baton.due_at}，应为 {right}"
            )
    return check


def side_clocks(book: Book) -> Check:
    """So are signing, objecting and the first contact."""
    check = Check("签收、异议、联系的时限也一样")
    for baton in Baton.objects.only("pk", "sign_due_at", "object_due_at", "contact_due_at").iterator():
        right = book.entries[baton.pk].sides if baton.pk in book.entries else {}
        stored = (("sign", baton.sign_due_at), ("objection", baton.object_due_at), ("contact", baton.contact_due_at))
        for code, at in stored:
            check.looked_at += 1
            if at != right.get(code):
                check.wrong.append(f"棒 {baton.pk} 的 {code}：{at}，应为 {right.get(code)}")
    return check


def told_dates(book: Book) -> Check:
    """What an asker was told is her own day, moved by what was approved or announced, never shortened."""
    check = Check("告知诉求人的日期也一样，没有一个提前")
    leads = Baton.objects.filter(role="lead", state__in=OPEN)
    own = dict(leads.exclude(case=None).values_list("case_id", "due_on"))
    joint = dict(leads.exclude(question=None).values_list("question_id", "due_on"))
    for case in Case.objects.filter(state="handling").prefetch_related("memberships"):
        check.looked_at += 1
        if case.due_on != book.told.get(case.pk):
            check.wrong.append(f"{case.number}：告知的是 {case.due_on}，应为 {book.told.get(case.pk)}")
        questions = [m.question_id for m in case.memberships.all() if m.state == "active"]
        held = own.get(case.pk) or next((joint[pk] for pk in questions if pk in joint), None)
        if held is None or (case.due_on and held > case.due_on):
            check.wrong.append(f"{case.number}：告知的是 {case.due_on}，牵头单位却到 {held}")
    return check


def one_holder() -> Check:
    """From the trail alone: at every moment between dispatch and answer exactly one unit leads."""
    batons = {b.pk: b for b in Baton.objects.filter(role="lead").only("pk", "question_id", "case_id")}
    steps: dict[Any, list[tuple[datetime, str]]] = defaultdict(list)
    events = Event.objects.filter(object_kind="relay.baton", verb__in=HOLDING).order_by("id")
    for at, verb, pk in events.values_list("at", "verb", "object_id").iterator():
        baton = batons.get(pk)
        if baton is not None:
            steps[(baton.question_id, baton.case_id)].append((at, verb))
    check = Check("每个时刻恰有一个牵头单位", len(steps))
    for matter, moves in steps.items():
        held = 0
        for place, (at, verb) in enumerate(moves):
            held += HOLDING[verb]
            same_moment = place + 1 < len(moves) and moves[place + 1][0] == at
            if held not in (0, 1):
                check.wrong.append(f"{matter} 在 {at:%m-%d %H:%M} 有 {held} 个牵头单位")
            elif held == 0 and not same_moment and verb != "baton.done":
                check.wrong.append(f"{matter} 在 {at:%m-%d %H:%M} 没有单位拿着")
    return check


def more_time(book: Book, last_night: date) -> Check:
    """Every approved promise leaves the ledger exactly once: with its baton, or by itself on its day."""
    rows = Promise.objects.filter(state="approved").select_related("baton")
    check = Check("挂账到日子都自己回来，只回来一次", len(rows))
    events = Event.objects.filter(object_kind="relay.baton", verb="baton.promise_came_back")
    back = Counter(event.facts["promise"] for event in events)
    for promise in rows:
        if book.promises.get(promise.pk) != promise.promise_on:
            check.wrong.append(
                f"挂账 {promise.pk} 的日子是 {promise.promise_on}，账上是 {book.promises.get(promise.pk)}"
            )
        if promise.promise_on <= last_night and promise.ended_at is None:
            check.wrong.append(f"挂账 {promise.pk} 到 {promise.promise_on}，还没有回来")
        if back[promise.pk] != (promise.returned_at is not None):
            check.wrong.append(f"挂账 {promise.pk} 回来了 {back[promise.pk]} 次")
    check.wrong += [f"挂账 {pk} 不见了" for pk in book.promises.keys() - {promise.pk for promise in rows}]
    on_ledger = Baton.objects.exclude(promised_until=None).values_list("pk", flat=True)
    running = {promise.baton_id for promise in rows if promise.ended_at is None}
    check.wrong += [f"棒 {pk} 在账上，却没有在办的挂账" for pk in set(on_ledger) ^ running]
    return check


STOP_ENDS = ("baton.clock_resumed", "baton.clock_ran_on", "baton.stop_ended")


def clocks_that_stood(book: Book, last_night: date) -> Check:
    """Every clock that was stopped runs again exactly once: sooner, by itself on its day, or it ended with its baton."""
    rows = {stop.pk: stop for stop in ClockStop.objects.all()}
    check = Check("暂停计时到日子都接着计，只接一次", len(rows))
    ended = Counter(e.facts["stop"] for e in Event.objects.filter(object_kind="relay.baton", verb__in=STOP_ENDS))
    for stop in rows.values():
        if book.stops.get(stop.pk) != stop.until_on:
            check.wrong.append(f"暂停 {stop.pk} 到 {stop.until_on}，账上是 {book.stops.get(stop.pk)}")
        if stop.until_on <= last_night and stop.ended_at is None:
            check.wrong.append(f"暂停 {stop.pk} 到 {stop.until_on}，还没有接着计时")
        if ended[stop.pk] != (stop.ended_at is not None):
            check.wrong.append(f"暂停 {stop.pk} 接着计时 {ended[stop.pk]} 次")
    check.wrong += [f"暂停 {pk} 不见了" for pk in book.stops.keys() - rows.keys()]
    standing = {stop.baton_id for stop in rows.values() if stop.ended_at is None}
    paused = set(Baton.objects.exclude(paused_until=None).values_list("pk", flat=True))
    check.wrong += [f"棒 {pk} 写着暂停，却没有在停的" for pk in paused ^ standing]
    return check


def hand_overs(book: Book, last_night: date) -> Check:
    """Absences begin and end on their days; a baton passes on by a sheet once, and comes back at most once."""
    check = Check("离岗代办按日开始、按日交回，每根棒只转一次", len(book.sheets))
    sheets = {sheet.pk: sheet for sheet in HandOverSheet.objects.filter(pk__in=book.sheets)}
    check.wrong += [f"交接单 {pk} 不见了" for pk in set(book.sheets) - sheets.keys()]
    for sheet in sheets.values():
        late_start = sheet.state == "agreed" and sheet.starts_on <= last_night
        late_end = sheet.state == "running" and sheet.ends_on is not None and sheet.ends_on < last_night
        if late_start or late_end:
            check.wrong.append(
                f"交接单 {sheet.pk} 该{'开始' if late_start else '结束'}没有{'开始' if late_start else '结束'}"
            )
    moves = HandOver.objects.exclude(sheet=None).values("sheet_id", "baton_id", "giver_id").annotate(n=Count("pk"))
    check.wrong += [f"交接单 {m['sheet_id']} 把棒 {m['baton_id']} 转了 {m['n']} 次" for m in moves.filter(n__gt=1)]
    left = HandOverItem.objects.filter(sheet__state="done", sheet__kind="absence", moved_at__isnull=False, back_at=None)
    stuck = left.filter(
        baton__state="accepted", baton__officer_id=F("sheet__taker_id"), baton__unit_id=F("sheet__unit_id")
    )
    for item in stuck.select_related("sheet", "baton"):
        if not _passed_on_since(item):
            check.wrong.append(f"棒 {item.baton_id} 在代办结束后没有交回")
    return check


def _passed_on_since(item: HandOverItem) -> bool:
    """Somebody gave it to the stand-in on another ground, before or after."""
    others = HandOver.objects.filter(baton=item.baton_id, taker_id=item.sheet.taker_id).exclude(sheet=item.sheet_id)
    return others.exists()


def successions(book: Book) -> Check:
    """A unit that was merged holds nothing any more."""
    rows = Succession.objects.filter(pk__in=book.successions)
    check = Check("合并的单位手里没有留下", sum(row.moved + row.joined for row in rows))
    for row in rows:
        if row.state != "done" or Baton.objects.filter(unit_id=row.old_id, state__in=OPEN).exists():
            check.wrong.append(f"承接 {row.pk} 没有做完")
    return check


def told_once(last_night: date) -> Check:
    """No fact was told or proposed twice, no message was queued twice, whatever the workers went through."""
    check = Check("提醒、建议、通知都只有一次")
    for name, rows in (
        ("消息", Notice.objects.values("officer_id", "about_kind", "about_id", "subject", "words")),
        ("建议", Proposal.objects.values("rule", "baton_id", "question_id", "case_id", "why")),
        ("发件", Message.objects.values("dedupe_key")),
    ):
        check.looked_at += rows.count()
        twice = [row for row in rows.annotate(n=Count("pk")).filter(n__gt=1) if row["n"] > _facts_behind(row)]
        check.wrong += [f"{name}说了 {row['n']} 次：{row}" for row in twice[:SHOWN]]
    late = Baton.objects.filter(state__in=OPEN, role="lead", due_on__lt=last_night)
    for baton in late:
        if not Notice.objects.filter(key__startswith=f"past:{baton.pk}:").exists():
            check.wrong.append(f"棒 {baton.pk} 超期了没有人说")
    return check


def _facts_behind(row: dict[str, Any]) -> int:
    """How many facts sound the same: a matter that was reopened can have a second answer, returned as often as the first."""
    if row.get("rule") != "redo":
        return 1
    matter = {"question_id": row["question_id"], "case_id": row["case_id"]}
    return Answer.objects.filter(**matter, redo_count__gte=rules.in_force()["redo"].threshold).count()


def no_job_left() -> Check:
    """The queue is empty: what a dead worker left was done by the next."""
    left = workers.jobs_left()
    return Check("后台任务都做完了", sum(left.values()), [f"{name}：{n}" for name, n in left.items()])


def trail_holds() -> Check:
    """Every chain of the trail recomputes."""
    proof = trail.verify()
    return Check("留痕逐条核对", proof.events, list(proof.faults))


def figures_agree() -> Check:
    """Every figure that leaders see is what its rows say."""
    check = Check("领导看的每个计数都等于重新点数")
    formulas.tally(whole=True)  # the hourly counters are as of the last hour
    for measure in measures():
        drifts, _ = drifts_of(measure)
        check.looked_at += 1
        check.wrong += [f"{measure.name}：{drift}" for drift in drifts]
    return check
