"""What ships with the program: causes and the threshold, as samples with their sources. No database."""

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def _read() -> dict[str, Any]:
    text = resources.files("tongti.window").joinpath("data/causes.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def causes() -> list[dict[str, Any]]:
    """The rows of the catalogue of causes."""
    return [dict(row) for row in _read()["causes"]]


def threshold() -> dict[str, Any]:
    """How many askers within how many days, and where that is from."""
    return dict(_read()["threshold"])
