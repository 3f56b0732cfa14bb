"""Addresses of needs, offers and introductions."""

from django.urls import path

from tongti.web.desk import introductions, linkups

urlpatterns = [
    path("linkups/", linkups.page, name="linkups"),
    path("linkups/new/", linkups.new, name="linkup_new"),
    path("linkups/pairs/", introductions.pairs, name="linkup_pairs"),
    path("linkups/pairs/<int:pk>/", introductions.pair, name="linkup_pair"),
    path("linkups/introductions/", introductions.listing, name="introductions"),
    path("linkups/introductions/<int:pk>/", introductions.one, name="introduction"),
    path("linkups/<int:pk>/", linkups.one, name="linkup"),
    path("linkups/<int:pk>/edit/", linkups.edit, name="linkup_edit"),
    path("linkups/<int:pk>/state/", linkups.state, name="linkup_state"),
]
