"""Finding signals (a job), and what a person does with one: dismiss it, hand it to a unit, look back at what came of it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from django.db import transaction

from tongti.outbox import notices
from tongti.outbox.notices import Word
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput
from tongti.shared.text import checked_words
from tongti.signals import access, counting, rules
from tongti.signals.counting import WEEK, YEAR, Cell
from tongti.signals.errors import Decided
from tongti.signals.models import Signal, SignalRule
from tongti.signals.rules import LEAST_WEEKS, Rule, Usual
from tongti.supervision.actions.matters import AT_UNIT, WATCHERS, checked_day
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import Viewer

State = Signal.State
SEASON_WEEKS = 3
_COUNTED = ("count", "past", "mean", "deviation", "deviations", "minimum", "season", "counted_at")


@transaction.atomic
def scan(*, by: Actor = SYSTEM) -> int:
    """Count the running week (on Mondays the one before once more) against what is usual, and keep what stands out.

    Safe to repeat: a cell has one row a week, whose numbers are brought up to date while nobody has decided. Answers how many
    are new. Costs two aggregates over a dozen weeks of cases, whatever the archive holds.
    """
    today = clock.today()
    this = counting.monday(today)
    found = 0
    for week in (this,) if today != this else (this - WEEK, this):
        found += _scan(week, rules.in_force(), by=by)
    return found


def _scan(week: date, rule: Rule, *, by: Actor) -> int:
    first = counting.first_day()
    known = min(rule.weeks, (week - first).days // 7) if first else 0
    if known < LEAST_WEEKS:
        return 0
    standing = {(row.category_id, row.town_id): row for row in Signal.objects.select_for_update().filter(week=week)}
    now, new, counted, faded = clock.now(), [], [], []
    for cell, count, usual in _cells(week, known, rule, first, set(standing)):
        loud = rules.speaks(count, usual, rule)
        row = standing.get(cell)
        if row is None and loud:
            new.append(
                _numbers(Signal(week=week, category_id=cell[0], town_id=cell[1], found_at=now), count, usual, rule)
            )
        elif row is not None and row.state in (State.OPEN, State.FADED):
            counted.append(_numbers(row, count, usual, rule))
            if loud == (row.state == State.FADED):
                row.state = State.OPEN if loud else State.FADED
                faded.append(row)
    Signal.objects.bulk_create(new)
    Signal.objects.bulk_update(counted, [*_COUNTED, "state"], batch_size=200)
    trail.record_many([("signal.found", row, {"count": row.count}) for row in new], by=by, first=True)
    words = {State.OPEN: "signal.found_again", State.FADED: "signal.faded"}
    trail.record_many([(words[State(row.state)], row, {"count": row.count}) for row in faded], by=by)
    transaction.on_commit(partial(_tell_watchers, [row.pk for row in new]))
    return len(new)


def _cells(
    week: date, known: int, rule: Rule, first: date | None, also: set[Cell]
) -> Iterator[tuple[Cell, int, Usual]]:
    """Every cell with cases in the week (and those that have a row already), its count and what is usual there."""
    past = counting.weeks(week - known * WEEK, known + 1)
    year_ago = week - YEAR - WEEK
    season = counting.weeks(year_ago, SEASON_WEEKS) if rule.season and first and first <= year_ago else None
    for cell in {*past.counts, *also}:
        *before, count = past.of(cell)
        if count or cell in also:
            yield cell, count, rules.usual(before, season.of(cell) if season else None)


def _numbers(row: Signal, count: int, usual: Usual, rule: Rule) -> Signal:
    row.count, row.past, row.mean, row.deviation = count, list(usual.past), usual.mean, usual.deviation
    row.deviations, row.minimum, row.season, row.counted_at = rule.deviations, rule.minimum, usual.season, clock.now()
    return row


def _tell_watchers(pks: list[int]) -> None:
    rows = Signal.objects.filter(pk__in=pks).select_related("category", "town")
    watchers = units.officer_ids_in(WATCHERS)
    notices.tell(Word(pk, row, f"signal:{row.pk}", _name(row), row.why) for row in rows for pk in watchers)


@transaction.atomic
def dismiss(*, signal: Signal, reason: str, by: Viewer) -> Signal:
    """不处理, with the reason. Raises NotAllowed, BadInput, Decided."""
    access.require_decide(by)
    reason = checked_words(reason, "reason", "为什么不处理", 300)
    row = _locked(signal, "研判", State.OPEN, State.FADED)
    row.state, row.reason, row.decided_by_id, row.decided_at = State.DISMISSED, reason, by.officer_id, clock.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    trail.record("signal.dismissed", row, by=by, facts={"count": row.count})
    return row


@transaction.atomic
def plan(*, signal: Signal, owner_id: int, task: str, due_on: date | None, by: Viewer) -> Signal:
    """交办: a unit goes and sees to it before more people have to ask, until a day. It is told. Raises NotAllowed, BadInput, Decided."""
    access.require_decide(by)
    task = checked_words(task, "task", "交办内容", 500)
    due_on = checked_day(due_on)
    if due_on is None:
        raise BadInput("due_on", "请写哪天前办好。")
    owner = units.dispatchable_units().filter(pk=owner_id).first()
    if owner is None:
        raise BadInput("owner", "请选一个在用的单位。")
    row = _locked(signal, "交办", State.OPEN, State.FADED)
    row.state, row.owner, row.task, row.due_on = State.PLANNED, owner, task, due_on
    row.decided_by_id, row.decided_at = by.officer_id, clock.now()
    row.save(update_fields=["state", "owner", "task", "due_on", "decided_by", "decided_at"])
    trail.record("signal.planned", row, by=by, facts={"owner": owner.pk, "due_on": due_on.isoformat()})
    people = units.officers_of(owner.pk, AT_UNIT).values_list("pk", flat=True)
    until = f"{due_on.month} 月 {due_on.day} 日前办好。{task}"
    notices.tell(Word(pk, row, f"signal_planned:{row.pk}", f"未诉先办交办：{_name(row)}", until) for pk in people)
    return row


@transaction.atomic
def look_back(*, signal: Signal, outcome: str, words: str, by: Viewer) -> Signal:
    """回看: what came of it, beside the weeks that followed, which are kept with it. Raises NotAllowed, BadInput, Decided."""
    access.require_decide(by)
    if outcome not in Signal.Outcome.values:
        raise BadInput("outcome", "请选回看结果。")
    words = checked_words(words, "words", "回看说明", 300, optional=True)
    row = _locked(signal, "回看", State.PLANNED)
    row.state, row.outcome, row.outcome_words = State.CHECKED, outcome, words
    row.after = list(counting.after((row.category_id, row.town_id), row.week, clock.today()))
    row.checked_by_id, row.checked_at = by.officer_id, clock.now()
    row.save(update_fields=["state", "outcome", "outcome_words", "after", "checked_by", "checked_at"])
    trail.record("signal.checked", row, by=by, facts={"outcome": outcome})
    return row


@transaction.atomic
def remind(*, by: Actor = SYSTEM) -> int:
    """Tell whoever handed one out, and the supervisors, that its day has come and somebody should look back. Told once."""
    due = Signal.objects.select_for_update(of=("self",), skip_locked=True).filter(
        state=State.PLANNED, reminded_at=None, due_on__lt=clock.today()
    )
    rows = list(due.select_related("category", "town")[:200])
    Signal.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=clock.now())
    watchers = set(units.officer_ids_in(WATCHERS))
    notices.tell(
        Word(pk, row, f"signal_due:{row.pk}", f"到期，请回看：{_name(row)}")
        for row in rows
        for pk in watchers | {row.decided_by_id or 0} - {0}
    )
    return len(rows)


@transaction.atomic
def change_rule(*, weeks: int, deviations: Decimal, minimum: int, season: bool, source: str, by: Viewer) -> SignalRule:
    """A new version of the rule; what was found by the old one keeps its numbers. Raises NotAllowed, BadInput."""
    access.require_decide(by)
    source = checked_words(source, "source", "依据", 120)
    for field, fine, words in (
        ("weeks", 4 <= weeks <= 26, "填 4 到 26 周。"),
        ("deviations", 1 <= deviations <= 9, "填 1 到 9 倍。"),
        ("minimum", 2 <= minimum <= 1000, "填 2 到 1000 件。"),
    ):
        if not fine:
            raise BadInput(field, words)
    made = SignalRule.objects.create(
        weeks=weeks,
        deviations=deviations,
        minimum=minimum,
        season=season,
        source=source,
        by_id=by.officer_id,
        at=clock.now(),
    )
    facts = {"weeks": weeks, "deviations": str(deviations), "minimum": minimum, "season": season}
    trail.record("signal_rule.set", made, by=by, facts=facts, first=True)
    return made


def _locked(signal: Signal, what: str, *states: str) -> Signal:
    row = (
        Signal.objects.select_for_update(of=("self",), no_key=True).select_related("category", "town").get(pk=signal.pk)
    )
    if row.state not in states:
        raise Decided(state=row.get_state_display(), what=what)
    return row


def _name(row: Signal) -> str:
    return f"{row.town.name}{row.category.name}诉求多于往常"
