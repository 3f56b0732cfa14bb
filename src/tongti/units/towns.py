"""Which township a place lies in, as SQL: figures are counted by township in the statement that writes the fact.

A region's ``path`` lists the ids above it and its own, so at most a handful of rows are read by their keys.
"""

from django.db.models import BigIntegerField, Func

TOWN_OF = (
    "(SELECT town.id FROM units_region AS at_place JOIN units_region AS town "
    "ON town.id = ANY(string_to_array(btrim(at_place.path, '/'), '/')::bigint[]) "
    "WHERE at_place.id = {place} AND town.level = 'township' LIMIT 1)"
)
"""The id of the township, NULL for a place above townships or none; ``{place}`` is an expression for the region's id."""


class TownOf(Func):
    """The same as an expression: ``TownOf("place_id")``."""

    template = TOWN_OF.format(place="%(expressions)s")
    arity = 1
    output_field = BigIntegerField(null=True)
