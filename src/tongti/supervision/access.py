"""Who supervises, who instructs, and who sees which item: the supervising side all, a unit what concerns itself."""

from functools import reduce

from django.db.models import Q

from tongti.supervision.errors import OwnUnit
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Unit

WATCHES = (May.SUPERVISE, May.INSTRUCT)
"""The supervising side. Dispatchers read along, because they can move what is stuck."""
WORKS = (May.RECEIVE, May.HANDLE, May.SIGN)


def watches(viewer: Viewer) -> bool:
    """Sees every item, proposal and instruction."""
    return any(viewer.can(may) for may in (*WATCHES, May.DISPATCH))


def visible(viewer: Viewer, unit: str = "unit") -> Q:
    """Items (or instructions, by their ``unit`` column) that concern her: all, or those of the units she works for."""
    if watches(viewer):
        return Q()
    parts = [Q(pk__in=[])]
    for may in WORKS:
        scope = viewer.scope(may)
        if scope > Scope.NONE:
            parts.append(Q(**{f"{unit}_id__in": sorted(viewer.unit_ids_for(may))}))
        if scope == Scope.SUBTREE:
            parts += [Q(**{f"{unit}__path__startswith": path}) for path in viewer.paths_for(may)]
    return reduce(Q.__or__, parts)


def answers_for(viewer: Viewer, unit: Unit) -> bool:
    """May write the unit's feedback: whoever handles or signs there."""
    return any(viewer.can_at(may, unit.pk, unit.path) for may in (May.HANDLE, May.SIGN))


def require_answers(viewer: Viewer, unit: Unit) -> None:
    """Raises NotAllowed."""
    if not viewer.can_at(May.SIGN, unit.pk, unit.path):
        viewer.require_at(May.HANDLE, unit.pk, unit.path)


def require_outside(viewer: Viewer, unit: Unit) -> None:
    """Supervisors hold no post at the supervised unit or below it. Raises NotAllowed, OwnUnit."""
    viewer.require(May.SUPERVISE)
    if any(seat.unit_path.startswith(unit.path) for seat in viewer.seats):
        raise OwnUnit(unit=unit.short_name)
