"""Addresses of the window 办不成事."""

from django.urls import path

from tongti.web.desk import reforms, service_items, window

urlpatterns = [
    path("window/matters/", window.register, name="window"),
    path("window/matters/contacts/", window.contacts, name="window_contacts"),
    path("window/matters/refusals/", window.refusals, name="refusals"),
    path("window/items/", service_items.page, name="service_items"),
    path("window/items/new/", service_items.new, name="service_item_new"),
    path("window/items/<int:pk>/", service_items.one, name="service_item"),
    path("window/items/<int:pk>/edit/", service_items.edit, name="service_item_edit"),
    path("window/items/<int:pk>/switch/", service_items.switch, name="service_item_switch"),
    path("window/reforms/", reforms.page, name="reforms"),
    path("window/reforms/<int:pk>/", reforms.one, name="reform"),
    path("cases/<int:pk>/window/", window.matter, name="matter"),
    path("admin/causes/", reforms.causes, name="causes"),
    path("admin/causes/<int:pk>/", reforms.cause, name="cause"),
]
