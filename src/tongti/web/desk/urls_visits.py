"""Addresses of the command office: campaigns and visits."""

from django.urls import path

from tongti.web.desk import campaigns, past, progress

urlpatterns = [
    path("campaigns/", campaigns.listing, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign_new"),
    path("campaigns/<int:pk>/", campaigns.page, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.edit, name="campaign_edit"),
    path("campaigns/<int:pk>/goals/", campaigns.goals, name="campaign_goals"),
    path("campaigns/<int:pk>/teams/new/", campaigns.team_new, name="team_new"),
    path("campaigns/<int:pk>/assign/", campaigns.assign, name="campaign_assign"),
    path("campaigns/<int:pk>/progress/", progress.page, name="campaign_progress"),
    path("campaigns/<int:pk>/firms/", progress.firms, name="campaign_firms"),
    path("campaigns/<int:pk>/findings/", progress.findings, name="campaign_findings"),
    path("teams/<int:pk>/", campaigns.team, name="team"),
    path("assignments/<int:pk>/end/", campaigns.assignment_end, name="assignment_end"),
    path("visits/", campaigns.all_visits, name="visits"),
    path("revisits/", past.listing, name="revisits"),
    path("revisits/rules/", past.rules, name="revisit_rules"),
    path("revisits/plan/", past.plan, name="revisits_plan"),
    path("revisits/<int:pk>/assign/", past.assign, name="revisit_assign"),
    path("revisits/again/", past.found_again, name="found_again"),
]
