"""Addresses of the command office: campaigns and visits."""

from django.urls import path

from tongti.web.desk import campaigns

urlpatterns = [
    path("campaigns/", campaigns.listing, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign_new"),
    path("campaigns/<int:pk>/", campaigns.page, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.edit, name="campaign_edit"),
    path("campaigns/<int:pk>/goals/", campaigns.goals, name="campaign_goals"),
    path("campaigns/<int:pk>/teams/new/", campaigns.team_new, name="team_new"),
    path("campaigns/<int:pk>/assign/", campaigns.assign, name="campaign_assign"),
    path("teams/<int:pk>/", campaigns.team, name="team"),
    path("assignments/<int:pk>/end/", campaigns.assignment_end, name="assignment_end"),
    path("visits/", campaigns.all_visits, name="visits"),
]
