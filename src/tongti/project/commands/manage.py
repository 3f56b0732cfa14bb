"""``tongti manage …``: Django's own commands."""

import argparse

NAME = "manage"
HELP = "运行 Django 管理命令，例如 tongti manage shell"
PASS_THROUGH = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the name belongs to Django."""


def run(args: argparse.Namespace) -> None:
    """Pass it on, with the database running."""
    from tongti.project import boot

    with boot.database("tongti manage"):
        from django.core.management import execute_from_command_line

        execute_from_command_line(["tongti manage", *args.rest])
