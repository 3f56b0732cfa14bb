"""Batons that need more time: extensions asked, approved, refused; promises (挂账) that are kept or come back on their day;
clocks that stand still (暂停计时) and run on by themselves or sooner."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from bench.year import plain
from bench.year.plain import Limit
from tongti.relay import actions as relay
from tongti.relay.models import OPEN, Baton, ClockStop, Extension, Promise, PromiseStep
from tongti.shared.uploads import Upload

if TYPE_CHECKING:
    from bench.year.town import Town

PAPER = Upload("检测委托书.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")


@dataclass
class MoreTime:
    """Which of the batons that were signed for ask: by turns, so that each kind happens in a short run too."""

    extend_every: int = 14
    promise_every: int = 35
    stop_every: int = 12

    def may_ask(self, town: "Town", pk: int) -> None:
        """One more baton was signed for; it may be one that will not be done in time."""
        entry = town.book.entries[pk]
        if entry.role == "lead" and entry.due.by_day and town.every(self.promise_every, "promises"):
            town.later(town.office(1), lambda: _ask_promise(town, pk))
        elif town.every(self.extend_every, "extensions"):
            moment = (
                town.office(town.rng.choice((0, 0, 1, 2))) if entry.due.by_day else town.moment + timedelta(minutes=9)
            )
            town.later(moment, lambda: _ask_extension(town, pk))
        elif plain.pauses(entry.regime, entry.role) and town.every(self.stop_every, "stops"):
            town.later(town.office(town.rng.choice((0, 0, 1))), lambda: _stop_clock(town, pk), 2)


def _ask_extension(town: "Town", pk: int) -> None:
    baton, due = town.baton(pk), town.book.entries[pk].due
    hours = None if due.by_day else town.rng.randrange(1, 7)
    to = town.book.days.after(due.day, town.rng.choice((1, 2, 3, 4))) if due.by_day else None
    extension = relay.ask_extension(
        baton=baton, reason="complex", words="要等配件到货。", to_due_on=to, hours=hours, by=town.worker(baton)
    )
    town.book.did("申请延期")
    put_off = plain.end_of(to, due.at) if to else Limit(due.at + timedelta(hours=hours or 0), False)
    if town.every(9, "taken back"):
        relay.take_back_extension(extension=extension, by=town.worker(baton))
        town.book.did("延期撤回")
        return
    moment = town.office(0, 15) if due.by_day else town.moment + timedelta(minutes=15)
    town.later(moment, lambda: _decide_extension(town, extension.pk, put_off))


def _decide_extension(town: "Town", extension_pk: int, put_off: Limit) -> None:
    extension = Extension.objects.get(pk=extension_pk)
    approve = not town.every(4, "extension refused")
    relay.decide_extension(
        extension=extension, approve=approve, note="同意" if approve else "能按时办完", by=town.dispatcher
    )
    town.book.did("延期同意" if approve else "延期不同意")
    if approve:
        town.book.put_off(extension.baton_id, put_off)


def _stop_clock(town: "Town", pk: int) -> None:
    baton, entry, days = town.baton(pk), town.book.entries[pk], town.book.days
    if entry.fixed:
        return  # somebody gave it another day meanwhile
    today = town.local().date()
    until = days.after(today, town.rng.randrange(1, 4) if entry.role != "lead" else town.rng.randrange(2, 8))
    reason = town.rng.choice(plain.pauses(entry.regime, entry.role))
    stop = relay.stop_clock(
        baton=baton, reason=reason, until_on=until, words="送检，等检测报告。", by=town.worker(baton)
    )
    town.book.stopped(pk, (today, until - timedelta(days=1)))
    town.book.stops[stop.pk] = until
    town.book.did("暂停计时")
    sooner = days.after(today, 1)
    if sooner < until and town.every(3, "runs on sooner"):
        morning = _morning(sooner) + timedelta(hours=town.rng.randrange(1, 8))
        town.later(morning, lambda: _run_clock(town, stop.pk, entry.due))


def _run_clock(town: "Town", stop_pk: int, before: Limit) -> None:
    stop = ClockStop.objects.select_related("baton__unit").get(pk=stop_pk)
    relay.run_clock(stop=stop, by=town.worker(stop.baton))
    running = Baton.objects.filter(state__in=OPEN).values_list("pk", flat=True)
    town.book.ran_on(stop.baton_id, town.local().date(), before, list(running))
    town.book.did("提前接着计时")


def _ask_promise(town: "Town", pk: int) -> None:
    baton, days = town.baton(pk), town.book.days
    on = days.after(max(baton.due_on, town.local().date()), town.rng.randrange(3, 45))
    promise = relay.ask_promise(
        baton=baton,
        obstacle="testing",
        words="要做管壁检测，检测单位排期。",
        promise_on=on,
        steps=[("委托检测", days.after(town.local().date(), 1)), ("按检测结果更换", on)],
        evidence=[PAPER],
        by=town.worker(baton),
    )
    town.book.did("申请挂账")
    town.later(town.office(0, 16), lambda: _decide_promise(town, promise.pk))


def _decide_promise(town: "Town", promise_pk: int) -> None:
    promise = Promise.objects.get(pk=promise_pk)
    approve = not town.every(5, "promise refused")
    relay.decide_promise(
        promise=promise, approve=approve, note="情况属实" if approve else "不属于客观原因", by=town.dispatcher
    )
    town.book.did("挂账同意" if approve else "挂账不同意")
    if not approve:
        return
    pk, on = promise.baton_id, promise.promise_on
    town.book.put_off(pk, plain.end_of(on, town.local()))
    town.book.promises[promise_pk] = on
    town.later(town.office(1), lambda: _step_done(town, promise_pk))
    # some are done before the day, some only after it came back
    ready = _morning(on) + timedelta(days=town.rng.choice((-2, -1, 0, 1, 3, 6)), hours=town.rng.randrange(3, 9))
    town.later(max(ready, town.office(2)), lambda: town.answer(pk), 4)
    town.later(_morning(on) + timedelta(days=8), lambda: _ask_after(town, promise_pk), 4)


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(8)))


def _step_done(town: "Town", promise_pk: int) -> None:
    step = PromiseStep.objects.filter(promise=promise_pk, done_at=None).earliest("place")
    relay.finish_step(step=step, by=town.worker(_baton_of(promise_pk)))
    town.book.did("挂账一步办完")


def _ask_after(town: "Town", promise_pk: int) -> None:
    kept = town.rng.random() < 0.8
    relay.record_promise_revisit(
        promise=Promise.objects.get(pk=promise_pk), kept=kept, words="" if kept else "还没有换", by=town.revisitor
    )
    town.book.did("挂账回访：兑现" if kept else "挂账回访：没有兑现")


def _baton_of(promise_pk: int) -> Baton:
    return Baton.objects.select_related("unit").get(promises=promise_pk)
