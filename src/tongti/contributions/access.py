"""Who sees whose record: the person always and first; her unit's leader later; everybody else sums of units only."""

from datetime import date, timedelta

from tongti.contributions.kinds import next_month
from tongti.units.access import May, Viewer
from tongti.units.models import Unit

LEADS = May.SIGN


def opens_on(month: date, days: int) -> date:
    """From which day on the leader of the unit may look at the persons of a month."""
    return next_month(month) + timedelta(days=days)


def leads(viewer: Viewer, unit_id: int, path: str) -> bool:
    """Whether she answers for the people of this unit."""
    return viewer.can_at(LEADS, unit_id, path)


def reads_sums(viewer: Viewer, unit: Unit) -> bool:
    """Whether she may see the sums of a unit: hers, or within the reach of her board."""
    return unit.pk in viewer.unit_ids or viewer.can_at(May.BOARD, unit.pk, unit.path)
