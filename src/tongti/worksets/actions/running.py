"""The job that does one step on many rows, and the one that throws old results away."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models import F

from tongti.accounts.models import Officer
from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.shared.sheets import write_xlsx
from tongti.shared.tables import path_of
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.units.queries import viewer_of
from tongti.worksets.models import Bulk, BulkRow
from tongti.worksets.verbs import HEADS, VERBS, Verb, find, lines

LOT = 100
"""Rows between two looks at who asks: a post that ended meanwhile ends her run."""
KEPT = timedelta(days=7)
State, RowState = Bulk.State, BulkRow.State


def run_bulk(*, bulk_id: int) -> None:
    """Go through the rows that wait. Safe to repeat, and at once in two workers: a row is done with its mark, in one transaction."""
    bulk = Bulk.objects.filter(pk=bulk_id).first()
    if bulk is None or not bulk.is_open:
        return
    Bulk.objects.filter(pk=bulk_id, state=State.WAITING).update(state=State.RUNNING)
    step = VERBS[bulk.of, bulk.verb]
    while waiting := _waiting(bulk_id):
        by = viewer_of(Officer.objects.get(pk=bulk.by_id))
        for pk in waiting:
            if Bulk.objects.filter(pk=bulk_id).exclude(state=State.RUNNING).exists():
                break
            _do(pk, bulk, step, by)
        else:
            continue
        break
    _finish(bulk_id)


def _waiting(bulk_id: int) -> list[int]:
    rows = BulkRow.objects.filter(bulk_id=bulk_id, state=RowState.WAITING)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:LOT])


@transaction.atomic
def _do(row_id: int, bulk: Bulk, step: Verb, by: Viewer) -> None:
    """One row through the single action, with the rights that she has now; what it refuses is written down and the next one follows."""
    row = BulkRow.objects.select_for_update(no_key=True).get(pk=row_id)
    if row.state != RowState.WAITING:
        return
    try:
        with transaction.atomic():
            step.do(find(bulk.of, by, row.target), bulk, by)
    except DomainError as refused:
        state, sentence, counted = RowState.FAILED, refused.sentence[:300], "failed"
    else:
        state, sentence, counted = RowState.DONE, "", "done"
    BulkRow.objects.filter(pk=row.pk).update(state=state, sentence=sentence)
    Bulk.objects.filter(pk=bulk.pk).update(**{counted: F(counted) + 1})


# --- the result ---------------------------------------------------------------------------------------------------


def _finish(bulk_id: int) -> None:
    """Write the result and say that it is over; of two at once one file stays."""
    bulk = Bulk.objects.get(pk=bulk_id)
    if not bulk.is_open:
        return
    by = viewer_of(Officer.objects.get(pk=bulk.by_id))
    relative = f"bulk/{secrets.token_hex(16)}"
    path = path_of(relative)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = False
    try:
        _write(path, bulk, by)
        kept = _over(bulk, relative, by)
    finally:
        if not kept:
            path.unlink(missing_ok=True)


def _write(path: Path, bulk: Bulk, by: Viewer) -> None:
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        write_xlsx(file, "批量办理结果", (*HEADS, ("结果", 10), ("为什么没有办成", 40)), _result(bulk, by))


def _result(bulk: Bulk, by: Viewer) -> Iterator[list[str]]:
    rows = bulk.rows.order_by("pk").values_list("target", "state", "sentence").iterator(chunk_size=500)
    while lot := list(islice(rows, 500)):
        seen = lines(bulk.of, by, [target for target, _, _ in lot])
        for target, state, sentence in lot:
            yield [*seen.get(target, [""] * len(HEADS)), RowState(state).label, sentence]


@transaction.atomic
def _over(bulk: Bulk, relative: str, by: Viewer) -> bool:
    stopped = Bulk.objects.select_for_update().get(pk=bulk.pk).state == State.STOPPING
    won = Bulk.objects.filter(pk=bulk.pk, state__in=(State.RUNNING, State.STOPPING)).update(
        state=State.STOPPED if stopped else State.DONE, path=relative, finished_at=clock.now()
    )
    if won:
        bulk.refresh_from_db()
        trail.record("bulk.finished", bulk, by=by, facts={"done": bulk.done, "failed": bulk.failed})
    return bool(won)


def tidy_bulks() -> int:
    """Results older than seven days are thrown away; answers how many. What was asked stays written down."""
    old = Bulk.objects.exclude(path="").filter(finished_at__lt=clock.now() - KEPT)[:500]
    gone = 0
    for bulk in old:
        path_of(bulk.path).unlink(missing_ok=True)
        Bulk.objects.filter(pk=bulk.pk).update(path="", state=State.EXPIRED)
        BulkRow.objects.filter(bulk_id=bulk.pk).delete()
        gone += 1
    return gone
