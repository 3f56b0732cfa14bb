"""The subcommands of ``tongti``: one module each, found by being here.

A module has ``NAME``, ``HELP`` (one Chinese line), ``add_arguments(parser)`` and ``run(args)``, which answers the exit code (None
counts as 0) and raises ``Refused`` with a sentence when it cannot do its work. A module may set ``PASS_THROUGH = True`` to get
everything after its name untouched in ``args.rest``. Heavy imports (Django, the engine) go inside ``run``: ``tongti --help`` loads
every module, and the pure commands must work without a database.
"""

import argparse
import importlib
import pkgutil
from collections.abc import Iterable
from typing import Protocol


class Command(Protocol):
    """What a module in this package looks like."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own arguments."""

    def run(self, args: argparse.Namespace) -> int | None:
        """Do it."""


# How `tongti --help` lists them: starting first, then administration, then tools. Names not here follow by alphabet.
ORDER = (
    "up",
    "demo",
    "migrate",
    "check",
    "createofficer",
    "import",
    "trail",
    "figures",
    "web",
    "worker",
    "group",
    "deadline",
    "manage",
)


def every() -> list[Command]:
    """All commands, in the order of the help page."""
    modules: Iterable[Command] = (
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    )
    return sorted(modules, key=lambda command: (_place(command.NAME), command.NAME))


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
