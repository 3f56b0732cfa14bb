"""Addresses of kept views and of runs over many."""

from django.urls import path

from tongti.web.desk import bulk, views_of_lists

urlpatterns = [
    path("views/", views_of_lists.page, name="saved_views"),
    path("views/save/", views_of_lists.save, name="saved_view_new"),
    path("views/<int:pk>/", views_of_lists.change, name="saved_view"),
    path("views/counts/<slug:of>/", views_of_lists.counts, name="saved_view_counts"),
    path("bulk/", bulk.listing, name="bulks"),
    path("bulk/new/", bulk.new, name="bulk_new"),
    path("bulk/<int:pk>/", bulk.page, name="bulk"),
    path("bulk/<int:pk>/status/", bulk.status, name="bulk_status"),
    path("bulk/<int:pk>/stop/", bulk.stop, name="bulk_stop"),
    path("bulk/<int:pk>/file/", bulk.file, name="bulk_file"),
]
