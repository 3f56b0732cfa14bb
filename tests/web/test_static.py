"""What the styles and scripts may use: the browsers of the people who sit in these offices are not new."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src" / "tongti" / "web"
STATIC = WEB / "static" / "tongti"
# Chromium 86 and Safari 15 know none of these.
BANNED = [
    ":has(",
    "@layer",
    "@container",
    "color-mix(",
    "light-dark(",
    "aspect-ratio",
    ":is(",
    ":where(",
]
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


@pytest.mark.parametrize("feature", BANNED)
def test_styles_stay_on_the_floor(feature: str) -> None:
    css = re.sub(r"/\*.*?\*/", "", (STATIC / "tongti.css").read_text(), flags=re.DOTALL)
    assert feature not in css
    assert not re.search(r"[;{\s]inset\s*:", css)


def test_styles_and_script_stay_small() -> None:
    assert len((STATIC / "tongti.css").read_bytes()) < 64_000
    assert len((STATIC / "tongti.js").read_bytes()) < 6_000


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_nothing_inline(template: Path) -> None:
    # What stands inside {% … %} is Django's: {% query only="met" %} is no event handler.
    source = re.sub(r"\{%.*?%\}", "", template.read_text())
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|hx-on|hx-vals=['\"]js:", source, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"(?:src|href)=\"https?:", source)
