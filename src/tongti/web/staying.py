"""无操作自动退出: an officer who is there stays signed in; who has gone is warned two minutes ahead and then signed out (W11).

What counts as being there is a page or a form; what a page asks for by itself does not (a board left open would stay for ever).
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tongti.accounts.sessions import SCREEN

# Seconds before the end at which the warning comes (WCAG 2.2 2.2.1 asks for 20 at least; ui.md section 5 for two minutes).
AHEAD = 120


@dataclass(frozen=True)
class Staying:
    """Seconds ``left``, the longest ``idle`` time, how long ``ahead`` it is asked; ``mark`` tells an officer's pages from another's
    on the same computer and says nothing about her."""

    left: int
    idle: int
    ahead: int
    mark: str


def seen(request: HttpRequest) -> bool:
    """She is there, unless her page asked by itself; answers whether her cookie must be given anew."""
    if getattr(request, "htmx", False) and request.method == "GET":
        return False
    return bool(request.session.seen())  # type: ignore[attr-defined]  # our own store


def renew(request: HttpRequest, response: HttpResponse) -> None:
    """The cookie lasts from now on, as the session does."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        str(request.session.session_key),
        max_age=settings.SESSION_COOKIE_AGE,
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def left(request: HttpRequest) -> int:
    """Seconds that she stays signed in if she does nothing; 0 for whoever is not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return int(request.session.left())  # type: ignore[attr-defined]  # our own store


def of(request: HttpRequest) -> Staying:
    """What a staff page tells its script."""
    seconds = left(request)
    mark = salted_hmac("tongti.web.staying", str(request.user.pk)).hexdigest()[:16] if seconds else ""
    return Staying(seconds, settings.SESSION_IDLE, AHEAD, mark)


# All that a screen on the wall shows; anything else is asked for by somebody, who signs in.
ON_SCREEN = frozenset({"board:home", "board:screen"})


def hang(request: HttpRequest) -> None:
    """挂大屏: this session lasts its fixed time with nobody before it, and from now on opens nothing but the board."""
    request.session[SCREEN] = True


def off_screen(request: HttpRequest) -> HttpResponse | None:
    """A screen's session that asks for anything but the board ends here; None for every other request."""
    match = request.resolver_match
    if SCREEN not in request.session or (match and match.view_name in ON_SCREEN):
        return None
    logout(request)
    messages.info(request, _("大屏只显示看板。要做别的，请重新登录。"))
    return redirect(settings.LOGIN_URL)
