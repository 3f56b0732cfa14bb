"""Which cases an officer may see and write on. One place, used by lists, pages, search, exports and jobs."""

from functools import reduce

from django.db.models import Q

from tongti.units.access import May, Scope, Viewer
from tongti.units.queries import unit_ids_below


def visible(viewer: Viewer) -> Q:
    """ALL: every case. UNIT: cases that her units take or took part in. SUBTREE: the same with all units below. OWN: what
    she registered herself. No permission: none."""
    return within(viewer, May.SEE)


def within(viewer: Viewer, may: May) -> Q:
    """The cases that this permission reaches, by the same scopes."""
    scope = viewer.scope(may)
    if scope == Scope.ALL:
        return Q()
    if scope == Scope.NONE:
        return Q(pk__in=[])
    return reduce(Q.__or__, _parts(viewer, may), Q(registered_by=viewer.officer_id))


def _parts(viewer: Viewer, may: May) -> list[Q]:
    units: set[int] = set()
    paths = viewer.paths_for(may)
    for seat in viewer.seats:
        if seat.role.grants.get(may, Scope.NONE) >= Scope.UNIT:
            units.add(seat.unit_id)
    if paths:
        units |= set(unit_ids_below(paths))
    return [Q(units__overlap=sorted(units))] if units else []


def may_see_identity(viewer: Viewer, *, holder_id: int | None, hide_identity: bool) -> bool:
    """Whether a reason would open this asker's identity: district-wide right, or the unit that holds the case now.

    Handling units never see an asker who asked to be hidden (domain sheet W1.14).
    """
    scope = viewer.scope(May.SEE_IDENTITY)
    if scope == Scope.ALL:
        return True
    if scope == Scope.NONE or hide_identity:
        return False
    return holder_id in viewer.unit_ids_for(May.SEE_IDENTITY)


def may_link_hidden(viewer: Viewer) -> bool:
    """Whether two cases of an asker who asked to be hidden may be shown as one person's: what the same person said elsewhere
    tells a handling unit who she is (domain sheet W1.14)."""
    return viewer.scope(May.SEE_IDENTITY) == Scope.ALL
