"""On which level's list a difficulty stands, and which lines of a list come of a campaign."""

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from tongti.lifting.models import Lift
from tongti.questions.models import Membership
from tongti.visits import counting
from tongti.visits.models import Campaign

STANDING = (Lift.State.LIFTED, Lift.State.ANSWERED, Lift.State.CLOSED)
"""Signed off and not taken back or sent back."""


def listed_level() -> Coalesce:
    """The level of the newest standing line on a finding's case, or on the question that its case belongs to; null for none."""
    standing = Lift.objects.filter(state__in=STANDING).order_by("-pk")
    joined = Membership.objects.filter(case_id=OuterRef("case_id"), state=Membership.State.ACTIVE)
    own = standing.filter(case_id=OuterRef("case_id"))
    asked = joined.filter(question__lifts__state__in=STANDING).order_by("-question__lifts__pk")
    return Coalesce(Subquery(own.values("level")[:1]), Subquery(asked.values("question__lifts__level")[:1]))


def of_campaign(campaign: Campaign) -> Q:
    """The lines of a level list whose case, or a case of whose question, was heard in this campaign."""
    cases = counting.made_cases(campaign)
    questions = Membership.objects.filter(case__in=cases, state=Membership.State.ACTIVE).values("question_id")
    return Q(case__in=cases) | Q(question__in=questions)
