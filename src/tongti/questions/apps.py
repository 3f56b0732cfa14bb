from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    name = "tongti.questions"
    label = "questions"
    verbose_name = "同题"
