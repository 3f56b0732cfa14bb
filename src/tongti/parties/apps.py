from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "tongti.parties"
    label = "parties"
    verbose_name = "对象"
