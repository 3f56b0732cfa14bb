"""乡镇方格: the administrator puts each township into a square of the map."""

from collections.abc import Mapping

from django.db import transaction

from tongti.shared.errors import BadInput
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Region, Tile
from tongti.units.queries import townships

Square = tuple[int, int]


@transaction.atomic
def place_tiles(*, squares: Mapping[int, Square | None], by: Viewer) -> int:
    """Put townships (by id) into (row, column), both from 1; None takes one off the map. Whoever is not named stays where she is.

    Answers how many moved. Raises NotAllowed; BadInput at ``row_<id>`` when two would share a square or one is off the grid.
    """
    by.require(May.ADMINISTER)
    # whole: two administrators at it at once would each check against half of what is going to be there
    before = {tile.town_id: tile for tile in Tile.objects.select_for_update()}
    towns = {town.pk: town for town in townships().filter(pk__in=squares)}
    moved = {pk: squares[pk] for pk in towns if squares[pk] != _square(before.get(pk))}
    _check({pk: _square(tile) for pk, tile in before.items()} | moved)
    Tile.objects.filter(town_id__in=moved).delete()
    Tile.objects.bulk_create([Tile(town_id=pk, row=at[0], column=at[1]) for pk, at in moved.items() if at])
    trail.record_many([("region.tile_placed", towns[pk], _facts(at)) for pk, at in moved.items()], by=by)
    return len(moved)


def _check(squares: Mapping[int, Square | None]) -> None:
    taken: dict[Square, int] = {}
    for pk, at in squares.items():
        if at is None:
            continue
        if not all(1 <= place <= Tile.MOST for place in at):
            raise BadInput(f"row_{pk}", f"行和列都填 1 到 {Tile.MOST}。")
        if at in taken:
            other = Region.objects.get(pk=taken[at])
            raise BadInput(f"row_{pk}", f"第 {at[0]} 行第 {at[1]} 列已经是{other.name}，请换一格。")
        taken[at] = pk


def _square(tile: Tile | None) -> Square | None:
    return (tile.row, tile.column) if tile else None


def _facts(at: Square | None) -> dict[str, int | None]:
    return {"row": at[0] if at else None, "column": at[1] if at else None}
