"""Addresses of the call-backs."""

from django.urls import path

from tongti.web.desk import callbacks, ratings

urlpatterns = [
    path("call-backs/", callbacks.call_list, name="callbacks"),
    path("call-backs/unsatisfied/", ratings.listing, name="bad_ratings"),
    path("call-backs/unsatisfied/<int:pk>/", ratings.page, name="bad_rating"),
    path("call-backs/<int:pk>/", callbacks.call, name="callback"),
]
