from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "tongti.contributions"
    label = "contributions"
    verbose_name = "贡献记录"
