"""Addresses of 我的 and of what units carried."""

from django.urls import path

from tongti.web.desk import contributions

urlpatterns = [
    path("me/", contributions.mine, name="profile"),
    path("me/rows/<slug:kind>/", contributions.my_rows, name="my_contribution"),
    path("contributions/", contributions.sums, name="contributions"),
    path("contributions/first-look/", contributions.first_look, name="first_look"),
    path("contributions/<int:pk>/", contributions.unit, name="unit_contributions"),
    path("contributions/<int:pk>/<int:officer>/<slug:kind>/", contributions.rows, name="contribution_rows"),
]
