"""Who reads the rates, asks that a case be left out, decides it, publishes."""

from django.db.models import Q

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.formulas.models import Exclusion
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Unit

DECIDES = May.SUPERVISE
PUBLISHES = May.SUPERVISE


def visible(viewer: Viewer) -> Q:
    """Exclusions: all for those who decide or audit; of the cases she sees for whoever writes on cases."""
    if viewer.can(DECIDES) or viewer.can(May.AUDIT) or viewer.scope(May.BOARD) == Scope.ALL:
        return Q()
    seen = Case.objects.filter(case_access.visible(viewer)).values("pk")
    return Q(case__in=seen) | Q(asked_by=viewer.officer_id)


def reaches(viewer: Viewer, unit: Unit) -> bool:
    """Whether she may open the rates of this unit."""
    return viewer.can_at(May.BOARD, unit.pk, unit.path)


def may_decide(viewer: Viewer, exclusion: Exclusion) -> bool:
    """Another person of another unit, which did not work on the case."""
    return (
        viewer.can(DECIDES)
        and exclusion.asked_by_id != viewer.officer_id
        and exclusion.asked_unit_id not in viewer.unit_ids
        and not viewer.unit_ids & set(exclusion.case.units)
    )
