"""Who sees, prepares and signs off lines of the level lists.

Seen by whoever sees the matter. Prepared by units that take part and by the offices that co-ordinate (提级 is theirs by role).
Signed off by a leader of the district; what stays in the county (县级解决) also by the leader of the unit that prepared it.
"""

from django.db.models import Q

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.lifting.models import OPEN, Level, Lift
from tongti.questions import access as question_access
from tongti.questions.models import Question
from tongti.shared.errors import NotAllowed
from tongti.units.access import May, Scope, Viewer


def visible(viewer: Viewer) -> Q:
    """Lines on questions and cases that she sees."""
    if not viewer.can(May.SEE):
        return Q(pk__in=[])
    if viewer.scope(May.SEE) == Scope.ALL:
        return Q()
    questions = Question.objects.filter(question_access.visible(viewer)).values("pk")
    return Q(question__in=questions) | Q(case__in=Case.objects.filter(case_access.visible(viewer)).values("pk"))


def preparing_unit(viewer: Viewer, taking_part: list[int]) -> int | None:
    """The unit for which she may put this matter on a list; None when she may not."""
    for seat in viewer.seats:
        scope = seat.role.grants.get(May.LIFT, Scope.NONE)
        if scope == Scope.ALL or (scope > Scope.NONE and seat.unit_id in taking_part):
            return seat.unit_id
    return None


def may_work_on(viewer: Viewer, lift: Lift) -> bool:
    """Whether she may change, withdraw or close this line and enter papers on it: the unit that prepared it, or the office."""
    return viewer.can_at(May.LIFT, lift.prepared_unit_id, lift.prepared_unit.path)


def require_work_on(viewer: Viewer, lift: Lift) -> None:
    """Raises NotAllowed."""
    if not may_work_on(viewer, lift):
        raise NotAllowed(what=May.LIFT.value)


def may_sign(viewer: Viewer, lift: Lift) -> bool:
    """Whether the line is hers to sign off."""
    if viewer.scope(May.SIGN_LIFT) == Scope.ALL:
        return True
    return lift.level == Level.COUNTY and lift.prepared_unit_id in viewer.unit_ids_for(May.SIGN_LIFT)


def signed_by(viewer: Viewer) -> Q:
    """Lines that are hers to sign off, whatever their state."""
    if viewer.scope(May.SIGN_LIFT) == Scope.ALL:
        return Q()
    return Q(level=Level.COUNTY, prepared_unit_id__in=sorted(viewer.unit_ids_for(May.SIGN_LIFT)))


def open_lines() -> Q:
    """Lines that are still worked on."""
    return Q(state__in=OPEN)
