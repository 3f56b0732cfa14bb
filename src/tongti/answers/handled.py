"""Who worked on a case, for the rule handle ≠ verify (design rules): none of these units judges, weighs or revisits it.

One set for every check: batons on the case itself, batons on every question that it is or was in (joined, moved on, undone: what a
unit did there was done about this case), and the leads whose answers its asker got. Rather one unit too many than one that judges itself.
"""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from tongti.answers.models import Reply
from tongti.questions.models import Membership
from tongti.relay.models import Baton

WAS_IN = (Membership.State.ACTIVE, Membership.State.LEFT)


def units_that_worked(case_ids: Collection[int]) -> dict[int, set[int]]:
    """case id → every unit that worked on it; cases without any are left out. One query."""
    own = Baton.objects.filter(case_id__in=case_ids).order_by().values_list("case_id", "unit_id")
    joint = Membership.objects.filter(case_id__in=case_ids, state__in=WAS_IN, question__batons__isnull=False)
    led = Reply.objects.filter(case_id__in=case_ids).order_by().values_list("case_id", "answer__lead_id")
    found: dict[int, set[int]] = {}
    for case_id, unit_id in own.union(joint.order_by().values_list("case_id", "question__batons__unit_id"), led):
        found.setdefault(case_id, set()).add(unit_id)
    return found


def worked_on_by(unit_ids: Collection[int]) -> Q:
    """The same of rows that have a ``case``: one of these units worked on it. Three look-ups by index for each row that is read."""
    case = OuterRef("case_id")
    own = Baton.objects.filter(case_id=case, unit_id__in=unit_ids)
    joint = Membership.objects.filter(case_id=case, state__in=WAS_IN, question__batons__unit_id__in=unit_ids)
    led = Reply.objects.filter(case_id=case, answer__lead_id__in=unit_ids)
    return Q(Exists(own)) | Q(Exists(joint)) | Q(Exists(led))
