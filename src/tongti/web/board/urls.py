"""Addresses of the board pages."""

from django.urls import path

from tongti.web.board import screen, views

app_name = "board"
urlpatterns = [
    path("", views.home, name="home"),
    path("screen/", screen.screen, name="screen"),
    path("rates/<slug:key>/", views.rate, name="rate"),
    path("due/", views.due, name="due"),
    path("units/", views.units, name="units"),
    path("units/<int:pk>/", views.unit, name="unit"),
    path("towns/<int:pk>/", views.town, name="town"),
    path("questions/<int:pk>/", views.brief, name="brief"),
    path("units/<int:pk>/answered/", views.unit_answered, name="unit_answered"),
    path("cases/", views.listed_cases, name="cases"),
]
