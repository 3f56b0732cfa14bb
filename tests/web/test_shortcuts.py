"""The sheet of one-letter keys says what is true, and whoever does not want them switches them off."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tongti.web import shortcuts

TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "tongti" / "web" / "templates"
ALL = [key for sheet in shortcuts.SHEETS for key in sheet.keys]


@pytest.mark.parametrize("key", ALL, ids=lambda key: f"{key.key}-{key.template}")
def test_every_key_of_the_sheet_stands_on_its_page(key: shortcuts.Key) -> None:
    assert f'data-key="{key.key}"' in (TEMPLATES / key.template).read_text()


def test_no_button_takes_a_key_that_moves_in_lists() -> None:
    """j and k go down and up, o opens, on every page: a button with such a key would join what was only to be looked at."""
    taken = {
        (path.name, key)
        for path in TEMPLATES.rglob("*.html")
        for key in re.findall(r'data-key="(.)"', path.read_text())
    }
    assert {one for one in taken if one[1] in "jko?"} == set()


def test_the_keys_are_switched_off_by_a_plain_link_and_on_again(signed_in) -> None:
    client: Client = signed_in("李小英")
    assert "data-keys" not in client.get("/desk/keys/").content.decode().split(">")[1]
    answer = client.get("/desk/keys/?keys=off")
    assert answer["Location"] == "/desk/keys/"
    page = client.get("/desk/keys/").content.decode()
    assert '<html lang="zh-CN" data-keys="off">' in page
    assert "快捷键现在是关着的" in page
    client.get("/desk/keys/?keys=on")
    assert 'data-keys="off"' not in client.get("/desk/keys/").content.decode()


def test_whatever_renews_itself_can_be_told_to_wait() -> None:
    """A page that asks by itself has 暂停更新 (WCAG 2.2, 2.2.2): in its own template, or as a link of the board."""
    asking = [path for path in TEMPLATES.rglob("*.html") if re.search(r'hx-trigger="[^"]*every', path.read_text())]
    assert len(asking) >= 5
    for path in asking:
        source = path.read_text()
        assert "_components/pause.html" in source or "暂停更新" in source, path.name
