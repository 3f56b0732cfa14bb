"""What an import would do, told line by line before anything is written; and doing it, all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.core import signing
from django.db import transaction

from tongti.shared import clock
from tongti.shared.errors import DomainError, NotVisible
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.errors import FileRefused
from tongti.units.models import Transfer
from tongti.units.transfer import books

KEEP_SECONDS = 3600


@dataclass(frozen=True)
class Line:
    """One line of the file: ``new``, ``changed``, ``same`` or ``wrong``, and why."""

    number: int
    what: str
    state: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The whole file compared with what is here. ``kept`` carries the rows to the next step, signed."""

    kind: str
    title: str
    lines: tuple[Line, ...]
    kept: str = ""

    def count(self, state: str) -> int:
        """How many lines would be new, changed, the same, or are wrong."""
        return sum(line.state == state for line in self.lines)

    @property
    def new(self) -> int:
        return self.count("new")

    @property
    def changed(self) -> int:
        return self.count("changed")

    @property
    def same(self) -> int:
        return self.count("same")

    @property
    def wrong(self) -> int:
        return self.count("wrong")

    @property
    def applicable(self) -> bool:
        """Everything can be read and something would happen."""
        return not self.wrong and bool(self.new + self.changed)


class Book(Protocol):
    """One catalogue that can be read from and written to a file."""

    title: str
    file: str
    extension: str

    def read(self, content: bytes) -> list[tuple[int, Any]]:
        """(line number, plain row) of a file."""
        ...

    def write(self) -> tuple[bytes, int]:
        """The file of what is here, and its number of rows."""
        ...

    def put(self, row: Any, *, by: Viewer) -> tuple[str, str, tuple[str, ...]]:
        """Write one row; answers what it is about, its state, and the names of the columns that changed."""
        ...


# Rooms above add their own when the program starts (deadlines: regimes).
KINDS: dict[str, Callable[[], Book]] = {
    "units": books.Units,
    "officers": books.Officers,
    "categories": books.Categories,
    "duties": books.Duties,
    "texts": books.Texts,
}


def _book(kind: str) -> Book:
    if kind not in KINDS:
        raise NotVisible
    return KINDS[kind]()


def plan(*, kind: str, content: bytes, by: Viewer) -> Plan:
    """What applying this file would do. Nothing is written. Raises FileRefused."""
    by.require(May.ADMINISTER)
    book = _book(kind)
    rows = book.read(content)
    kept = signing.dumps([kind, rows], salt=_salt(by), compress=True)
    return replace(_rehearse(kind, book, rows, by), kept=kept)


def reopen(*, kept: str, by: Viewer) -> tuple[str, list[tuple[int, Any]]]:
    """Kind and rows that a plan kept. Raises FileRefused when they are another's, changed, or older than an hour."""
    try:
        kind, rows = signing.loads(kept, salt=_salt(by), max_age=KEEP_SECONDS)
    except signing.BadSignature as error:
        raise FileRefused(why="核对页放得太久，请重新选文件。") from error
    return str(kind), [(int(number), row) for number, row in rows]


@transaction.atomic
def apply(*, kept: str, by: Viewer) -> Plan:
    """Write the rows of a plan: all of them or none. Raises FileRefused."""
    by.require(May.ADMINISTER)
    kind, rows = reopen(kept=kept, by=by)
    book = _book(kind)
    done = Plan(kind, book.title, tuple(_put(book, rows, by)))
    if done.wrong:
        # What is here moved since the preview; the whole transaction goes back.
        raise FileRefused(why=f"有 {done.wrong} 行现在导不进去了，什么都没有改，请重新核对。")
    if done.new + done.changed:
        facts = {"kind": kind, "added": done.new, "changed": done.changed}
        _note(kind, came_in=True, rows=len(rows), facts=facts, by=by, added=done.new, changed=done.changed)
    return done


@transaction.atomic
def export(*, kind: str, by: Viewer) -> tuple[str, bytes]:
    """(file name, content) of what is here; taking data out is an event."""
    by.require(May.ADMINISTER)
    book = _book(kind)
    content, rows = book.write()
    _note(kind, came_in=False, rows=rows, facts={"kind": kind, "rows": rows}, by=by)
    return f"{book.file}-{clock.today():%Y%m%d}.{book.extension}", content


def _note(
    kind: str, *, came_in: bool, rows: int, facts: dict[str, Any], by: Viewer, added: int = 0, changed: int = 0
) -> None:
    row = Transfer.objects.create(kind=kind, came_in=came_in, rows=rows, added=added, changed=changed, at=clock.now())
    trail.record("catalogue.imported" if came_in else "catalogue.exported", row, by=by, facts=facts, first=True)


def _salt(by: Viewer) -> str:
    return f"catalogue:{by.officer_id}"


def _rehearse(kind: str, book: Book, rows: list[tuple[int, Any]], by: Viewer) -> Plan:
    """Really do it and take it back: the preview cannot promise what applying would refuse."""
    with transaction.atomic():
        lines = _put(book, rows, by)
        transaction.set_rollback(True)
    return Plan(kind, book.title, tuple(lines))


def _put(book: Book, rows: list[tuple[int, Any]], by: Viewer) -> list[Line]:
    lines = []
    for number, row in rows:
        try:
            with transaction.atomic():
                what, state, columns = book.put(row, by=by)
        except DomainError as refused:
            lines.append(Line(number, books.name_of(row), "wrong", (refused.sentence,)))
        else:
            lines.append(Line(number, what, state, columns))
    return lines
