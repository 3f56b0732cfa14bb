from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "tongti.outbox"
    label = "outbox"
    verbose_name = "发件箱"
