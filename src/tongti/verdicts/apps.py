from django.apps import AppConfig


class VerdictsConfig(AppConfig):
    name = "tongti.verdicts"
    label = "verdicts"
    verbose_name = "评价"
