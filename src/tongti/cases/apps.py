from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tongti.cases"
    label = "cases"
    verbose_name = "诉求"
