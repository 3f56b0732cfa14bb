"""The root of all addresses."""

from django.urls import include, path

from tongti.project.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("tongti.web.urls")),
]
