from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "tongti.exports"
    verbose_name = "台账导出"
