"""Who sees and who keeps what: items are open to every officer who sees cases, matters are seen with their case, candidates with
the whole district or the unit they are about."""

from functools import reduce

from django.db.models import Q

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.shared.errors import NotAllowed
from tongti.units.access import May, Scope, Viewer
from tongti.window.models import ReformCandidate, ServiceItem

READERS = (May.SEE, May.ADMINISTER)


def may_keep_item(viewer: Viewer, item: ServiceItem | None) -> bool:
    """The keeper of the catalogues; and for an item that is there, who signs for the unit that handles it."""
    if viewer.can(May.ADMINISTER):
        return True
    return item is not None and viewer.can_at(May.SIGN, item.unit_id, item.unit.path)


def require_item(viewer: Viewer, item: ServiceItem | None) -> None:
    """Raises NotAllowed."""
    if not may_keep_item(viewer, item):
        raise NotAllowed(what="维护办事事项")


def visible_matters(viewer: Viewer) -> Q:
    """Matters of the cases that she sees."""
    if viewer.scope(May.SEE) == Scope.ALL:
        return Q()
    return Q(case__in=Case.objects.filter(case_access.visible(viewer)))


def may_fill(viewer: Viewer, case: Case) -> bool:
    """Who writes in the window's register of a case: whoever registers, joins or supervises, and the unit that holds it."""
    if any(viewer.can(may) for may in (May.JOIN, May.SUPERVISE)) or viewer.scope(May.REGISTER) == Scope.ALL:
        return True
    return viewer.can(May.HANDLE) and case.holder_id in viewer.unit_ids_for(May.HANDLE)


def visible_candidates(viewer: Viewer) -> Q:
    """With sight of the district all of them; else those of her units, as the one responsible or the one that handles the item."""
    if viewer.scope(May.SEE) == Scope.ALL:
        return Q()
    ids = sorted(viewer.unit_ids_for(May.SEE))
    if not ids:
        return Q(pk__in=[])
    parts = [Q(unit__in=ids), Q(item__unit__in=ids)]
    for path in viewer.paths_for(May.SEE):
        parts += [Q(unit__path__startswith=path), Q(item__unit__path__startswith=path)]
    return reduce(Q.__or__, parts)


def may_decide(viewer: Viewer) -> bool:
    """Who says that one case has become a class of cases: whoever makes questions of cases."""
    return viewer.can(May.JOIN)


def may_finish(viewer: Viewer, candidate: ReformCandidate) -> bool:
    """The deciders, and who signs for the responsible unit."""
    if may_decide(viewer):
        return True
    unit = candidate.unit
    return unit is not None and viewer.can_at(May.SIGN, unit.pk, unit.path)


def require(allowed: bool, what: str) -> None:
    """Raises NotAllowed."""
    if not allowed:
        raise NotAllowed(what=what)
