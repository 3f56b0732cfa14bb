"""Addresses of the door."""

from django.urls import path

from tongti.web.desk import helps, keys, signin

urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-in/demo/", signin.sign_in_demo, name="sign_in_demo"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("start/", signin.start, name="start"),
    path("stay/", signin.stay, name="stay"),
    path("keys/", keys.page, name="keys"),
    path("help/", helps.listing, name="help"),
    path("help/<slug:slug>/", helps.page, name="guide"),
    path("unsent/", signin.give_back, name="unsent"),
    path("password/", signin.password, name="password"),
]
