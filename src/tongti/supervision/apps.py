from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "tongti.supervision"
    label = "supervision"
    verbose_name = "督办"
