"""The web room: how people reach the house with a browser."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages, templates, static files; no models."""

    name = "tongti.web"
    verbose_name = "网页"
