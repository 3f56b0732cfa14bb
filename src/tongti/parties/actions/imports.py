"""导入登记簿: a table is compared with the register row by row, people decide what is doubtful, then it goes in; again, nothing twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

from tongti.accounts.models import Officer
from tongti.parties import matching, names, tables
from tongti.parties.actions.firms import add_contact, change_firm, enter_many
from tongti.parties.drafts import FirmDraft
from tongti.parties.errors import FirmImportBusy
from tongti.parties.indexes import name_index
from tongti.parties.matching import Known, Match, Register
from tongti.parties.models import Firm, FirmContact, FirmImport, FirmImportRow
from tongti.parties.queries.firms import true_name
from tongti.parties.sectors import read_sector
from tongti.parties.tables import LABELS, Names, Row
from tongti.shared import clock, later
from tongti.shared.errors import BadInput, DomainError, NotAllowed, NotVisible, Raced
from tongti.shared.tables import Table, path_of, read, store
from tongti.trail import actions as trail
from tongti.units.access import May, Scope, Viewer
from tongti.units.queries import viewer_of

CHUNK = 200
COMPARED_AT_ONCE = 500
MOST_BYTES = 20 * 1024 * 1024
UNUSED, FAULTY = timedelta(days=2), timedelta(days=30)
State, Outcome, Decision = FirmImport.State, FirmImportRow.Outcome, FirmImportRow.Decision
NOT_STARTED = (State.UPLOADED, State.COMPARING, State.COMPARED)
WORDS_LIMIT = 300
# column of a table → field of a draft, where they differ
DRAFT_OF = {"park": "park_id", "place": "place_id", "unit": "unit_id"}


@transaction.atomic
def upload_firms(*, name: str, content: bytes, by: Viewer) -> FirmImport:
    """Keep a table and guess its columns; nothing is entered. Raises WrongFile, BadInput, NotAllowed."""
    _require_registrar(by)
    if len(content) > MOST_BYTES:
        raise BadInput("file", "文件超过 20 MB，请分几个文件导入。")
    relative = store(content)
    try:
        table = read(path_of(relative), name, tables.MOST_ROWS)
    except BaseException:
        path_of(relative).unlink(missing_ok=True)
        raise
    batch = FirmImport.objects.create(
        name=Path(name).name[-120:],
        path=relative,
        mapping=tables.guess(table.headers),
        rows=len(table.rows),
        created_by_id=by.officer_id,
        created_at=clock.now(),
    )
    trail.record("import.uploaded", batch, by=by, facts={"rows": batch.rows}, first=True)
    return batch


@transaction.atomic
def compare_firms(*, batch: FirmImport, mapping: Mapping[str, int], by: Viewer) -> FirmImport:
    """The columns are agreed: have every row held against the register. Defers ``compare_firms``.

    May be done again with other columns until the import starts; decisions start afresh. Raises BadInput, FirmImportBusy (also
    while it is being compared), NotAllowed.
    """
    _require_registrar(by)
    if "name" not in mapping:
        raise BadInput("name", "请指明哪一列是名称。")
    if len(set(mapping.values())) != len(mapping):
        raise BadInput("name", "同一列不能用两次，请检查列的对应。")
    open_states = [State.UPLOADED, State.COMPARED]
    if not FirmImport.objects.filter(pk=batch.pk, state__in=open_states).update(
        mapping=dict(mapping), state=State.COMPARING, compared=0
    ):
        raise FirmImportBusy
    FirmImportRow.objects.filter(batch=batch).delete()
    later.defer("compare_firms", batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def run_firm_comparison(*, batch_id: int) -> None:
    """Compare what is not compared yet, 500 rows a transaction, the position in the same commit: a killed worker loses nothing
    and repeats nothing. An import that was dropped or is further on is left alone."""
    batch = FirmImport.objects.filter(pk=batch_id, state=State.COMPARING).first()
    if batch is None:
        return
    comparison = _Comparison(batch, read(path_of(batch.path), batch.name, tables.MOST_ROWS))
    try:
        while batch.compared < len(comparison.rows):
            _compare_chunk(batch, comparison)
        FirmImport.objects.filter(pk=batch.pk, state=State.COMPARING, compared=batch.compared).update(
            state=State.COMPARED
        )
    except Raced:
        # another worker has taken the comparison over, or the table was dropped
        return


@transaction.atomic
def decide_firm_rows(*, batch: FirmImport, decisions: Mapping[int, str], by: Viewer) -> int:
    """What a person says of doubtful rows (row number → decision); answers how many were written.

    Raises FirmImportBusy, NotAllowed.
    """
    _require_registrar(by)
    if not FirmImport.objects.select_for_update().filter(pk=batch.pk, state=State.COMPARED).exists():
        raise FirmImportBusy
    rows = FirmImportRow.objects.filter(batch=batch, outcome=Outcome.DOUBTFUL)
    written = 0
    for decision in Decision.values:
        numbers = [number for number, said in decisions.items() if said == decision]
        written += rows.filter(row__in=numbers).update(decision=decision)
    return written


@transaction.atomic
def start_firm_import(*, batch: FirmImport, by: Viewer) -> FirmImport:
    """Go. Doubtful rows that nobody decided stay out. Raises FirmImportBusy, NotAllowed. Defers ``import_firms``."""
    _require_registrar(by)
    if not FirmImport.objects.filter(pk=batch.pk, state=State.COMPARED).update(state=State.RUNNING):
        raise FirmImportBusy
    trail.record("import.started", batch, by=by, facts={"columns": sorted(batch.mapping)})
    later.defer("import_firms", batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


@transaction.atomic
def drop_firm_import(*, batch: FirmImport, by: Viewer) -> None:
    """The table was the wrong one: forget it before anything is entered. Raises FirmImportBusy, NotAllowed."""
    _require_registrar(by)
    _forget(batch)
    trail.record("import.dropped", FirmImport(pk=batch.pk), by=by)


def tidy_firm_imports() -> int:
    """Tables hold names and phones: those never started go after two days, the files of those with faulty rows after thirty."""
    now = clock.now()
    forgotten = 0
    unused = FirmImport.objects.filter(state__in=NOT_STARTED, created_at__lt=now - UNUSED)
    for batch in unused[:500]:
        with transaction.atomic():
            _forget(batch)
        forgotten += 1
    done = FirmImport.objects.filter(state=State.DONE, finished_at__lt=now - FAULTY)
    for path in done.values_list("path", flat=True):
        if path_of(path).is_file():
            path_of(path).unlink()
            forgotten += 1
    return forgotten


def run_firm_import(*, batch_id: int) -> FirmImport:
    """Enter what is not entered yet, 200 rows a transaction, the position in the same commit: a killed worker loses nothing and
    repeats nothing. Defers ``find_lookalikes``."""
    batch = FirmImport.objects.get(pk=batch_id)
    if batch.state != State.RUNNING:
        return batch
    by = _importer(batch)
    table = read(path_of(batch.path), batch.name, tables.MOST_ROWS)
    try:
        while batch.done < len(table.rows):
            _enter_chunk(batch, table, by=by)
            batch.refresh_from_db()
    except Raced:
        # another worker has taken this import over: it goes on
        batch.refresh_from_db()
        return batch
    _finish(batch, by=by)
    batch.refresh_from_db()
    return batch


@transaction.atomic
def _compare_chunk(batch: FirmImport, comparison: "_Comparison") -> None:
    start = batch.compared
    upto = min(start + COMPARED_AT_ONCE, len(comparison.rows))
    # The position first: whoever was overtaken, or whose table was dropped, writes no row. The mapping is asked for because
    # somebody may have sent the table round again with other columns.
    if not FirmImport.objects.filter(pk=batch.pk, state=State.COMPARING, compared=start, mapping=batch.mapping).update(
        compared=upto
    ):
        raise Raced
    FirmImportRow.objects.bulk_create(comparison.lines(start, upto), batch_size=COMPARED_AT_ONCE)
    batch.compared = upto


class _Comparison:
    """One table held against the register as it stands when the comparison begins (or goes on)."""

    def __init__(self, batch: FirmImport, table: Table) -> None:
        self.batch, self.register = batch, Register.read()
        words = Names.load()
        self.rows = [
            tables.row_of(table.first_row + at, cells, batch.mapping, words) for at, cells in enumerate(table.rows)
        ]
        # the same firm twice in one table: the first row counts
        self.firsts: dict[tuple[object, ...], int] = {}
        for row in self.rows:
            if not row.problem:
                self.firsts.setdefault(_same_in_table(row), row.number)

    def lines(self, start: int, upto: int) -> list[FirmImportRow]:
        """A line for each of these rows, in order."""
        judged = [self._judge(row) for row in self.rows[start:upto]]
        firms = Firm.objects.in_bulk(
            [match.firm_id for _, match in judged if match.outcome == "same" and match.firm_id]
        )
        contacts = _contacts_of(list(firms))
        return [self._line(row, match, firms, contacts) for row, match in judged]

    def _judge(self, row: Row) -> tuple[Row, Match]:
        if row.problem:
            return self._with_slip(row), Match("wrong")
        if (first := self.firsts[_same_in_table(row)]) != row.number:
            return replace(row, problem=f"和第 {first} 行是同一家，不重复导入。"), Match("wrong")
        return row, matching.match(_known(row), self.register)

    def _with_slip(self, row: Row) -> Row:
        near = self.register.slipped(row.typed_code) if row.typed_code else None
        if near is None:
            return row
        return replace(row, problem=f"{row.problem}和已登记的“{near.name}”只差一处，可能是同一家录错了。")

    def _line(
        self, row: Row, match: Match, firms: Mapping[int, Firm], contacts: Mapping[int, "_People"]
    ) -> FirmImportRow:
        outcome, words = match.outcome, row.problem
        if match.outcome == "same":
            firm = firms[match.firm_id or 0]
            changes = _changes(firm, row, contacts.get(firm.pk))
            outcome = Outcome.MATCHED if changes.any else Outcome.SAME
            words = changes.words
        return FirmImportRow(
            batch=self.batch,
            row=row.number,
            outcome=outcome,
            firm_id=match.firm_id,
            reasons=list(match.reasons),
            words=words[:WORDS_LIMIT],
        )


def _same_in_table(row: Row) -> tuple[object, ...]:
    """What makes two rows of one table the same firm: the code, else name and place."""
    return (row.draft.credit_code,) if row.draft.credit_code else (names.plain(row.draft.name), row.draft.place_id)


@dataclass(frozen=True)
class _People:
    """Who is known at a firm."""

    phones: frozenset[bytes]
    names: frozenset[str]


@dataclass(frozen=True)
class _Changes:
    """What a row says that the entry does not."""

    draft: FirmDraft
    columns: tuple[str, ...]
    person: bool

    @property
    def any(self) -> bool:
        return bool(self.columns) or self.person

    @property
    def words(self) -> str:
        """“会改：规模、地址；新增联系人”."""
        parts = ["会改：" + "、".join(LABELS[name] for name in self.columns)] * bool(self.columns)
        return "；".join(parts + ["新增联系人"] * self.person)


def _changes(firm: Firm, row: Row, people: _People | None) -> _Changes:
    now = _draft_of(firm)
    told = {name: getattr(row.draft, DRAFT_OF.get(name, name)) for name in row.given if not name.startswith("contact_")}
    if firm.name_personal:
        # the name here is masked, so it cannot be compared; nor may a table open it
        told.pop("name", None)
    sector = told.pop("sector", None)
    columns = [name for name, value in told.items() if getattr(now, DRAFT_OF.get(name, name)) != value]
    if sector is not None and read_sector(sector) != (firm.sector, firm.section):
        columns.append("sector")
    new = replace(now, **{DRAFT_OF.get(name, name): getattr(row.draft, DRAFT_OF.get(name, name)) for name in columns})
    known = people or _People(frozenset(), frozenset())
    by_name = not row.phone_index and row.contact.name in known.names
    person = not row.contact.empty and row.phone_index not in known.phones and not by_name
    return _Changes(new, tuple(sorted(columns, key=list(LABELS).index)), person)


def _draft_of(firm: Firm) -> FirmDraft:
    """An entry as a draft that would change nothing."""
    columns = {f.name: getattr(firm, f.name) for f in fields(FirmDraft) if f.name != "sector"}
    return FirmDraft(**columns | {"sector": firm.sector or firm.section})


def _known(row: Row) -> Known:
    phones = frozenset({row.phone_index}) if row.phone_index else frozenset()
    draft = row.draft
    core, secret = names.core(draft.name), b""
    if draft.name_personal:
        core, secret = "", name_index(draft.name)
    return Known(0, draft.name, core, draft.credit_code, draft.place_id, draft.park_id, phones, secret)


def _contacts_of(firm_ids: Sequence[int]) -> dict[int, _People]:
    found: dict[int, list[FirmContact]] = {}
    for contact in FirmContact.objects.filter(firm__in=firm_ids, until=None).only("firm_id", "name", "phone_index"):
        found.setdefault(contact.firm_id, []).append(contact)
    return {
        pk: _People(frozenset(bytes(c.phone_index) for c in people), frozenset(c.name for c in people))
        for pk, people in found.items()
    }


@transaction.atomic
def _enter_chunk(batch: FirmImport, table: Table, *, by: Viewer) -> None:
    start = batch.done
    cells = table.rows[start : start + CHUNK]
    words = Names.load()
    rows = {
        number: tables.row_of(number, row, batch.mapping, words)
        for number, row in enumerate(cells, start=table.first_row + start)
    }
    lines = list(FirmImportRow.objects.filter(batch=batch, row__in=rows).order_by("row"))
    to_enter = [line for line in lines if _means(line) == Outcome.NEW]
    to_change = [line for line in lines if _means(line) == Outcome.MATCHED]
    failed = sum(_means(line) == Outcome.WRONG for line in lines)
    same = sum(_means(line) == Outcome.SAME for line in lines)
    entered, taken = _enter(to_enter, rows, by=by)
    changed, unchanged, refused = _change_all(to_change, rows, by=by)
    _leave_undecided(lines)
    moved = FirmImport.objects.filter(pk=batch.pk, done=start, state=State.RUNNING).update(
        done=start + len(cells),
        entered=F("entered") + entered,
        changed=F("changed") + changed,
        same=F("same") + same + unchanged,
        failed=F("failed") + failed + taken + refused,
    )
    if not moved:
        raise Raced


def _means(line: FirmImportRow) -> str:
    """What is to be done with a row, decisions counted in."""
    if line.outcome != Outcome.DOUBTFUL:
        return line.outcome
    return {Decision.SAME: Outcome.MATCHED, Decision.NEW: Outcome.NEW}.get(
        Decision(line.decision or "skip"), Outcome.WRONG
    )


def _enter(lines: Sequence[FirmImportRow], rows: Mapping[int, Row], *, by: Viewer) -> tuple[int, int]:
    """(entered, refused because the code was registered in the meantime)."""
    codes = [rows[line.row].draft.credit_code for line in lines]
    taken = set(
        Firm.objects.filter(credit_code__in=[code for code in codes if code], merged_into=None).values_list(
            "credit_code", flat=True
        )
    )
    free = [line for line in lines if rows[line.row].draft.credit_code not in taken]
    firms = enter_many(rows=[(rows[line.row].draft, (rows[line.row].contact,)) for line in free], by=by) if free else []
    for line, firm in zip(free, firms, strict=True):
        line.firm = firm
    FirmImportRow.objects.bulk_update(free, ["firm"])
    refused = [line for line in lines if line not in free]
    _refuse(refused, "这个信用代码在核对以后被别人登记了，请重新核对。")
    return len(firms), len(refused)


def _change_all(lines: Sequence[FirmImportRow], rows: Mapping[int, Row], *, by: Viewer) -> tuple[int, int, int]:
    """(changed, nothing to change any more, refused)."""
    firms = Firm.objects.in_bulk([line.firm_id for line in lines if line.firm_id])
    people = _contacts_of(list(firms))
    changed = unchanged = refused = 0
    for line in lines:
        firm, row = firms[line.firm_id or 0], rows[line.row]
        try:
            with transaction.atomic():
                written = _change(firm, row, people.get(firm.pk), by=by)
        except DomainError as no:
            _refuse([line], no.sentence)
            refused += 1
        else:
            changed += written
            unchanged += not written
    return changed, unchanged, refused


def _change(firm: Firm, row: Row, people: _People | None, *, by: Viewer) -> bool:
    changes = _changes(firm, row, people)
    if changes.columns:
        # what stands in the register of a name that is a person's is masked: the true one has to stay
        draft = replace(changes.draft, name=true_name(firm)) if firm.name_personal else changes.draft
        change_firm(firm=firm, draft=draft, version=firm.version, compare=False, by=by)
    if changes.person:
        add_contact(firm=firm, contact=row.contact, by=by)
    return changes.any


def _leave_undecided(lines: Sequence[FirmImportRow]) -> None:
    left = [line for line in lines if line.outcome == Outcome.DOUBTFUL and _means(line) == Outcome.WRONG]
    _refuse(left, "拿不准是不是已有的一家，没有导入。")


def _refuse(lines: Sequence[FirmImportRow], sentence: str) -> None:
    for line in lines:
        line.outcome, line.words = Outcome.WRONG, sentence[:WORDS_LIMIT]
    FirmImportRow.objects.bulk_update(lines, ["outcome", "words"])


@transaction.atomic
def _finish(batch: FirmImport, *, by: Viewer) -> None:
    won = FirmImport.objects.filter(pk=batch.pk, state=State.RUNNING).update(state=State.DONE, finished_at=clock.now())
    if not won:
        return
    batch.refresh_from_db()
    facts = {"entered": batch.entered, "changed": batch.changed, "same": batch.same, "failed": batch.failed}
    trail.record("import.finished", batch, by=by, facts=facts)
    if batch.entered or batch.changed:
        later.defer("find_lookalikes", firm_ids=None)
    if not batch.failed:
        # the table is full of names and phones: it goes as soon as nobody needs its faulty rows
        transaction.on_commit(lambda: path_of(batch.path).unlink(missing_ok=True))


def _forget(batch: FirmImport) -> None:
    rows = FirmImport.objects.filter(pk=batch.pk, state__in=NOT_STARTED)
    if not rows.delete()[0]:
        raise FirmImportBusy
    path = batch.path
    transaction.on_commit(lambda: path_of(path).unlink(missing_ok=True))


def _importer(batch: FirmImport) -> Viewer:
    officer = Officer.objects.filter(pk=batch.created_by_id).first()
    if officer is None:
        raise NotVisible
    return viewer_of(officer)


def _require_registrar(by: Viewer) -> None:
    if by.scope(May.KEEP_FIRMS) < Scope.ALL:
        raise NotAllowed(what=May.KEEP_FIRMS.value)
