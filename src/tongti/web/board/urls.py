"""Addresses of the board pages."""

from django.urls import path

from tongti.web.board import views

app_name = "board"
urlpatterns = [
    path("", views.home, name="home"),
    path("rates/<slug:key>/", views.rate, name="rate"),
    path("due/", views.due, name="due"),
    path("units/<int:pk>/", views.unit, name="unit"),
    path("units/<int:pk>/answered/", views.unit_answered, name="unit_answered"),
    path("cases/", views.listed_cases, name="cases"),
]
