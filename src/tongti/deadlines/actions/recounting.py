"""重算: open deadlines counted anew under a changed calendar. The only way a stored date changes without a person asking."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.db import transaction

from tongti.deadlines.models import CalendarNotice, Recount, RecountLine
from tongti.deadlines.queries import calendar, forget_calendar
from tongti.deadlines.recounts import CHUNK, KEEPERS, Change, Keeper, span_of
from tongti.shared import clock
from tongti.shared.errors import BadInput
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from worktime import Calendar

Outcome = RecountLine.Outcome


@transaction.atomic
def recount(*, reason: str, by: Viewer) -> Recount:
    """Count what is open anew under today's calendar (after a local day was entered or taken out).

    Raises NotAllowed, BadInput.
    """
    by.require(May.ADMINISTER)
    reason = reason.strip()
    if not reason:
        raise BadInput("reason", "请写明为什么重算，例如“6 月 10 日防汛停工”。")
    if len(reason) > 200:
        raise BadInput("reason", f"“原因”写了 {len(reason)} 字，最多 200 字。")
    forget_calendar()
    return recount_open(target=calendar(), reason=reason, notice=None, by=by)


def recount_open(*, target: Calendar, reason: str, notice: CalendarNotice | None, by: Viewer) -> Recount:
    """Every open deadline that ``target`` changes, in the caller's transaction: moved, kept or settled, line by line."""
    done = Recount.objects.create(
        notice=notice,
        reason=reason,
        before_version=calendar().version,
        after_version=target.version,
        by_id=by.officer_id,
        at=clock.now(),
    )
    counts: Counter[str] = Counter()
    for keeper in KEEPERS.values():
        for found in _changes(keeper, target):
            written = keeper.apply(found, target, by=by)
            RecountLine.objects.bulk_create(_line(done, change) for change in written)
            counts.update(change.outcome for change in written)
    done.moved, done.kept, done.settled = (
        counts[outcome] for outcome in (Outcome.MOVED, Outcome.KEPT, Outcome.SETTLED)
    )
    done.save(update_fields=["moved", "kept", "settled"])
    facts = {"moved": done.moved, "kept": done.kept, "settled": done.settled, "calendar": target.version}
    trail.record("recount.done", done, by=by, facts=facts, first=True)
    return done


def _changes(keeper: Keeper, target: Calendar) -> Iterator[Sequence[Change]]:
    """What changes, a few hundred rows at a time: all changes of a row are in one lot."""
    span, last = span_of(target), 0
    while True:
        scan = keeper.scan(target, after=last, most=CHUNK, span=span)
        if scan.changes:
            yield scan.changes
        if scan.last is None:
            return
        last = scan.last


def _line(done: Recount, change: Change) -> RecountLine:
    return RecountLine(
        recount=done,
        kind=change.kind,
        object_id=change.object_id,
        clock=change.clock,
        old_at=change.old_at,
        new_at=change.new_at,
        by_day=change.by_day,
        outcome=change.outcome,
    )
