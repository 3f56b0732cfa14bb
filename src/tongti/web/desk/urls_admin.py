"""Addresses of the administrator and the auditor."""

from django.urls import path

from tongti.web.desk import audit, calendar, categories, duties, officers, regimes, texts, units

urlpatterns = [
    path("admin/units/", units.page, name="units"),
    path("admin/units/new/", units.new, name="unit_new"),
    path("admin/units/<int:pk>/", units.one, name="unit"),
    path("admin/units/<int:pk>/switch/", units.switch, name="unit_switch"),
    path("admin/officers/", officers.page, name="officers"),
    path("admin/officers/new/", officers.new, name="officer_new"),
    path("admin/officers/roles/", officers.roles, name="roles"),
    path("admin/officers/<int:pk>/", officers.one, name="officer"),
    path("admin/officers/<int:pk>/posts/", officers.post, name="officer_post"),
    path("admin/officers/<int:pk>/posts/<int:post_pk>/end/", officers.post_end, name="officer_post_end"),
    path("admin/officers/<int:pk>/password/", officers.password, name="officer_password"),
    path("admin/officers/<int:pk>/switch/", officers.switch, name="officer_switch"),
    path("admin/categories/", categories.page, name="categories"),
    path("admin/categories/new/", categories.new, name="category_new"),
    path("admin/categories/<int:pk>/", categories.one, name="category"),
    path("admin/categories/<int:pk>/switch/", categories.switch, name="category_switch"),
    path("admin/duties/", duties.page, name="duties"),
    path("admin/duties/new/", duties.new, name="duty_new"),
    path("admin/duties/<int:pk>/", duties.one, name="duty"),
    path("admin/regimes/", regimes.page, name="regimes"),
    path("admin/regimes/new/", regimes.new, name="regime_new"),
    path("admin/regimes/<int:pk>/", regimes.one, name="regime"),
    path("admin/regimes/<int:pk>/edit/", regimes.edit, name="regime_edit"),
    path("admin/regimes/<int:pk>/withdraw/", regimes.withdraw, name="regime_withdraw"),
    path("admin/calendar/", calendar.page, name="calendar"),
    path("admin/calendar/<int:pk>/remove/", calendar.remove, name="special_day_remove"),
    path("admin/texts/", texts.page, name="texts"),
    path("admin/texts/<str:code>/", texts.one, name="text"),
    path("admin/files/<slug:kind>/import/", texts.catalogue_import, name="catalogue_import"),
    path("admin/files/<slug:kind>/export/", texts.catalogue_export, name="catalogue_export"),
    path("admin/audit/", audit.page, name="audit"),
    path("admin/audit/export/", audit.export, name="audit_export"),
]
