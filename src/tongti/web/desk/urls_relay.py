"""Addresses of the relay pages."""

from django.urls import path

from tongti.web.desk import batons, dispatch, objections

urlpatterns = [
    path("relay/", batons.listing, name="batons"),
    path("batons/<int:pk>/", batons.page, name="baton"),
    path("batons/<int:pk>/accept/", batons.accept, name="baton_accept"),
    path("batons/<int:pk>/object/", batons.object_, name="baton_object"),
    path("batons/<int:pk>/hand-over/", batons.hand_over, name="baton_hand_over"),
    path("batons/<int:pk>/progress/", batons.progress, name="baton_progress"),
    path("batons/<int:pk>/part/", batons.part, name="baton_part"),
    path("batons/<int:pk>/move/", dispatch.move, name="baton_move"),
    path("batons/<int:pk>/cases/<int:case_pk>/", batons.contact, name="baton_case"),
    path("questions/<int:pk>/dispatch/", dispatch.question, name="dispatch"),
    path("questions/<int:pk>/units/", dispatch.add_unit, name="add_unit"),
    path("cases/<int:pk>/dispatch/", dispatch.case, name="dispatch_case"),
    path("objections/", objections.listing, name="objections"),
    path("objections/<int:pk>/", objections.rule, name="objection"),
]
