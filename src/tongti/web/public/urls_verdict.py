"""Addresses behind one-time links."""

from django.urls import path

from tongti.web.public import verdict

urlpatterns = [
    path("v/<slug:token>/", verdict.verdict, name="verdict"),
    path("v/<slug:token>/thanks/", verdict.thanks, name="verdict_thanks"),
]
