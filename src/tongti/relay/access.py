"""Who may see and work which baton: her own unit's (or those below), and those who see the whole district."""

from functools import reduce

from django.db.models import Q

from tongti.relay.models import Baton
from tongti.units.access import May, Scope, Viewer

WORKS = (May.RECEIVE, May.HANDLE, May.SIGN)


def own(viewer: Viewer) -> Q:
    """Batons of the units for which she signs, handles or leads."""
    parts = [Q(pk__in=[])]
    for may in WORKS:
        scope = viewer.scope(may)
        if scope > Scope.NONE:
            parts.append(Q(unit_id__in=sorted(viewer.unit_ids_for(may))))
        if scope == Scope.SUBTREE:
            parts += [Q(unit__path__startswith=path) for path in viewer.paths_for(may)]
    return reduce(Q.__or__, parts)


def visible(viewer: Viewer) -> Q:
    """Her own and, with sight of the whole district, every baton."""
    return Q() if viewer.scope(May.SEE) == Scope.ALL else own(viewer)


def require_at(viewer: Viewer, may: May, baton: Baton) -> None:
    """Raises NotAllowed when the permission does not reach the baton's unit."""
    viewer.require_at(may, baton.unit_id, baton.unit.path)


def can_at(viewer: Viewer, may: May, baton: Baton) -> bool:
    """The same as a question."""
    return viewer.can_at(may, baton.unit_id, baton.unit.path)


def require_clock(viewer: Viewer, baton: Baton) -> None:
    """Whoever may stop the baton's clock and let it run again. Raises NotAllowed."""
    if not may_clock(viewer, baton):
        require_at(viewer, May.HANDLE, baton)


def may_clock(viewer: Viewer, baton: Baton) -> bool:
    """The unit that handles it, or a dispatcher."""
    return can_at(viewer, May.HANDLE, baton) or viewer.can(May.DISPATCH)


def seen(viewer: Viewer, baton: Baton) -> bool:
    """Whether ``visible`` lets her see this baton, without asking the database."""
    return viewer.scope(May.SEE) == Scope.ALL or any(can_at(viewer, may, baton) for may in WORKS)
