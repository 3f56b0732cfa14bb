"""What an empty installation starts with."""

from django.db import transaction

from tongti.shared.actor import Actor
from tongti.trail import actions as trail
from tongti.units.models import Category
from tongti.units.queries import shipped_categories


@transaction.atomic
def load_defaults(*, by: Actor) -> int:
    """Enter the shipped category catalogue where there is none at all; answers how many categories were entered.

    A district that has any category of its own keeps exactly what it has. The shipped texts need no entering:
    units.queries.words falls back to them, so a better wording in a later release arrives by itself.
    """
    if Category.objects.exists():
        return 0
    made: list[Category] = []
    above: dict[str, Category] = {}
    for level in (1, 2, 3):
        rows = [
            Category(
                code=row.code,
                name=row.name,
                level=level,
                parent=above.get(row.code[:-2]),
                full_name=row.full_name,
            )
            for row in shipped_categories()
            if len(row.code) == 2 * level
        ]
        made += Category.objects.bulk_create(rows)
        above |= {row.code: row for row in rows}
    trail.record_many([("category.shipped", row, {"code": row.code}) for row in made], by=by, first=True)
    return len(made)
