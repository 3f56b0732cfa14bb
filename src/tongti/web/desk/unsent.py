"""What was typed into a form after the session had ended: kept for the same browser, shown once after signing in.

The address of the form takes POST only, so signing in leads to the page that the form stood on. The words are in the session,
encrypted, and only somebody who has signed in on this browser is shown them; then they are gone.
"""

import base64
import json
import logging
from urllib.parse import urlencode, urlsplit

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from tongti.shared import crypto, ratelimit
from tongti.shared.ratelimit import TooOften
from tongti.web.client import address

KEY, PURPOSE = "unsent", "web.unsent"
# Never kept: tokens, keys and passwords.
SECRET = frozenset({"csrfmiddlewaretoken", "key", "next", "password", "old", "new", "repeat"})
MOST = 20_000

log = logging.getLogger(__name__)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and afterwards back to this page; of a form, to the page that it stood on."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else _form_page(request)
    if request.method == "POST":
        given_back = "，写过的文字会还给您" if _keep(request) else ""
        messages.warning(request, f"登录已过期，刚才的内容没有提交，什么都没有改动。请重新登录{given_back}。")
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': back})}" if back else settings.LOGIN_URL)


def waiting(request: HttpRequest) -> bool:
    """Whether words of this browser wait to be given back."""
    return KEY in request.session


def _form_page(request: HttpRequest) -> str:
    """The page of ours that the form was sent from, else ""."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _keep(request: HttpRequest) -> bool:
    """Whether there was something to keep, and room for it."""
    words = [value for name, value in request.POST.items() if name not in SECRET and _is_prose(value)]
    if not words or sum(len(value) for value in words) > MOST:
        return False
    try:
        # anybody can send forms here without signing in, and each writes a session
        ratelimit.hit("unsent", address(request), limit=20, per_seconds=600)
    except TooOften:
        return False
    plain = json.dumps({"words": words, "back": _form_page(request)}, ensure_ascii=False)
    request.session[KEY] = base64.b64encode(crypto.encrypt(plain, purpose=PURPOSE)).decode()
    return True


def _is_prose(value: str) -> bool:
    """Words and phone numbers, but no ids and codes of choices."""
    text = value.strip()
    return any(not sign.isascii() for sign in text) or " " in text or (text.isdigit() and len(text) >= 7)


def take(request: HttpRequest) -> dict[str, object] | None:
    """The words and the page of their form, once; None when there are none."""
    sealed = request.session.pop(KEY, None)
    if not sealed:
        return None
    try:
        return dict(json.loads(crypto.decrypt(base64.b64decode(sealed), purpose=PURPOSE)))
    except (InvalidTag, ValueError):
        # keys were changed meanwhile
        log.warning("unsent words could not be read")
        return None
