"""Addresses of the answer pages."""

from django.urls import path

from tongti.web.desk import answers

urlpatterns = [
    path("answers/", answers.listing, name="answers"),
    path("answers/<int:pk>/", answers.page, name="answer"),
    path("answers/<int:pk>/sign/", answers.sign, name="answer_sign"),
    path("answers/<int:pk>/send-back/", answers.send_back, name="answer_send_back"),
    path("answers/<int:pk>/cases/<int:case_pk>/", answers.own_words, name="answer_case"),
    path("batons/<int:pk>/answer/", answers.begin, name="answer_begin"),
]
