"""Who may see which question: the same reach as for cases, by the units that take or took part."""

from django.db.models import Q

from tongti.units.access import May, Scope, Viewer
from tongti.units.queries import unit_ids_below


def visible(viewer: Viewer) -> Q:
    """The questions this viewer may see; candidates and undispatched ones have no units yet, so only ALL sees them."""
    scope = viewer.scope(May.SEE)
    if scope >= Scope.ALL:
        return Q()
    if scope == Scope.SUBTREE:
        return Q(units__overlap=sorted(viewer.unit_ids_for(May.SEE) | set(unit_ids_below(viewer.paths_for(May.SEE)))))
    if scope == Scope.UNIT:
        return Q(units__overlap=sorted(viewer.unit_ids_for(May.SEE)))
    return Q(pk__in=[])
