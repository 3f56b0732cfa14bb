"""Lucide icons as short inline SVG: they take the text's colour and size, and screen readers pass over them."""

import re
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BLANKS = re.compile(r">\s+<")


@lru_cache(maxsize=512)
def icon(name: str, extra_class: str = "") -> SafeString:
    """``<svg class="i">`` of a Lucide name; a name that does not exist raises, so a typo never reaches a page."""
    found = _BODY.search(lucide(name, size=None))
    assert found, name
    body = _BLANKS.sub("><", found.group(1).strip()).replace(" />", "/>")
    css = f"i {extra_class}".strip()
    # Only names and classes written in our own templates come here; the body is the package's own drawing.
    return mark_safe(f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{body}</svg>')  # noqa: S308
