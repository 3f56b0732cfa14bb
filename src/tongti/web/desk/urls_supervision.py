"""Addresses of supervision, the wall, instructions, the ledger and notices."""

from django.urls import path

from tongti.web.desk import instructions, ledger, notices, supervision, wall

urlpatterns = [
    path("supervision/", supervision.listing, name="supervision"),
    path("supervision/rules/", supervision.rules, name="supervision_rules"),
    path("supervision/proposals/<int:pk>/", supervision.proposal, name="supervision_proposal"),
    path("supervision/<int:pk>/", supervision.item, name="supervision_item"),
    path("supervision/<int:pk>/paper/", supervision.paper, name="supervision_paper"),
    path("batons/<int:pk>/supervise/", supervision.new, name="supervise"),
    path("wall/", wall.page, name="wall"),
    path("wall/units/<int:pk>/", wall.unit, name="wall_unit"),
    path("instructions/", instructions.listing, name="instructions"),
    path("instructions/<int:pk>/", instructions.page, name="instruction"),
    path("questions/<int:pk>/instruct/", instructions.on_question, name="instruct_question"),
    path("cases/<int:pk>/instruct/", instructions.on_case, name="instruct_case"),
    path("ledger/", ledger.page, name="ledger"),
    path("ledger/print/", ledger.printed, name="ledger_print"),
    path("ledger/export/", ledger.export, name="ledger_export"),
    path("ledger/<int:pk>/", ledger.note, name="ledger_note"),
    path("notices/", notices.listing, name="notices"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/<int:pk>/", notices.open_one, name="notice"),
]
