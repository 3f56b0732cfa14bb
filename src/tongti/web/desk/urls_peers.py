"""Addresses of links to other deployments, and of what came from below."""

from django.urls import path

from tongti.web.desk import arrivals, peers

urlpatterns = [
    path("lifts/below/", arrivals.listing, name="arrivals"),
    path("lifts/below/<int:pk>/", arrivals.one, name="arrival"),
    path("peers/", peers.listing, name="peers"),
    path("peers/key/", peers.key, name="peers_key"),
    path("peers/place/", peers.place, name="peers_place"),
    path("peers/new/", peers.new, name="peer_new"),
    path("peers/<int:pk>/", peers.one, name="peer"),
    path("peers/<int:pk>/do/", peers.do, name="peer_do"),
]
