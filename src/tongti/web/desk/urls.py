"""Addresses of the desk pages; each slice has its own module."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "desk"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tongti.web.desk.urls_signin")),
    path("", include("tongti.web.desk.urls_cases")),
    path("", include("tongti.web.desk.urls_callbacks")),
    path("", include("tongti.web.desk.urls_questions")),
    path("", include("tongti.web.desk.urls_relay")),
    path("", include("tongti.web.desk.urls_answers")),
    path("", include("tongti.web.desk.urls_window")),
    path("", include("tongti.web.desk.urls_supervision")),
    path("", include("tongti.web.desk.urls_goals")),
    path("", include("tongti.web.desk.urls_firms")),
    path("", include("tongti.web.desk.urls_visits")),
    path("", include("tongti.web.desk.urls_papers")),
    path("", include("tongti.web.desk.urls_formulas")),
    path("", include("tongti.web.desk.urls_lists")),
    path("", include("tongti.web.desk.urls_contributions")),
    path("", include("tongti.web.desk.urls_linkups")),
    path("", include("tongti.web.desk.urls_lifts")),
    path("", include("tongti.web.desk.urls_peers")),
    path("", include("tongti.web.desk.urls_admin")),
]
