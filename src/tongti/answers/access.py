"""Who may see an answer that is being made: the units that take part, and those who see the whole district."""

from functools import reduce

from django.db.models import Q

from tongti.answers.models import Answer
from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.questions import access as question_access
from tongti.questions.models import Question
from tongti.relay.access import WORKS
from tongti.units.access import May, Scope, Viewer


def visible(viewer: Viewer) -> Q:
    """Answers on questions and cases that she may see; nothing for those who see no cases."""
    if not viewer.can(May.SEE):
        return Q(pk__in=[])
    if viewer.scope(May.SEE) == Scope.ALL:
        return Q()
    questions = Question.objects.filter(question_access.visible(viewer))
    return Q(question__in=questions) | Q(case__in=Case.objects.filter(case_access.visible(viewer)))


def led_by(viewer: Viewer, may: May) -> Q:
    """Answers whose lead unit this permission reaches."""
    scope = viewer.scope(may)
    if scope == Scope.ALL:
        return Q()
    parts = [Q(lead_id__in=sorted(viewer.unit_ids_for(may)))] if scope > Scope.NONE else []
    if scope == Scope.SUBTREE:
        parts += [Q(lead__path__startswith=path) for path in viewer.paths_for(may)]
    return reduce(Q.__or__, parts, Q(pk__in=[]))


def may_compose(viewer: Viewer, answer: Answer) -> bool:
    """Whether she writes for the lead unit."""
    return viewer.can_at(May.HANDLE, answer.lead_id, answer.lead.path)


def may_sign(viewer: Viewer, answer: Answer) -> bool:
    """Whether she signs for the lead unit."""
    return viewer.can_at(May.SIGN, answer.lead_id, answer.lead.path)


def works(viewer: Viewer) -> bool:
    """Whether she has anything to do with answers."""
    return any(viewer.can(may) for may in WORKS)
