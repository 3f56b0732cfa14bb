"""导入: a table of messages or work orders becomes cases; stopped anywhere it goes on, run again it enters nothing twice."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from tongti.accounts.models import Officer
from tongti.cases import tables
from tongti.cases.actions import numbering
from tongti.cases.actions.intake import (
    Intake,
    checked,
    new_case,
    registered_counts,
    registered_facts,
    tokens_literal,
)
from tongti.cases.errors import ImportBusy, NoHolder
from tongti.cases.models import Case, ImportBatch, RowError
from tongti.cases.tables import Row, Table
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.parties import actions as parties
from tongti.shared import clock, later
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, NotVisible, Raced
from tongti.shared.rows import columns
from tongti.shared.tables import path_of, store
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Category, Region
from tongti.units.queries import fallback_unit, viewer_of
from tongti.units.towns import TownOf

CHUNK = 500
MOST_BYTES = 60 * 1024 * 1024
UNUSED, FAULTY = timedelta(days=2), timedelta(days=30)
BatchState = ImportBatch.State


@transaction.atomic
def upload_import(*, name: str, content: bytes, channel: str = Case.Channel.IMPORT, by: Actor) -> ImportBatch:
    """Keep a table and guess its columns; nothing is entered yet. Raises WrongFile, BadInput, NotAllowed."""
    _require(by)
    if len(content) > MOST_BYTES:
        raise BadInput("file", "文件超过 60 MB，请分几个文件导入。")
    if channel not in Case.Channel.values:
        raise BadInput("channel", "没有这个渠道，请重新选择。")
    relative = store(content)
    try:
        table = tables.read(path_of(relative), name)
    except BaseException:
        path_of(relative).unlink(missing_ok=True)
        raise
    batch = ImportBatch.objects.create(
        name=Path(name).name[-120:],
        path=relative,
        sha256=hashlib.sha256(content).hexdigest(),
        source=f"表{table.signature()}",
        channel=channel,
        mapping=tables.guess(table.headers),
        rows=len(table.rows),
        created_by_id=by.officer_id if isinstance(by, Viewer) else None,
        created_at=clock.now(),
    )
    trail.record("import.uploaded", batch, by=by, facts={"rows": batch.rows}, first=True)
    return batch


@transaction.atomic
def start_import(
    *,
    batch: ImportBatch,
    mapping: Mapping[str, int],
    source: str,
    channel: str,
    by: Actor,
    in_background: bool = True,
) -> ImportBatch:
    """The columns are agreed: go. Raises BadInput, ImportBusy, NotAllowed. Defers ``import_batch``.

    ``in_background=False`` leaves the running to the caller (the command line).
    """
    _require(by)
    source = source.strip()
    if not any(name in mapping for name in tables.REQUIRED_ONE_OF):
        raise BadInput("body", "请指明哪一列是内容（或标题）。")
    columns = list(mapping.values())
    if len(set(columns)) != len(columns):
        raise BadInput("body", "同一列不能用两次，请检查列的对应。")
    if not source or len(source) > 60:
        raise BadInput("source", "请填写来源代号（最多 60 字），同一来源的表每次用同一个。")
    if channel not in Case.Channel.values:
        raise BadInput("channel", "没有这个渠道，请重新选择。")
    won = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.UPLOADED).update(
        mapping=dict(mapping), source=source, channel=channel, state=BatchState.RUNNING
    )
    if not won:
        raise ImportBusy
    batch.refresh_from_db()
    trail.record("import.started", batch, by=by, facts={"columns": sorted(mapping), "channel": channel})
    if in_background:
        later.defer("import_batch", batch_id=batch.pk)
    return batch


@transaction.atomic
def resume_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Go on where it stopped. Raises ImportBusy when it is done, NotAllowed."""
    _require(by)
    won = ImportBatch.objects.filter(pk=batch.pk, state__in=[BatchState.STOPPED, BatchState.RUNNING]).update(
        state=BatchState.RUNNING
    )
    if not won:
        raise ImportBusy
    trail.record("import.resumed", batch, by=by, facts={"at": batch.done})
    later.defer("import_batch", batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


@transaction.atomic
def drop_import(*, batch: ImportBatch, by: Actor) -> None:
    """The table was the wrong one: forget it before anything is entered. Raises ImportBusy, NotAllowed."""
    _require(by)
    pk = batch.pk
    if not ImportBatch.objects.filter(pk=pk, state=BatchState.UPLOADED).delete()[0]:
        raise ImportBusy
    trail.record("import.dropped", ImportBatch(pk=pk), by=by)
    _forget_on_commit(batch.path)


def tidy_imports() -> int:
    """Tables are full of names and phones: those never started go after two days, those with faulty rows after thirty."""
    now = clock.now()
    forgotten = 0
    for batch in ImportBatch.objects.filter(state=BatchState.UPLOADED, created_at__lt=now - UNUSED)[:500]:
        drop_import(batch=batch, by=SYSTEM)
        forgotten += 1
    for path in ImportBatch.objects.filter(state=BatchState.DONE, finished_at__lt=now - FAULTY).values_list(
        "path", flat=True
    ):
        file = path_of(path)
        if file.is_file():
            file.unlink()
            forgotten += 1
    return forgotten


def run_import(*, batch_id: int, progress: Callable[[ImportBatch], None] | None = None) -> ImportBatch:
    """Enter what is not entered yet, 500 rows a transaction; the position is part of the same commit.

    A killed worker loses nothing and repeats nothing; a second worker on the same batch stops at once. Defers ``match_batch``.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.state != BatchState.RUNNING:
        return batch
    by = _importer(batch)
    table = tables.read(path_of(batch.path), batch.name)
    names = _Names.load()
    try:
        while batch.done < len(table.rows):
            _enter_chunk_twice(batch, table, names, by=by)
            batch.refresh_from_db()
            if progress:
                progress(batch)
    except Raced:
        # another worker has taken this batch over: it goes on
        batch.refresh_from_db()
        return batch
    _finish(batch, by=by)
    batch.refresh_from_db()
    return batch


@dataclass(frozen=True)
class _Names:
    """Words of the table → our ids and codes."""

    holder_id: int
    places: Mapping[str, int]
    towns: Mapping[int, int | None]
    categories: Mapping[str, int]
    kinds: Mapping[str, str]
    channels: Mapping[str, str]
    urgencies: Mapping[str, str]

    @classmethod
    def load(cls) -> "_Names":
        holder = fallback_unit()
        if holder is None:
            raise NoHolder
        places: dict[str, int] = {}
        for pk, name in Region.objects.filter(active=True).order_by("-level").values_list("id", "name"):
            places.setdefault(name, pk)
        categories: dict[str, int] = {}
        for pk, code, name, full in Category.objects.filter(active=True).values_list("id", "code", "name", "full_name"):
            for key in (code, name, full):
                categories.setdefault(key, pk)
        return cls(
            holder_id=holder.pk,
            places=places,
            towns=dict(Region.objects.annotate(town=TownOf("id")).values_list("id", "town")),
            categories=categories,
            kinds=_by_label(Case.Kind),
            channels=_by_label(Case.Channel),
            urgencies=_by_label(Case.Urgency),
        )


def _enter_chunk_twice(batch: ImportBatch, table: Table, names: _Names, *, by: Actor) -> None:
    try:
        _enter_chunk(batch, table, names, by=by)
    except IntegrityError:
        # a clerk registered one of these callers, or another import one of these rows, at this very moment
        _enter_chunk(batch, table, names, by=by)


@transaction.atomic
def _enter_chunk(batch: ImportBatch, table: Table, names: _Names, *, by: Actor) -> None:
    start = batch.done
    cells = table.rows[start : start + CHUNK]
    rows = [tables.row_of(table.first_row + start + i, row, batch.mapping) for i, row in enumerate(cells)]
    usable = [row for row in rows if not row.problem]
    known = set(
        Case.objects.filter(source=batch.source, source_id__in=[r.source_id for r in usable]).values_list(
            "source_id", flat=True
        )
    )
    intakes: dict[str, Intake] = {}
    problems = [(row.number, row.problem) for row in rows if row.problem]
    repeated = 0
    for row in usable:
        if row.source_id in known or row.source_id in intakes:
            repeated += 1
            continue
        try:
            intakes[row.source_id] = _intake(batch, row, names)
        except BadInput as wrong:
            problems.append((row.number, wrong.sentence))
    _insert(list(intakes.values()), names, by=by)
    RowError.objects.bulk_create(
        [RowError(batch=batch, row=number, sentence=sentence[:200]) for number, sentence in problems],
        ignore_conflicts=True,
    )
    moved = ImportBatch.objects.filter(pk=batch.pk, done=start, state=BatchState.RUNNING).update(
        done=start + len(cells),
        entered=F("entered") + len(intakes),
        known=F("known") + repeated,
        failed=F("failed") + len(problems),
    )
    if not moved:
        raise Raced


def _insert(intakes: Sequence[Intake], names: _Names, *, by: Actor) -> None:
    """Parties, cases, trail and figures of many rows with about ten statements; numbers in the order of the rows."""
    if not intakes:
        return
    who = [
        parties.contact(kind=i.asker_kind, name=i.asker_name, phone=i.phone, outside_id=i.outside_id) for i in intakes
    ]
    party_ids = parties.keep_many(who)
    ids = _fresh_ids(len(intakes))
    now = clock.now()
    cases = [
        new_case(intake, pk=pk, party_id=party_id, holder_id=names.holder_id, now=now, by=by)
        for intake, pk, party_id in zip(intakes, ids, party_ids, strict=True)
    ]
    trail.record_many([("case.imported", case, registered_facts(case)) for case in cases], by=by, first=True)
    towns = names.towns
    figures.add(
        _summed(
            [c for case in cases for c in registered_counts(case, towns.get(case.place_id) if case.place_id else None)]
        )
    )
    numbering.give_numbers(cases, year=clock.today().year)
    _copy(cases)


def _copy(cases: Sequence[Case]) -> None:
    """COPY: an INSERT with a placeholder per value spends most of its time on counting placeholders."""
    into = columns(Case, without=("search",))
    with connection.cursor() as cursor, cursor.copy(f"COPY cases_case ({into.names}, search) FROM STDIN") as copy:
        for case in cases:
            copy.write_row([*into.values(case), tokens_literal(f"{case.title}\n{case.body}")])


def _intake(batch: ImportBatch, row: Row, names: _Names) -> Intake:
    values = row.values
    place_id = names.places.get(values["place"])
    address = values["address"]
    if values["place"] and place_id is None:
        # a place that we do not know is kept as the asker's own words about it
        address = f"{values['place']} {address}".strip()[:200]
    name = values["name"]
    return checked(
        Intake(
            key=uuid.uuid5(uuid.NAMESPACE_URL, f"tongti:{batch.source}:{row.source_id}"),
            channel=names.channels.get(values["channel"], batch.channel),
            kind=names.kinds.get(values["kind"], Case.Kind.HELP),
            urgency=names.urgencies.get(values["urgency"], Case.Urgency.NORMAL),
            title=values["title"],
            body=values["body"],
            place_id=place_id,
            address=address,
            category_id=names.categories.get(values["category"]),
            asker_name=name,
            phone=values["phone"],
            received_at=values["received_at"],
            source=batch.source,
            source_id=row.source_id,
            outside_id=f"{batch.source}:{name}" if tables.is_account(name) and not values["phone"] else "",
        )
    )


@transaction.atomic
def _finish(batch: ImportBatch, *, by: Actor) -> None:
    won = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).update(
        state=BatchState.DONE, finished_at=clock.now()
    )
    if not won:
        return
    batch.refresh_from_db()
    facts = {"entered": batch.entered, "known": batch.known, "failed": batch.failed}
    trail.record("import.finished", batch, by=by, facts=facts)
    if batch.entered:
        later.defer("match_batch", batch_id=batch.pk)
    if not batch.failed:
        # the table is full of names and phones: it goes as soon as nobody needs its faulty rows
        _forget_on_commit(batch.path)


def _forget_on_commit(path: str) -> None:
    transaction.on_commit(lambda: path_of(path).unlink(missing_ok=True))


def _importer(batch: ImportBatch) -> Actor:
    if batch.created_by_id is None:
        return SYSTEM
    officer = Officer.objects.filter(pk=batch.created_by_id).first()
    if officer is None:
        raise NotVisible
    return viewer_of(officer)


def _fresh_ids(number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('cases_case', 'id')) FROM generate_series(1, %s)", [number]
        )
        return [int(pk) for (pk,) in cursor.fetchall()]


def _summed(counts: Sequence[Count]) -> list[Count]:
    sums: dict[tuple[Any, ...], int] = {}
    for c in counts:
        key = (c.measure, c.day, c.unit_id, c.subject_id)
        sums[key] = sums.get(key, 0) + c.amount
    return [Count(m, day, unit_id=unit, subject_id=subject, amount=n) for (m, day, unit, subject), n in sums.items()]


def _by_label(choices: Any) -> dict[str, str]:
    return {str(label): value for value, label in choices.choices}


def _require(by: Actor) -> None:
    if isinstance(by, Viewer):
        by.require(May.IMPORT)
