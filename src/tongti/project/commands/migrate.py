"""``tongti migrate``: bring the tables up to this version."""

import argparse

NAME = "migrate"
HELP = "更新数据库表结构到当前版本（可以重复运行）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> None:
    """Apply all migrations."""
    from tongti.project import boot

    with boot.database("tongti migrate"):
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=1)
