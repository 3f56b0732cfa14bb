"""Addresses of the level lists."""

from django.urls import path

from tongti.web.desk import lifts

urlpatterns = [
    path("lifts/", lifts.listing, name="lifts"),
    path("lifts/print/", lifts.printed, name="lifts_print"),
    path("lifts/<int:pk>/", lifts.one, name="lift"),
    path("lifts/<int:pk>/edit/", lifts.edit, name="lift_edit"),
    path("lifts/<int:pk>/do/", lifts.do, name="lift_do"),
    path("questions/<int:pk>/lift/", lifts.of_question, name="lift_question"),
    path("cases/<int:pk>/lift/", lifts.of_case, name="lift_case"),
]
