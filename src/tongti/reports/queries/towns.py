"""The tile map: one square a township, with what is open there and how much came in, beside the same stretch before."""

from dataclasses import dataclass

from tongti.figures import queries as figures
from tongti.reports.queries.periods import BEGINNING, Period
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.units import queries as units
from tongti.units.access import May, Viewer
from tongti.units.models import Region

GROWN_SHARE, GROWN_CASES = 1.2, 3
"""A township is marked as growing from a fifth more than in the stretch before, and three cases at least."""


@dataclass(frozen=True)
class TownTile:
    """One township: its square, the open cases, what came in during the period and during the stretch before."""

    town: Region
    row: int
    column: int
    own: bool
    open: int
    received: int
    before: int
    share: float  # of the fullest township's open cases, 0…1

    @property
    def change(self) -> int:
        return self.received - self.before

    @property
    def grown(self) -> bool:
        return self.change >= GROWN_CASES and self.received >= self.before * GROWN_SHARE


def town_tiles(viewer: Viewer, span: Period) -> tuple[TownTile, ...]:
    """Every active township by row and column, from counters: four queries, however many cases there are. Raises NotAllowed."""
    viewer.require(May.BOARD)
    stock = figures.by_unit(["town_open"], since=BEGINNING, until=clock.today())["town_open"]
    since, until = span.before
    now = figures.by_unit(["town_received"], since=span.since, until=span.until)["town_received"]
    before = figures.by_unit(["town_received"], since=since, until=until)["town_received"]
    most = max([*stock.values(), 1])
    return tuple(
        TownTile(
            town=placed.town,
            row=placed.row,
            column=placed.column,
            own=placed.own,
            open=max(0, stock.get(placed.town.pk, 0)),
            received=max(0, now.get(placed.town.pk, 0)),
            before=max(0, before.get(placed.town.pk, 0)),
            share=max(0, stock.get(placed.town.pk, 0)) / most,
        )
        for placed in units.tiles()
    )


def town_for(viewer: Viewer, pk: int) -> Region:
    """A township whose list the viewer may open. Raises NotAllowed, NotVisible."""
    viewer.require(May.BOARD)
    found = units.townships().filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found
