"""Addresses of the rates, how they are counted, what is left out, and what was published."""

from django.urls import path

from tongti.web.desk import exclusions, published, rates

urlpatterns = [
    path("rates/", rates.table, name="rates"),
    path("rates/<slug:code>/", rates.behind, name="rate"),
    path("formulas/", rates.formulas, name="formulas"),
    path("formulas/<slug:code>/", rates.formula, name="formula"),
    path("exclusions/", exclusions.listing, name="exclusions"),
    path("exclusions/<int:pk>/", exclusions.page, name="exclusion"),
    path("cases/<int:pk>/exclude/", exclusions.ask, name="case_exclude"),
    path("published/", published.listing, name="published"),
    path("published/<int:pk>/", published.page, name="published_one"),
]
