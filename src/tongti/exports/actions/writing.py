"""The job that writes a ledger to a file, and the one that throws old files away."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from tongti.accounts.models import Officer
from tongti.exports import access
from tongti.exports.ledgers import LEDGERS, Asked, For, Ledger
from tongti.exports.models import Export
from tongti.shared import clock
from tongti.shared.sheets import csv_lines, write_xlsx
from tongti.shared.tables import path_of
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.units.queries import viewer_of

STEP = 2000
KEPT = timedelta(days=7)
State = Export.State
OPEN = (State.WAITING, State.RUNNING, State.STOPPED)


def write_export(*, export_id: int) -> None:
    """Write the file. A job that was killed begins the file anew; of two at once the first to finish counts."""
    export = Export.objects.filter(pk=export_id, state__in=OPEN).first()
    if export is None:
        return
    by = viewer_of(Officer.objects.get(pk=export.by_id))
    ledger = LEDGERS[export.ledger]
    if not access.may_ask(by, ledger.reads) or (export.people and not access.may_name_people(by)):
        # her post has changed since she asked
        Export.objects.filter(pk=export.pk, state__in=OPEN).update(state=State.EXPIRED, finished_at=clock.now())
        return
    if not Export.objects.filter(pk=export.pk, state__in=OPEN).update(state=State.RUNNING, done=0):
        return
    relative = f"exports/{secrets.token_hex(16)}"
    path = path_of(relative)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = False
    try:
        written = _write(path, export, ledger, by)
        kept = _finish(export, relative, written, by)
    finally:
        if not kept:
            path.unlink(missing_ok=True)
            Export.objects.filter(pk=export.pk, state=State.RUNNING).update(state=State.STOPPED)


def _write(path: Path, export: Export, ledger: Ledger, by: Viewer) -> int:
    told = _Told(export)
    lines = told.through(ledger.write(For(by, export.people), Asked.read(export.asked)))
    path.touch(mode=0o600)
    if export.form == Export.Form.CSV:
        with path.open("w", encoding="utf-8", newline="") as text:
            text.writelines(csv_lines(ledger.columns, lines))
    else:
        with path.open("r+b") as file:
            write_xlsx(file, ledger.name, ledger.columns, lines, folder=path.parent)
    return told.n


class _Told:
    """Counts the lines that pass, and tells the page every STEP of them."""

    def __init__(self, export: Export) -> None:
        self.export, self.n = export, 0

    def through(self, lines: Iterator[list[str]]) -> Iterator[list[str]]:
        for line in lines:
            yield line
            self.n += 1
            if self.n % STEP == 0:
                Export.objects.filter(pk=self.export.pk, state=State.RUNNING).update(done=self.n)


@transaction.atomic
def _finish(export: Export, relative: str, written: int, by: Viewer) -> bool:
    won = Export.objects.filter(pk=export.pk, state=State.RUNNING).update(
        state=State.DONE,
        path=relative,
        size=path_of(relative).stat().st_size,
        done=written,
        rows=written,
        finished_at=clock.now(),
    )
    if won:
        trail.record("export.written", export, by=by, facts={"rows": written})
    return bool(won)


def tidy_exports() -> int:
    """Files older than seven days are thrown away; answers how many. What was asked and taken stays written down."""
    old = Export.objects.filter(state=State.DONE, finished_at__lt=clock.now() - KEPT)
    gone = 0
    for export in old[:500]:
        path_of(export.path).unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(state=State.EXPIRED, path="")
        gone += 1
    return gone
