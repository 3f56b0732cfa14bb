from django.apps import AppConfig


class AnswersConfig(AppConfig):
    name = "tongti.answers"
    label = "answers"
    verbose_name = "共答"
