"""走访: hearing that goes out to meet it. A campaign, its people and firms; visits; what was found; what is looked at again."""

from tongti.visits.models.campaigns import Assignment, Campaign, Goal, Line, OfferedTime, Part, Team, TeamMember
from tongti.visits.models.findings import Finding, FindingStep, Revisit, RevisitRule
from tongti.visits.models.tallies import Tally
from tongti.visits.models.visits import Companion, Delivery, Visit, VisitFigure, VisitPhoto

__all__ = [
    "Assignment",
    "Campaign",
    "Companion",
    "Delivery",
    "Finding",
    "FindingStep",
    "Goal",
    "Line",
    "OfferedTime",
    "Part",
    "Revisit",
    "RevisitRule",
    "Tally",
    "Team",
    "TeamMember",
    "Visit",
    "VisitFigure",
    "VisitPhoto",
]
