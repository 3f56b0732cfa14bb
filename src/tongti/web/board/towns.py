"""The squares of the tile map, from the townships' figures."""

from collections.abc import Iterable

from django.urls import reverse

from tongti.reports.queries import Period, TownTile
from tongti.web.tile_charts import Square, note


def squares(tiles: Iterable[TownTile], span: Period) -> list[Square]:
    """One square a township; each opens its list."""
    return [_square(tile, span) for tile in tiles]


def _square(tile: TownTile, span: Period) -> Square:
    moved = f"，比上一段{'多' if tile.change > 0 else '少'} {abs(tile.change)}" if tile.change else "，和上一段一样"
    grown = "，增长明显" if tile.grown else ""
    return Square(
        row=tile.row,
        column=tile.column,
        name=tile.town.name,
        number=tile.open,
        note=note(tile.received, tile.change),
        said=f"{tile.town.name}：在办 {tile.open}，{span.name}收到 {tile.received}{moved}{grown}",
        shade=tile.share,
        grown=tile.grown,
        url=f"{reverse('board:town', args=[tile.town.pk])}?period={span.code}",
    )
