"""The guide is true as far as a machine can tell: its pictures are made by journeys, its sections are led to from every page."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from tests.policy.roles import WHO
from tongti.units.access import ROLES
from tongti.web import guide

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "src" / "tongti" / "web" / "static" / "tongti" / "guide"
SLUGS = [one.slug for one in guide.GUIDES]
NAMED = {name for slug in SLUGS for name in re.findall(r"static/tongti/guide/([\w-]+)\.png", guide.source(slug))}


def _taken() -> set[str]:
    tests = (ROOT / "tests").rglob("test_*.py")
    return {
        name
        for path in tests
        for name in re.findall(r'shot\((?:.|\n)*?"([\w-]+)"(?:, height=\d+)?\)\n', path.read_text())
    }


def test_every_picture_of_the_guide_is_made_by_a_journey() -> None:
    assert len(NAMED) >= 18
    assert NAMED - _taken() == set()


def test_the_pictures_are_there_and_small() -> None:
    kept = {path.stem: path.stat().st_size for path in PICTURES.glob("*.png")}
    assert NAMED - set(kept) == set(), "make guide-pictures"
    assert len(kept) <= 25
    assert max(kept.values()) <= 120 * 1024


@pytest.mark.parametrize("slug", SLUGS)
def test_every_section_has_one_name_and_is_linked_by_it(slug: str) -> None:
    names = [name for name, _heading in guide.sections(slug)]
    assert len(set(names)) == len(names) >= 3
    page = guide.page(slug)
    for name in names:
        assert f'<h2 id="{name}">' in page
    assert "![" not in page


def test_every_staff_page_leads_to_a_section_that_exists() -> None:
    there = {slug: {name for name, _heading in guide.sections(slug)} for slug in SLUGS}
    for begins, (slug, section) in guide.SECTIONS.items():
        assert section in there[slug], begins
    without = [name for name in WHO if guide.section_of(name) is None]
    assert set(without) <= {"desk:help", "desk:guide"}, "写进 src/tongti/web/guide.py 的 SECTIONS：手册哪一节讲这一页"


def test_every_role_has_a_guide_of_its_own() -> None:
    assert set().union(*(one.roles for one in guide.GUIDES)) == set(ROLES)


def test_the_link_stands_in_the_same_place_and_leads_there(signed_in) -> None:
    client: Client = signed_in("韦晓梅")
    for address, slug in (("/desk/", "clerk"), ("/desk/questions/", "dispatcher"), ("/board/", "leader")):
        foot = client.get(address).content.decode().split('<footer class="foot')[1]
        link = re.search(r'href="([^"]+)">这一页怎么用', foot)
        assert link, address
        target, name = unescape(link[1]).split("#")
        assert target == reverse("desk:guide", args=[slug])
        assert f'id="{unquote(name)}"' in client.get(target).content.decode()


def test_ones_own_guide_comes_first_and_a_guide_that_is_none_is_not_found(signed_in) -> None:
    client: Client = signed_in("黄志强")
    page = client.get("/desk/help/").content.decode()
    assert page.index(">承办单位<") < page.index(">收件员<")
    assert client.get("/desk/help/nothing/").status_code == 404


def test_markup_in_a_guide_is_shown_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "source", lambda _slug: "# 一\n\n<script>alert(1)</script>\n\n## 二\n")
    guide.page.cache_clear()
    assert "&lt;script&gt;" in guide.page("clerk")
    guide.page.cache_clear()


def test_the_public_guide_is_open_to_everybody(db: None) -> None:
    page = Client().get("/help/guide/").content.decode()
    assert '<h2 id="查进度">查进度</h2>' in page
    assert "tongti/guide/public-say" in page
