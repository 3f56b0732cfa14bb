"""Every page that anybody may open, looked at by a real browser in every look: axe, reflow, and no id twice.

The pages are those of the policy table, so a new address is looked at without anybody thinking of it. axe judges the structure of every
page. Colours and the size of targets, which cost most, are judged once for every kind of place on a page (its element and classes and
those around it) in each look: plain, dark, high contrast, both; that is every colour that any page shows. At 320 px, with 125 % and
180 % letters, at desk and at phone width, every page is measured for sideways scroll.
"""

from collections import Counter
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.http import HttpResponse
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests.browser.harness import WCAG, assert_ids_differ
from tests.browser.inside import Inside, inside
from tests.policy.roles import PUBLIC, WHO
from tests.policy.world import World, post_only

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.browser]

# Whoever is shown the most of a page comes first.
FIRST = (
    "dispatcher",
    "coordinator",
    "unit_leader",
    "handler",
    "supervisor",
    "clerk",
    "field_officer",
    "admin",
    "auditor",
)
COLOURS = ("color-contrast", "link-in-text-block")
LOOKS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    # a theme changes no size
    "plain": ({}, (*COLOURS, "target-size")),
    "dark": ({"theme": "dark"}, COLOURS),
    "contrast": ({"contrast": "high"}, COLOURS),
    "dark contrast": ({"theme": "dark", "contrast": "high"}, COLOURS),
}
# (width, size): 320 px is a desk screen at 400 % (WCAG 2.2, 1.4.10)
SHAPES = ((320, ""), (320, "large"), (320, "xlarge"), (1366, "large"), (1366, "xlarge"))
# Fewer pages than these, and the table has lost its objects.
AT_LEAST = 150

STRUCTURE = {
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {rule: {"enabled": False} for rule in (*COLOURS, "target-size")},
    "resultTypes": ["violations"],
    "preload": False,
}
# Drawings that readers do not hear, and the same frame around every page of a shell: looked at once.
FRAME = ["svg.i", ".side", ".foot", ".pub-f", "dialog"]
AXE = """([options, include, exclude]) => axe.run({include: include || [['html']], exclude}, options)
  .then(found => found.violations.map(v => v.id + ' x' + v.nodes.length + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join('  ')))"""
# What is drawn and says or does something, by its kind: elements and classes up to the body. New kinds are marked.
MARK_NEW = """known => {
  const kinds = new Set(known), found = [];
  for (const e of document.querySelectorAll('body *')) {
    const says = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!says && !e.matches('a,button,input,select,textarea,summary')) continue;
    if (!e.getClientRects().length) continue;
    const path = [];
    for (let up = e; up !== document.body; up = up.parentElement)
      if (up === e || up.classList.length) path.push(up.tagName + '.' + [...up.classList].sort().join('.') + (up.ariaCurrent ? '@' : '') + (up.disabled ? '-' : ''));
    const kind = path.join('<');
    if (kinds.has(kind)) continue;
    kinds.add(kind); found.push(kind); e.setAttribute('data-new-kind', '');
  }
  return found;
}"""
# What sticks out of the page, not out of a box that scrolls by itself.
WIDE = """() => {
  const width = document.documentElement.clientWidth + 1;
  if (document.documentElement.scrollWidth <= width) return [];
  const boxed = e => { for (let up = e.parentElement; up && up !== document.body; up = up.parentElement)
    if (getComputedStyle(up).overflowX !== 'visible') return true; return false; };
  return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width && !boxed(e)).slice(-3)
    .map(e => e.tagName + '.' + e.getAttribute('class') + ' ' + Math.round(e.getBoundingClientRect().right) + ' ' + e.textContent.trim().slice(0, 20)); }"""
DRESS = """([look, size]) => { const d = document.documentElement.dataset;
  for (const name of ['theme', 'contrast', 'size']) delete d[name];
  Object.assign(d, look, size ? {size} : {}); }"""


def _pages(world: World) -> dict[str, tuple[str, str]]:
    """name → (address, who): every page of the table that is a page of ours for somebody."""
    found = {}
    for name in sorted(set(WHO) | set(PUBLIC)):
        address = reverse(name, kwargs=world.kwargs[name])
        who = next((one for one in (*FIRST, *sorted(WHO.get(name, ()))) if one in WHO.get(name, ())), "anonymous")
        if not post_only(address) and _is_page(world.client(who).get(address)):
            found[name] = (address, who)
    return found


def _is_page(answer: HttpResponse) -> bool:
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return False
    return answer.status_code == 200 and b"<html" in answer.content


class Eye:
    """Looks at a page in every way, and remembers which kinds of places it has seen."""

    def __init__(self, page: Page) -> None:
        self.page, self.kinds = page, set[str]()
        self.faults: list[str] = []
        self.count: Counter[str] = Counter()

    def look(self, name: str) -> None:
        """Everything at one page; what is wrong goes into ``faults``."""
        assert_ids_differ(self.page)
        shell = self.page.evaluate("document.body.className")
        self._tell(name, "structure", self.page.evaluate(AXE, [STRUCTURE, None, FRAME if self.count[shell] else []]))
        self.count[shell] += 1
        new = self.page.evaluate(MARK_NEW, sorted(self.kinds))
        self.kinds.update(new)
        if new:
            for look, (worn, rules) in LOOKS.items():
                self.page.evaluate(DRESS, [worn, ""])
                options = {
                    "runOnly": {"type": "rule", "values": list(rules)},
                    "resultTypes": ["violations"],
                    "preload": False,
                }
                self._tell(name, look, self.page.evaluate(AXE, [options, [["[data-new-kind]"]], []]))
            self.count["colours"] += 1
        for width, size in SHAPES:
            if (self.page.viewport_size or {})["width"] != width:
                self.page.set_viewport_size({"width": width, "height": 800})
            self.page.evaluate(DRESS, [{}, size])
            self._tell(name, f"{width} {size}", self.page.evaluate(WIDE))
        self.count["pages"] += 1

    def _tell(self, name: str, look: str, found: list[Any]) -> None:
        self.faults += [f"{name} [{look}] {one}" for one in found]


def test_every_page_in_every_look(chromium: Browser, world: World) -> None:
    with inside(chromium) as browser:
        browser.page.add_init_script(AXE_SCRIPT)
        eye = Eye(browser.page)
        for name, (address, who) in _pages(world).items():
            _open(browser, world, address, who)
            eye.look(name)
    assert eye.faults == [], "\n".join(eye.faults)
    assert browser.faults == []
    assert eye.count["pages"] >= AT_LEAST, eye.count


def _open(browser: Inside, world: World, address: str, who: str) -> None:
    browser.client = world.client(who)
    browser.page.set_viewport_size({"width": 1366, "height": 800})
    browser.page.goto(address)
