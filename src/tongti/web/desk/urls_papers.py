"""Addresses of papers and of ledgers as files."""

from django.urls import path

from tongti.web.desk import exports, ledgers, papers

urlpatterns = [
    path("papers/", papers.listing, name="papers"),
    path("papers/<int:pk>/", papers.page, name="paper"),
    path("papers/<int:pk>/move/", papers.move, name="paper_move"),
    path("papers/<int:pk>/file/", papers.file, name="paper_file"),
    path("papers/numbers/<int:pk>/", papers.numbers, name="paper_numbers"),
    path("papers/of/<slug:about>/<int:pk>/", papers.of_subject, name="papers_of"),
    path("papers/templates/", papers.templates, name="paper_templates"),
    path("papers/templates/<slug:kind>/", papers.template, name="paper_template"),
    path("ledgers/", ledgers.page, name="ledgers"),
    path("ledgers/<slug:code>/", ledgers.one, name="ledgers_one"),
    path("exports/", exports.page, name="exports"),
    path("exports/<int:pk>/", exports.one, name="export"),
    path("exports/<int:pk>/status/", exports.status, name="export_status"),
    path("exports/<int:pk>/file/", exports.file, name="export_file"),
]
