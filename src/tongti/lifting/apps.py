from django.apps import AppConfig


class LiftingConfig(AppConfig):
    name = "tongti.lifting"
    label = "lifting"
    verbose_name = "上下同题"
