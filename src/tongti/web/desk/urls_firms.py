"""Addresses of the register of firms."""

from django.urls import path

from tongti.web.desk import firm_imports, firm_merges, firms

urlpatterns = [
    path("firms/", firms.page, name="firms"),
    path("firms/export/", firms.export, name="firms_export"),
    path("firms/new/", firms.new, name="firm_new"),
    path("firms/import/", firm_imports.page, name="firm_imports"),
    path("firms/import/<int:pk>/", firm_imports.batch, name="firm_import"),
    path("firms/import/<int:pk>/compare/", firm_imports.compare, name="firm_import_compare"),
    path("firms/import/<int:pk>/decide/", firm_imports.decide, name="firm_import_decide"),
    path("firms/import/<int:pk>/status/", firm_imports.status, name="firm_import_status"),
    path("firms/import/<int:pk>/errors/", firm_imports.faults, name="firm_import_errors"),
    path("firms/duplicates/", firm_merges.page, name="firm_duplicates"),
    path("firms/duplicates/<int:one>/<int:other>/", firm_merges.pair, name="firm_pair"),
    path("firms/merges/<int:pk>/undo/", firm_merges.undo, name="firm_merge_undo"),
    path("firms/<int:pk>/", firms.one, name="firm"),
    path("firms/<int:pk>/edit/", firms.edit, name="firm_edit"),
    path("firms/<int:pk>/contacts/", firms.contact, name="firm_contact"),
    path("firms/<int:pk>/reveal/", firms.reveal, name="firm_reveal"),
    path("firms/<int:pk>/figures/", firms.figures, name="firm_figures"),
]
