from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "tongti.search"
    verbose_name = "搜索"
