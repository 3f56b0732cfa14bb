"""Code word = screen word = one row of the glossary."""

import re
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def test_every_model_has_its_row_in_the_glossary():
    rows = [line.split("|")[1] for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    known = {word for row in rows for word in re.findall(r"[A-Z]\w+", row)}
    ours = {model.__name__ for model in apps.get_models() if model.__module__.startswith("tongti.")}
    assert ours - known == set()
