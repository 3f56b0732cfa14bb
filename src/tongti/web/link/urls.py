"""Addresses for other deployments. The version stands in the address: an old sender meets an old door."""

from django.urls import path

from tongti.web.link import views

app_name = "link"
urlpatterns = [path("v1/inbox/", views.inbox, name="inbox")]
