from django.apps import AppConfig


class RelayConfig(AppConfig):
    name = "tongti.relay"
    label = "relay"
    verbose_name = "接力"
