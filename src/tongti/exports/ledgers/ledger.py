"""What a ledger is: columns, lines, for whom, and what narrows it. Lines come in chunks by id: memory does not grow with them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from tongti.shared.sheets import Columns
from tongti.units.access import May, Viewer

CHUNK = 2000
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Asked:
    """What narrows a ledger: a campaign, a unit, a state, days (both counted). Empty narrows nothing, and so does what a ledger
    does not know (the register has no days)."""

    campaign_id: int | None = None
    since: date | None = None
    until: date | None = None
    unit_id: int | None = None
    state: str = ""

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Asked":
        """Of what an Export keeps."""
        days = {name: date.fromisoformat(stored[name]) for name in ("since", "until") if stored.get(name)}
        ids = {name: stored.get(name) for name in ("campaign_id", "unit_id")}
        return cls(**ids, **days, state=stored.get("state", ""))

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        days = {name: value.isoformat() for name in ("since", "until") if (value := getattr(self, name))}
        others = {name: value for name in ("campaign_id", "unit_id", "state") if (value := getattr(self, name))}
        return days | others

    def within(self, day: str, *, moment: bool = False, **columns: str) -> Q:
        """Rows whose ``day`` lies in the days and whose columns (``unit_id="holder_id"``) are what was asked for.

        ``moment``: the column is a time, and its day is meant.
        """
        days = f"{day}__date" if moment else day
        wanted: dict[str, Any] = {f"{days}__gte": self.since, f"{days}__lte": self.until}
        wanted |= {column: getattr(self, name) for name, column in columns.items()}
        return Q(**{name: value for name, value in wanted.items() if value})


@dataclass(frozen=True)
class For:
    """For whom a ledger is written, and whether contacts stand in it in full."""

    viewer: Viewer
    people: bool = False


Lines = Iterator[list[str]]


@dataclass(frozen=True)
class Ledger:
    """One ledger. ``reads`` are the permissions any of which shows its lines on a page; ``has_people`` that it names contacts.

    ``days`` says which days narrow it ("" for none), ``states`` which states can be chosen (code → word).
    """

    code: str
    name: str
    sentence: str
    reads: tuple[May, ...]
    columns: Columns
    rows: Callable[[For, Asked], QuerySet[Any]]
    lines: Callable[[For, Sequence[Any]], list[list[str]]]
    has_people: bool = False
    days: str = ""
    by_campaign: bool = False
    by_unit: bool = False
    states: Mapping[str, str] = field(default_factory=dict)

    def write(self, whom: For, asked: Asked) -> Lines:
        """Every line, by id."""
        for chunk in _chunks(self.rows(whom, asked)):
            yield from self.lines(whom, chunk)

    def first(self, whom: For, asked: Asked, most: int) -> tuple[list[list[str]], bool]:
        """The newest lines, at most ``most``, and whether there are more. For paper."""
        found = list(self.rows(whom, asked).order_by("-pk")[: most + 1])
        return self.lines(whom, found[:most]), len(found) > most


def _chunks(rows: QuerySet[M]) -> Iterator[Sequence[M]]:
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def day_of(value: Any) -> str:
    """2026-03-06; "" for none."""
    return value.isoformat() if value else ""
