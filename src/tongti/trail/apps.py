from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "tongti.trail"
    label = "trail"
    verbose_name = "留痕"
