from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tongti.accounts"
    label = "accounts"
    verbose_name = "账号"
