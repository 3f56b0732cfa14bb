from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "tongti.figures"
    label = "figures"
    verbose_name = "计数"
