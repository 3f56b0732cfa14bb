"""重算: open deadlines counted anew under a changed calendar. The only way a stored date changes without a person asking.

One recount is one logged action, and it goes lot by lot: each lot is a transaction that writes what it moved together with
the place where the next one begins. So a recount that was cut off goes on there, two workers take turns, and each date is
moved once. The first lot belongs to the step that sets it going; where that is all, no job is needed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from tongti.deadlines.errors import StillCounting
from tongti.deadlines.models import CalendarNotice, Recount, RecountLine
from tongti.deadlines.queries import calendar, forget_calendar
from tongti.deadlines.recounts import KEEPERS, Change, Reach, span_of
from tongti.shared import clock, later
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.queries import viewer_of
from worktime import Calendar

LOT = 200
"""Rows looked at in one transaction: small enough that nobody who acts on one of them waits long."""
Outcome = RecountLine.Outcome
State = Recount.State


@transaction.atomic
def recount(*, reason: str, by: Viewer) -> Recount:
    """Count what is open anew under today's calendar (after a local day was entered or taken out).

    Raises NotAllowed, BadInput, StillCounting.
    """
    by.require(May.ADMINISTER)
    reason = reason.strip()
    if not reason:
        raise BadInput("reason", "请写明为什么重算，例如“6 月 10 日防汛停工”。")
    if len(reason) > 200:
        raise BadInput("reason", f"“原因”写了 {len(reason)} 字，最多 200 字。")
    forget_calendar()
    return begin(target=calendar(), reason=reason, notice=None, by=by)


def begin(*, target: Calendar, reason: str, notice: CalendarNotice | None, by: Viewer) -> Recount:
    """Set a recount under ``target`` going, in the caller's transaction: its first lot now, the rest by a job.

    Called before today's calendar becomes ``target``. Raises StillCounting.
    """
    reach = Reach(calendar().version, span_of(target))
    first, last = reach.span or (None, None)
    try:
        with transaction.atomic():
            row = Recount.objects.create(
                notice=notice,
                reason=reason,
                state=State.RUNNING,
                before_version=reach.known,
                after_version=target.version,
                span_first=first,
                span_last=last,
                found=sum(keeper.count(reach) for keeper in KEEPERS.values()),
                by_id=by.officer_id,
                at=clock.now(),
            )
    except IntegrityError as error:
        other = Recount.objects.filter(state=State.RUNNING).first()
        raise (StillCounting(reason=other.reason, share=other.share) if other else Raced) from error
    trail.record("recount.begun", row, by=by, facts={"found": row.found, "calendar": target.version}, first=True)
    if not _lot(row, target, by):
        later.defer("continue_recount", recount_id=row.pk)
    row.refresh_from_db()
    return row


def continue_recount(*, recount_id: int) -> Recount:
    """Look at what is left, lot by lot; stopped anywhere, the next run goes on from there. It acts for whoever began it.

    Run by a job; running it twice, or by two workers, moves each date once.
    """
    row = Recount.objects.select_related("by").get(pk=recount_id)
    by = viewer_of(row.by)
    while not _next_lot(recount_id, by):
        pass
    row.refresh_from_db()
    return row


@transaction.atomic
def _next_lot(recount_id: int, by: Viewer) -> bool:
    """One more lot under the recount's lock; whether it is over."""
    row = Recount.objects.select_for_update(of=("self",)).get(pk=recount_id)
    if row.state != State.RUNNING:
        return True
    forget_calendar()  # what another process entered a moment ago counts here already
    return _lot(row, calendar(), by)


@transaction.atomic
def push_recount(*, recount: Recount, by: Viewer) -> None:
    """接着重算: for a recount that stands still because its job gave up. Raises NotAllowed, Raced (it is done)."""
    by.require(May.ADMINISTER)
    if not Recount.objects.filter(pk=recount.pk, state=State.RUNNING).exists():
        raise Raced
    later.defer("continue_recount", recount_id=recount.pk)
    trail.record("recount.pushed", recount, by=by, facts={"looked_at": recount.looked_at})


def _lot(row: Recount, target: Calendar, by: Actor) -> bool:
    """The next ``LOT`` rows behind the recount's place: judged, written, listed. Whether there are no more."""
    reach = Reach(row.before_version, _span(row))
    kinds = list(KEEPERS)
    place, last, room = kinds.index(row.at_kind) if row.at_kind else 0, row.at_id, LOT
    counts: Counter[str] = Counter()
    while room > 0 and place < len(kinds):
        keeper = KEEPERS[kinds[place]]
        scan = keeper.scan(target, after=last, most=room, reach=reach)
        written = keeper.apply(scan.changes, target, by=by) if scan.changes else []
        _list(row, written)
        counts.update(change.outcome for change in written)
        room -= scan.looked_at
        place, last = (place, scan.last) if scan.last is not None else (place + 1, 0)
    over = place == len(kinds)
    Recount.objects.filter(pk=row.pk).update(
        moved=F("moved") + counts[Outcome.MOVED],
        kept=F("kept") + counts[Outcome.KEPT],
        settled=F("settled") + counts[Outcome.SETTLED],
        looked_at=F("looked_at") + LOT - room,
        at_kind="" if over else kinds[place],
        at_id=last,
    )
    if over:
        _finish(row, target, by)
    return over


def _span(row: Recount) -> tuple[date, date] | None:
    return (row.span_first, row.span_last) if row.span_first and row.span_last else None


def _finish(row: Recount, target: Calendar, by: Actor) -> None:
    Recount.objects.filter(pk=row.pk).update(state=State.DONE, done_at=clock.now())
    row.refresh_from_db()
    facts = {"moved": row.moved, "kept": row.kept, "settled": row.settled, "calendar": target.version}
    trail.record("recount.done", row, by=by, facts=facts)


_LIST = (
    "INSERT INTO deadlines_recountline (recount_id, kind, object_id, clock, old_at, new_at, by_day, outcome) "
    "SELECT %s::bigint, * FROM unnest(%s::varchar[], %s::bigint[], %s::varchar[], %s::timestamptz[], %s::timestamptz[], "
    "%s::boolean[], %s::varchar[])"
)


def _list(row: Recount, changes: Sequence[Change]) -> None:
    """The lines of a lot, eight hundred of them, as one statement with an array for each column."""
    if not changes:
        return
    lines = [(c.kind, c.object_id, c.clock, c.old_at, c.new_at, c.by_day, str(c.outcome)) for c in changes]
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [row.pk, *(list(column) for column in zip(*lines, strict=True))])
