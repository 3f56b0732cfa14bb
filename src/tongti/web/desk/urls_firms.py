"""Addresses of the register of firms."""

from django.urls import path

from tongti.web.desk import firms

urlpatterns = [
    path("firms/", firms.page, name="firms"),
    path("firms/export/", firms.export, name="firms_export"),
    path("firms/new/", firms.new, name="firm_new"),
    path("firms/<int:pk>/", firms.one, name="firm"),
    path("firms/<int:pk>/edit/", firms.edit, name="firm_edit"),
    path("firms/<int:pk>/contacts/", firms.contact, name="firm_contact"),
    path("firms/<int:pk>/reveal/", firms.reveal, name="firm_reveal"),
    path("firms/<int:pk>/figures/", firms.figures, name="firm_figures"),
]
