"""Addresses of papers and of ledgers as files."""

from django.urls import path

from tongti.web.desk import exports, papers

urlpatterns = [
    path("papers/", papers.listing, name="papers"),
    path("papers/<int:pk>/", papers.page, name="paper"),
    path("papers/<int:pk>/move/", papers.move, name="paper_move"),
    path("papers/<int:pk>/file/", papers.file, name="paper_file"),
    path("papers/numbers/<int:pk>/", papers.numbers, name="paper_numbers"),
    path("papers/templates/<slug:kind>/", papers.template, name="paper_template"),
    path("exports/", exports.page, name="exports"),
    path("exports/<int:pk>/", exports.one, name="export"),
    path("exports/<int:pk>/status/", exports.status, name="export_status"),
    path("exports/<int:pk>/file/", exports.file, name="export_file"),
]
