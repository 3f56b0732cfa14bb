"""Writes on visits. One verb, one function; grouped in files by what they are about."""

from tongti.visits.actions.campaigning import (
    CampaignDraft,
    GoalDraft,
    TeamDraft,
    add_team,
    assign,
    change_campaign,
    change_team,
    end_assignment,
    make_campaign,
    offer_times,
    set_goals,
)
from tongti.visits.actions.closing import take_answers
from tongti.visits.actions.notebook import open_notebook, take_along
from tongti.visits.actions.photographing import add_photo
from tongti.visits.actions.planning import Plan, cancel_visit, join_visit, move_visit, plan_visit
from tongti.visits.actions.raising import raise_finding, settle_repeat
from tongti.visits.actions.receiving import FigureDraft, FindingDraft, Saved, StepDraft, VisitDraft, save_visit
from tongti.visits.actions.revisiting import (
    A_LOT,
    RuleDraft,
    assign_revisit,
    finish_revisit,
    plan_due_revisits,
    plan_revisit,
    set_revisit_rules,
)
from tongti.visits.actions.tallying import count_large

__all__ = [
    "A_LOT",
    "CampaignDraft",
    "FigureDraft",
    "FindingDraft",
    "GoalDraft",
    "Plan",
    "RuleDraft",
    "Saved",
    "StepDraft",
    "TeamDraft",
    "VisitDraft",
    "add_photo",
    "add_team",
    "assign",
    "assign_revisit",
    "cancel_visit",
    "change_campaign",
    "change_team",
    "count_large",
    "end_assignment",
    "finish_revisit",
    "join_visit",
    "make_campaign",
    "move_visit",
    "offer_times",
    "open_notebook",
    "plan_due_revisits",
    "plan_revisit",
    "plan_visit",
    "raise_finding",
    "save_visit",
    "set_goals",
    "set_revisit_rules",
    "settle_repeat",
    "take_along",
    "take_answers",
]
