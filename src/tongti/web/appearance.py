"""How the reader wants to use the pages: text size, theme, contrast, one-letter keys, language. Cookies with a short list of safe values."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict

YEAR = 365 * 24 * 3600
# The first value is the default: it sets no attribute and its choice deletes the cookie.
CHOICES: dict[str, tuple[str, ...]] = {
    "size": ("normal", "large", "xlarge"),
    "theme": ("light", "dark"),
    "contrast": ("normal", "high"),
    "keys": ("on", "off"),
    # Chinese unless the reader chose: a Windows in English must not turn an office's desk English (docs/adr/0037).
    "lang": ("zh", "en"),
}
LANGUAGES = {"": "zh-hans", "en": "en"}


@dataclass(frozen=True)
class Look:
    """What `<html>` wears; an empty string means the default."""

    size: str = ""
    theme: str = ""
    contrast: str = ""
    keys: str = ""
    lang: str = ""


def read(cookies: Mapping[str, str]) -> Look:
    """The look these cookies ask for; values that we did not write are ignored."""
    return Look(**{name: value for name, value in _safe(cookies).items() if value != CHOICES[name][0]})


def language_of(request: HttpRequest) -> str:
    """Django's code of the language in which this reader's pages are drawn; the browser's own language is not asked."""
    return LANGUAGES[getattr(request, "look", Look()).lang]


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """The choices in a query string, safe values only."""
    return _safe(query)


def remember(response: HttpResponse, wanted: Mapping[str, str], *, secure: bool) -> None:
    """Keep the choice for a year, or forget it when it is the default."""
    for name, value in wanted.items():
        if value == CHOICES[name][0]:
            response.delete_cookie(name, samesite="Lax")
        else:
            response.set_cookie(name, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")


def without_choice(request: HttpRequest) -> str:
    """The same address with the choices taken out, and the rest of the query kept."""
    return _address(request, dict.fromkeys(CHOICES))


def link(request: HttpRequest, **choice: str) -> str:
    """The address of this page that asks for ``choice``; a page that answered a POST is asked again with GET."""
    return _address(request, choice)


def _address(request: HttpRequest, change: Mapping[str, str | None]) -> str:
    query: QueryDict = request.GET.copy()
    for name, value in change.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    # A path of two slashes would send the browser to another host.
    path = "/" + request.path.lstrip("/")
    return f"{path}?{query.urlencode()}" if query else path


def _safe(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values[name] for name, allowed in CHOICES.items() if values.get(name) in allowed}
