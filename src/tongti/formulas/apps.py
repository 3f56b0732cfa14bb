from django.apps import AppConfig


class FormulasConfig(AppConfig):
    name = "tongti.formulas"
    label = "formulas"
    verbose_name = "指标口径"
