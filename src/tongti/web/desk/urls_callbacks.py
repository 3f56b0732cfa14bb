"""Addresses of the call-backs."""

from django.urls import path

from tongti.web.desk import callbacks

urlpatterns = [
    path("call-backs/", callbacks.call_list, name="callbacks"),
    path("call-backs/<int:pk>/", callbacks.call, name="callback"),
]
