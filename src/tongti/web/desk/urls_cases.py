"""Addresses of the desk pages of cases."""

from django.urls import path

from tongti.web.desk import cases, home, imports, inbox, register, search

urlpatterns = [
    path("", home.page, name="home"),
    path("register/", register.page, name="register"),
    path("register/caller/", register.caller, name="register_caller"),
    path("register/same/", register.same, name="register_same"),
    path("register/door/", register.door, name="register_door"),
    path("inbox/", inbox.page, name="inbox"),
    path("import/", imports.page, name="imports"),
    path("import/<int:pk>/", imports.batch, name="import"),
    path("import/<int:pk>/start/", imports.start, name="import_start"),
    path("import/<int:pk>/status/", imports.status, name="import_status"),
    path("import/<int:pk>/resume/", imports.resume, name="import_resume"),
    path("import/<int:pk>/errors/", imports.faults, name="import_errors"),
    path("search/", search.page, name="search"),
    path("cases/<int:pk>/", cases.page, name="case"),
    path("cases/<int:pk>/receipt/", register.registered, name="registered"),
    path("cases/<int:pk>/note/", cases.note, name="case_note"),
    path("cases/<int:pk>/correct/", cases.correct, name="case_correct"),
    path("cases/<int:pk>/answer/", cases.answer, name="case_answer"),
    path("cases/<int:pk>/divert/", cases.divert, name="case_divert"),
    path("cases/<int:pk>/withdraw/", cases.withdraw, name="case_withdraw"),
    path("cases/<int:pk>/reveal/", cases.reveal, name="case_reveal"),
    path("cases/<int:pk>/files/<int:file_pk>/", cases.file, name="case_file"),
]
