from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "tongti.signals"
    label = "signals"
    verbose_name = "预警"
