"""Addresses of the question pages."""

from django.urls import path

from tongti.web.desk import engine, questions, questions_arrange, questions_make, questions_review

urlpatterns = [
    path("questions/", questions.listing, name="questions"),
    path("questions/new/", questions_make.new, name="question_new"),
    path("questions/<int:pk>/", questions.page, name="question"),
    path("questions/<int:pk>/edit/", questions.edit, name="question_edit"),
    path("questions/<int:pk>/findings/", questions.findings, name="question_findings"),
    path("questions/<int:pk>/public/", questions.public, name="question_public"),
    path("questions/<int:pk>/review/", questions_review.page, name="question_review"),
    path("questions/<int:pk>/set-up/", questions_make.set_up, name="question_set_up"),
    path("questions/<int:pk>/join/", questions_make.join, name="question_join"),
    path("questions/<int:pk>/arrange/", questions_arrange.page, name="question_arrange"),
    path("questions/steps/<int:pk>/undo/", questions_arrange.undo, name="question_undo"),
    path("engine/", engine.page, name="engine"),
    path("cases/<int:pk>/question/", questions_make.of_case, name="case_question"),
]
