from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "tongti.units"
    label = "units"
    verbose_name = "单位"
