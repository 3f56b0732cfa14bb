"""Addresses of the officer's pages. The service worker's scope is this branch and nothing else."""

from django.urls import path

from tongti.web.field import offline, pages, past

app_name = "field"
urlpatterns = [
    path("", pages.today, name="today"),
    path("firms/<int:pk>/", pages.firm, name="firm"),
    path("firms/<int:pk>/times/", pages.times, name="times"),
    path("visits/<int:pk>/", pages.visit, name="visit"),
    path("visits/<int:pk>/join/", pages.join, name="join"),
    path("visits/<int:pk>/move/", pages.move, name="move"),
    path("visits/<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("visits/<int:pk>/finding/", pages.finding, name="finding"),
    path("visits/<int:pk>/photos/<int:photo_pk>/", pages.photo, name="photo"),
    path("findings/<int:pk>/raise/", pages.raise_case, name="raise"),
    path("findings/<int:pk>/apart/", past.apart, name="apart"),
    path("findings/<int:pk>/alike/", past.alike, name="alike"),
    path("cases/<int:pk>/closing/", past.closing, name="closing"),
    path("cases/<int:pk>/revisit/", past.revisit_new, name="revisit_new"),
    path("revisits/<int:pk>/", past.revisit, name="revisit"),
    # the notebook that works without signal
    path("app/", offline.app, name="app"),
    path("worker.js", offline.worker, name="worker"),
    path("app.webmanifest", offline.manifest, name="manifest"),
    path("session/", offline.session, name="session"),
    path("key/", offline.key, name="key"),
    path("pack/", offline.pack, name="pack"),
    path("digest/", offline.digest, name="digest"),
    path("same/", offline.same, name="same"),
    path("send/", offline.send, name="send"),
    path("send/photo/", offline.send_photo, name="send_photo"),
]
