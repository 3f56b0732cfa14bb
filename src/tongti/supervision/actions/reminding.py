"""到期提醒: who holds a baton hears of it before the day and after it; nobody hears twice of the same day.

Each look starts from how things stand and each word is told once per fact (outbox.notices), so it may run at any hour, on two
workers at once, after a crash or a lost night, and says nothing twice.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongti.deadlines import limits
from tongti.deadlines import queries as days
from tongti.outbox import notices
from tongti.outbox.notices import Word
from tongti.relay.models import OPEN, Baton, Objection
from tongti.shared import clock
from tongti.supervision import rules
from tongti.supervision.actions import matters
from tongti.supervision.actions.matters import LEADERS, day_words
from tongti.supervision.models import Instruction, Item, Recheck
from tongti.units import queries as units

LOOK_AHEAD = timedelta(days=45)
BATCH = 500
READ = ("role", "unit_id", "officer_id", "due_on", "due_at", "question__title", "case__number")


def remind() -> int:
    """Tell everybody what is near or past its day; answers how many notices were new. Safe to repeat."""
    now = clock.now()
    told = 0
    people = _People()
    words = _words(now, people)
    while part := list(islice(words, BATCH)):
        told += notices.tell(part)
    return told


class _People:
    """Who works and who leads at a unit, asked once for all units; and how near is near where no regime says it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], dict[int, list[int]]] = {}
        self.watchers = units.officer_ids_in(matters.WATCHERS)
        self.rulers = units.officer_ids_in(matters.RULERS)
        self.near = rules.in_force()[rules.NEAR].threshold

    def soon(self, today: date) -> date:
        """The last day that is near today."""
        return days.next_working_days(self.near + 1, since=today)[-1]

    def at(self, unit_id: int, roles: tuple[str, ...]) -> list[int]:
        if roles not in self._known:
            self._known[roles] = units.officer_ids_by_unit(roles)
        return self._known[roles].get(unit_id, [])


def _words(now: datetime, people: _People) -> Iterator[Word]:
    yield from _near(now, people)
    yield from _past(now, people)
    yield from _unsigned(now, people)
    yield from _unruled(now, people)
    yield from _items(now, people)
    yield from _instructions(now, people)
    yield from _rechecks(now, people)


def _holders(baton: Baton, people: _People) -> list[int]:
    """The officer who works on it; before anybody signed, everybody who may sign for it."""
    return [baton.officer_id] if baton.officer_id else people.at(baton.unit_id, matters.AT_UNIT)


def _name(baton: Baton) -> str:
    return baton.question.title if baton.question else baton.case.number if baton.case else ""


def _urgent(baton: Baton) -> bool:
    """A limit by the hour runs through the night, and so do its reminders."""
    return baton.due_at is not None


def _until(baton: Baton) -> str:
    at = f" {timezone.localtime(baton.due_at):%H:%M}" if baton.due_at else ""
    return f"{day_words(baton.due_on)}{at}"


def _near(now: datetime, people: _People) -> Iterator[Word]:
    today = timezone.localdate(now)
    rows = Baton.objects.filter(state__in=OPEN, due_on__gte=today, due_on__lte=today + LOOK_AHEAD)
    columns = ["pk", "due_on", "explanation__near_at"]
    near = (
        pk
        for pk, due_on, since in rows.values_list(*columns).iterator(BATCH)
        if _is_near(due_on, since, now, today, people.near)
    )
    while part := list(islice(near, BATCH)):
        yield from _near_words(Baton.objects.filter(pk__in=part, state__in=OPEN), people)


def _near_words(rows: QuerySet[Baton], people: _People) -> Iterator[Word]:
    for baton in _slim(rows).order_by("pk"):
        for pk in _holders(baton, people):
            subject = f"快到期了：{_name(baton)}"
            words = f"{baton.get_role_display()}，{_until(baton)}到期。"
            yield Word(pk, baton, f"near:{baton.pk}:{_fact(baton)}", subject, words, urgent=_urgent(baton))


def _slim(rows: QuerySet[Baton]) -> QuerySet[Baton]:
    """What a notice says of a baton. Every open one is read every ten minutes: not with the asker's words and the day lists."""
    return rows.select_related("question", "case").only(*READ)


def _is_near(due_on: date, since: str | None, now: datetime, today: date, days_near: int) -> bool:
    """By the near-due rule that the deadline was counted with; by the house's own where an old one has none."""
    near = limits.near_from({"near_at": since or ""})
    return now >= near if near is not None else (days.days_left(due_on, today) or 0) <= days_near


def _past(now: datetime, people: _People) -> Iterator[Word]:
    """Past its day: the holder and, one step up, whoever leads the unit."""
    today = timezone.localdate(now)
    rows = Baton.objects.filter(Q(due_on__lt=today) | Q(due_at__lt=now), state__in=OPEN)
    for baton in _slim(rows).iterator(BATCH):
        for pk in {*_holders(baton, people), *people.at(baton.unit_id, LEADERS)}:
            subject = f"超期了：{_name(baton)}"
            words = f"{baton.get_role_display()}，期限是{_until(baton)}。"
            yield Word(pk, baton, f"past:{baton.pk}:{_fact(baton)}", subject, words, urgent=_urgent(baton))


def _unsigned(now: datetime, people: _People) -> Iterator[Word]:
    """Nobody signed within the clock: the unit's leader hears of it."""
    rows = Baton.objects.filter(state=Baton.State.OFFERED, sign_due_at__lt=now)
    for baton in _slim(rows).iterator(BATCH):
        for pk in {*people.at(baton.unit_id, LEADERS), *people.at(baton.unit_id, ("receiver",))}:
            subject = f"到时还没有签收：{_name(baton)}"
            yield Word(pk, baton, f"unsigned:{baton.pk}", subject, "时限从派单起算，不等签收。", urgent=_urgent(baton))


def _unruled(now: datetime, people: _People) -> Iterator[Word]:
    """An objection is to be ruled on today, or nobody did in time: until the ruling a unit holds what it says is not its own."""
    today = timezone.localdate(now)
    rows = Objection.objects.filter(ruling="", due_on__lte=today).select_related("baton__question", "baton__case")
    for row in rows.defer("baton__explanation").iterator(BATCH):
        late = row.due_at < now if row.due_at else row.due_on is not None and row.due_on < today
        kind, word = ("late", "异议过了裁定期限") if late else ("due", "异议今天要裁定")
        at = f" {timezone.localtime(row.due_at):%H:%M}" if row.due_at else ""
        key, words = f"ruling_{kind}:{row.pk}:{row.due_on}{at}", f"{day_words(row.due_on)}{at}前裁定。"
        for pk in people.rulers:
            yield Word(pk, row.baton, key, f"{word}：{_name(row.baton)}", words, urgent=row.due_at is not None)


def _items(now: datetime, people: _People) -> Iterator[Word]:
    """Feedback on a 督办 that is due tomorrow or late."""
    today = timezone.localdate(now)
    rows = Item.objects.filter(state=Item.State.OPEN, due_on__isnull=False, due_on__lte=people.soon(today))
    for item in rows.select_related("question", "case").iterator(BATCH):
        late = item.due_on is not None and item.due_on < today
        kind, word = ("late", "督办逾期没有反馈") if late else ("soon", "督办快到反馈期限")
        key, words = f"item_{kind}:{item.pk}:{item.due_on}", f"{day_words(item.due_on)}前反馈。"
        told = people.at(item.unit_id, matters.AT_UNIT) + ([item.opened_by_id] if late else [])
        yield from (Word(pk, item, key, f"{word}：{_matter_name(item)}", words) for pk in set(told))


def _instructions(now: datetime, people: _People) -> Iterator[Word]:
    """A leader's instruction that is due tomorrow or late."""
    today = timezone.localdate(now)
    rows = Instruction.objects.filter(
        state=Instruction.State.OPEN, due_on__isnull=False, due_on__lte=people.soon(today)
    )
    for row in rows.select_related("question", "case").iterator(BATCH):
        late = row.due_on is not None and row.due_on < today
        kind, word = ("late", "批示逾期没有反馈") if late else ("soon", "批示快到期")
        key, words = f"instruction_{kind}:{row.pk}:{row.due_on}", f"{day_words(row.due_on)}前反馈落实情况。"
        told = people.at(row.owner_id, matters.AT_UNIT) + (people.watchers if late else [])
        yield from (Word(pk, row, key, f"{word}：{_matter_name(row)}", words) for pk in set(told))


def _rechecks(now: datetime, people: _People) -> Iterator[Word]:
    """A recheck that nobody decided within its thirty days."""
    today = timezone.localdate(now)
    rows = Recheck.objects.filter(decision="", due_on__lte=people.soon(today)).select_related(
        "item__question", "item__case"
    )
    for row in rows.iterator(BATCH):
        key, subject = f"recheck_due:{row.pk}", f"复核快到期：{_matter_name(row.item)}"
        for pk in people.watchers:
            yield Word(pk, row.item, key, subject, f"{day_words(row.due_on)}前作出复核决定。")


def _fact(baton: Baton) -> str:
    return f"{baton.due_at:%Y%m%d%H%M}" if baton.due_at else f"{baton.due_on:%Y%m%d}"


def _matter_name(row: Item | Instruction) -> str:
    return row.question.title if row.question else row.case.number if row.case else ""
