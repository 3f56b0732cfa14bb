"""Which firms an officer may see and keep. One place, used by lists, pages, exports and imports."""

from collections.abc import Callable
from functools import reduce

from django.db.models import Q

from tongti.parties.models import Firm
from tongti.units.access import May, Scope, Viewer
from tongti.units.queries import unit_ids_below

Hers = Callable[[Viewer], Q]

_HERS: list[Hers] = []


def also_hers(condition: Hers) -> None:
    """Rooms above say which further firms are an officer's own (those she is assigned to); called once from ``ready()``.

    The condition is on Firm and opens for reading and keeping alike, to whoever holds the permission at any scope.
    """
    _HERS.append(condition)


def visible(viewer: Viewer) -> Q:
    """The firms she may see: ALL; else those that her units (SUBTREE: and the units below) serve, and those that are hers."""
    return within(viewer, May.SEE_FIRMS)


def within(viewer: Viewer, may: May) -> Q:
    """The firms that this permission reaches."""
    scope = viewer.scope(may)
    if scope == Scope.ALL:
        return Q()
    if scope == Scope.NONE:
        return Q(pk__in=[])
    units = {seat.unit_id for seat in viewer.seats if seat.role.grants.get(may, Scope.NONE) >= Scope.UNIT}
    if paths := viewer.paths_for(may):
        units |= set(unit_ids_below(paths))
    return reduce(Q.__or__, (hers(viewer) for hers in _HERS), Q(unit__in=sorted(units)))


def may_keep(viewer: Viewer, firm: Firm) -> bool:
    """Whether she may change this entry, its contacts and its figures."""
    if viewer.scope(May.KEEP_FIRMS) == Scope.ALL:
        return True
    return viewer.can(May.KEEP_FIRMS) and Firm.objects.filter(within(viewer, May.KEEP_FIRMS), pk=firm.pk).exists()


def may_reveal(viewer: Viewer, firm: Firm) -> bool:
    """Whether a reason would open the contacts of this firm: whoever keeps its file has to ring it; so may those with the
    district-wide right to identities who see the firm."""
    return viewer.scope(May.SEE_IDENTITY) == Scope.ALL or may_keep(viewer, firm)
