from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "tongti.deadlines"
    label = "deadlines"
    verbose_name = "时限"
