from django.apps import AppConfig


class WorksetsConfig(AppConfig):
    name = "tongti.worksets"
    verbose_name = "常用视图和批量办理"
