"""督办阶梯: 提醒 → 催办 → 督办单 → 通报 → 约谈. A person decides; each rung once per item; skipping says why."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from tongti.deadlines.reckonings import KeptDay
from tongti.relay.models import Baton
from tongti.relay.plans import Matter, about
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.supervision import access, rules
from tongti.supervision.actions import matters
from tongti.supervision.actions.matters import checked_day, day_words, matter_of
from tongti.supervision.errors import (
    AlreadyUnderSupervision,
    LadderEnds,
    NotOpen,
    NotSupervised,
    ProposalDecided,
    SkipNeedsReason,
    StepTaken,
    TooMany,
)
from tongti.supervision.models import LADDER, Item, OrderSeries, Proposal, Rung, Step
from tongti.units import queries as units
from tongti.units.access import Viewer
from tongti.units.models import Unit

NUMBERED = LADDER.index(Rung.ORDER)


@dataclass(frozen=True)
class Pressure:
    """What a supervisor fills in for one step: the rung, its words, the day to answer by, and reasons where asked.

    ``reckoning_id`` is filled here, where the day was left to the pace.
    """

    rung: str
    words: str
    due_on: date | None = None
    reckoning_id: UUID | None = None
    pace: str = Item.Pace.NORMAL.value
    skip_reason: str = ""
    cap_reason: str = ""


@transaction.atomic
def accept(*, proposal: Proposal, pressure: Pressure, by: Viewer) -> Item:
    """采纳建议: open an item on the matter, or take the next step on the one that is open at the same unit.

    Everything else that waits for the same unit and matter is settled by it. Raises NotAllowed, OwnUnit, BadInput,
    ProposalDecided, AlreadyUnderSupervision, SkipNeedsReason, StepTaken, TooMany, Raced.
    """
    row = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=proposal.pk)
    if row.state != Proposal.State.WAITING:
        raise ProposalDecided(state=row.get_state_display())
    open_item = open_on(matter_of(row))
    if open_item is None:
        item = _open(matter_of(row), row.unit, pressure, why=row.why, baton_id=row.baton_id, normal=row.rung, by=by)
    elif open_item.unit_id != row.unit_id:
        raise AlreadyUnderSupervision(item=f"{open_item.unit.short_name}，{open_item.get_rung_display()}")
    else:
        item = _step(open_item, pressure, normal=row.rung, by=by)
    same = Proposal.objects.filter(
        about(row.question_id, row.case_id), unit_id=row.unit_id, state=Proposal.State.WAITING
    )
    same.update(state=Proposal.State.ACCEPTED, item=item, decided_by_id=by.officer_id, decided_at=clock.now())
    return item


@transaction.atomic
def open_item(*, baton: Baton, pressure: Pressure, why: str, by: Viewer) -> Item:
    """立项 without a proposal: a supervisor's own decision on a baton in hand.

    Raises NotAllowed, OwnUnit, BadInput, NotSupervised, AlreadyUnderSupervision, SkipNeedsReason, TooMany, Raced.
    """
    unit = baton.unit
    access.require_outside(by, unit)
    if not baton.is_open:
        raise NotSupervised(unit=unit.short_name)
    matter = matter_of(baton)
    if (there := open_on(matter)) is not None:
        raise AlreadyUnderSupervision(item=f"{there.unit.short_name}，{there.get_rung_display()}")
    why = checked_words(why, "why", "为什么督办", 300)
    return _open(matter, unit, pressure, why=why, baton_id=baton.pk, normal=Rung.REMIND.value, by=by)


@transaction.atomic
def take_step(*, item: Item, pressure: Pressure, by: Viewer) -> Item:
    """走下一步 on an open item. Raises NotAllowed, OwnUnit, BadInput, NotOpen, StepTaken, LadderEnds, SkipNeedsReason."""
    return _step(item, pressure, normal="", by=by)


def open_on(matter: Matter) -> Item | None:
    """The item that is open on a matter."""
    rows = Item.objects.filter(**matter.key).exclude(state=Item.State.CLOSED)
    return rows.select_related("unit").first()


def opened_this_month(unit_id: int) -> int:
    """How many items a unit was given this month: the guard against over-supervision shows and counts it."""
    first = clock.today().replace(day=1)
    return Item.objects.filter(unit_id=unit_id, opened_at__date__gte=first).count()


def next_rung(rung: str) -> str:
    """The rung after this one. Raises LadderEnds."""
    at = LADDER.index(rung) + 1
    if at == len(LADDER):
        raise LadderEnds
    return LADDER[at]


# --- the one way to open, the one way to step -------------------------------------------------------------------------


def _open(
    matter: Matter, unit: Unit, pressure: Pressure, *, why: str, baton_id: int | None, normal: str, by: Viewer
) -> Item:
    access.require_outside(by, unit)
    pressure = _checked(pressure)
    _check_skip(at="", allowed=normal, pressure=pressure)
    cap_reason = _cap_reason(unit, pressure)
    now = clock.now()
    item = Item(
        **matter.key,
        unit=unit,
        baton_id=baton_id,
        number=_number() if _numbered(pressure.rung) else "",
        pace=pressure.pace,
        rung=pressure.rung,
        why=why,
        due_on=pressure.due_on,
        reckoning_id=pressure.reckoning_id,
        cap_reason=cap_reason,
        opened_by_id=by.officer_id,
        opened_at=now,
    )
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError as error:
        # the database allows one open item per matter: somebody was faster
        raise Raced from error
    facts = {"unit": unit.pk, "rung": pressure.rung, "due_on": _iso(pressure.due_on), "over_cap": bool(cap_reason)}
    matters.record("item.opened", item, matter, by=by, facts=facts, first=True)
    _write_step(item, pressure, matter, by=by)
    return item


def _step(item: Item, pressure: Pressure, *, normal: str, by: Viewer) -> Item:
    row = Item.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=item.pk)
    access.require_outside(by, row.unit)
    pressure = _checked(pressure)
    if not row.is_open:
        raise NotOpen(state=row.get_state_display(), what="再走一步")
    follows = next_rung(row.rung)
    if LADDER.index(pressure.rung) < LADDER.index(follows):
        raise StepTaken(rung=Rung(pressure.rung).label, next=Rung(follows).label)
    _check_skip(at=row.rung, allowed=max(follows, normal or follows, key=LADDER.index), pressure=pressure)
    number = row.number or (_number() if _numbered(pressure.rung) else "")
    last = pressure if pressure.due_on else row
    due_on, reckoning_id = last.due_on, last.reckoning_id
    # a new step asks anew: what was answered before it is history, and the unit answers this one
    Item.objects.filter(pk=row.pk).update(
        rung=pressure.rung,
        number=number,
        due_on=due_on,
        reckoning_id=reckoning_id,
        pace=pressure.pace,
        state=Item.State.OPEN,
    )
    row.feedback.filter(state="given").update(state="returned", returned_for=f"已进到{Rung(pressure.rung).label}")
    row.refresh_from_db()
    matter = matter_of(row)
    facts = {"rung": pressure.rung, "due_on": _iso(due_on), "skipped": bool(pressure.skip_reason)}
    matters.record("item.stepped", row, matter, by=by, facts=facts)
    _write_step(row, pressure, matter, by=by)
    return row


def _write_step(item: Item, pressure: Pressure, matter: Matter, *, by: Viewer) -> None:
    step = Step.objects.create(
        item=item,
        rung=pressure.rung,
        words=pressure.words,
        due_on=pressure.due_on,
        reckoning_id=pressure.reckoning_id,
        skip_reason=pressure.skip_reason,
        by_id=by.officer_id,
        at=clock.now(),
    )
    name = Rung(pressure.rung).label
    until = f"，{day_words(item.due_on)}前反馈" if item.due_on else ""
    matters.tell_unit(
        item.unit, item, f"supervision:{step.pk}", f"{name}：{matters.short_name(matter)}", f"{item.why}{until}"
    )


def _checked(pressure: Pressure) -> Pressure:
    if pressure.rung not in LADDER:
        raise BadInput("rung", "请选一步。")
    if pressure.pace not in Item.Pace.values:
        raise BadInput("pace", "请选缓急。")
    day = checked_day(pressure.due_on)
    due = KeptDay(day) if day else _by_pace(pressure) if _numbered(pressure.rung) else None
    return Pressure(
        rung=pressure.rung,
        words=checked_words(pressure.words, "words", "内容", 1000),
        due_on=due.on if due else None,
        reckoning_id=due.reckoning_id if due else None,
        pace=pressure.pace,
        skip_reason=checked_words(pressure.skip_reason, "skip_reason", "越级理由", 200, optional=True),
        cap_reason=checked_words(pressure.cap_reason, "cap_reason", "超过件数的理由", 200, optional=True),
    )


def _by_pace(pressure: Pressure) -> KeptDay:
    """The day that its pace gives a paper that names none."""
    term = rules.pace(rules.in_force(), pressure.pace)
    words = (
        f"{Rung(pressure.rung).label}（{Item.Pace(pressure.pace).label}）{term.threshold} 天内反馈，从发出之日起算。"
    )
    return matters.days_from_now(term, words=words)


def _check_skip(*, at: str, allowed: str, pressure: Pressure) -> None:
    """``allowed`` is the highest rung that needs no reason: the next one, or the one that the rule proposes."""
    highest, wanted = LADDER.index(allowed), LADDER.index(pressure.rung)
    if wanted <= highest or pressure.skip_reason:
        return
    below = LADDER.index(at) + 1 if at else 0
    skipped = "、".join(Rung(rung).label for rung in LADDER[max(below, highest) : wanted])
    start = Rung(at).label if at else "没有督办过"
    raise SkipNeedsReason(at=start, skipped=skipped, rung=Rung(pressure.rung).label)


def _cap_reason(unit: Unit, pressure: Pressure) -> str:
    guard = rules.in_force()[rules.GUARD]
    count = opened_this_month(unit.pk)
    if not guard.in_use or count < guard.threshold:
        return ""
    if not pressure.cap_reason:
        raise TooMany(unit=unit.short_name, count=count, cap=guard.threshold)
    return pressure.cap_reason


def _numbered(rung: str) -> bool:
    return LADDER.index(rung) >= NUMBERED


def _number() -> str:
    """The next number of the year. The row stays locked to the end of the transaction, so a refused order leaves no gap."""
    year = clock.today().year
    OrderSeries.objects.get_or_create(year=year)
    OrderSeries.objects.filter(year=year).update(last=F("last") + 1)
    last = OrderSeries.objects.values_list("last", flat=True).get(year=year)
    return f"{units.words('supervision.mark').strip() or '督'}〔{year}〕{last}号"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
