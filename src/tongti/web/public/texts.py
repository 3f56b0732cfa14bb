"""Long texts that the district may change on a screen: plain lines become headings, lists and paragraphs. No markup passes."""

from collections.abc import Iterator
from typing import cast

from django.conf import settings
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tongti.shared.kept import kept
from tongti.units.queries import words
from tongti.web.saying import said


@kept
def text(code: str) -> str:
    """A short text with the local names filled in; for pieces of busy pages."""
    return fill(words(code))


def fill(found: str) -> str:
    """Local names in place of ``{owner}``, ``{district}``, ``{site}``."""
    for slot, name in (
        ("owner", settings.OWNER_NAME),
        ("district", settings.DISTRICT_NAME),
        ("site", settings.SITE_NAME),
    ):
        found = found.replace(f"{{{slot}}}", name)
    return found


def page(code: str) -> SafeString:
    """A long text as headings (``## ``), lists (``- ``) and paragraphs."""
    return layout(fill(words(code)))


def _laid(plain: str) -> SafeString:
    return format_html_join("\n", "{}", ((block,) for block in _blocks(plain)))


def layout(plain: str) -> SafeString:
    """Plain lines as headings, lists and paragraphs; the administrator's preview uses it too.

    Laid out when it is printed: the shipped lines are said in the reader's language, what the district wrote stays Chinese.
    """
    return cast("SafeString", lazy(_laid, SafeString)(plain))


def _blocks(plain: str) -> Iterator[SafeString]:
    for block in plain.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        if not lines:
            continue
        if lines[0].startswith("## "):
            yield format_html("<h2>{}</h2>", said(lines.pop(0)[3:]))
        points = [line[2:] for line in lines if line.startswith("- ")]
        if lines and len(points) == len(lines):
            yield format_html(
                '<ul class="points">{}</ul>', format_html_join("", "<li>{}</li>", ((said(p),) for p in points))
            )
        elif lines:
            yield format_html("<p>{}</p>", format_html_join("\n", "{}", ((said(line),) for line in lines)))
