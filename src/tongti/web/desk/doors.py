"""The door of every staff page: signed in, with the permission; anybody else finds nothing there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from tongti.units.access import May, Viewer
from tongti.units.queries import viewer_of
from tongti.web import staying
from tongti.web.desk import unsent
from tongti.web.middleware import notice

View = Callable[..., HttpResponse]


class DeskRequest(HttpRequest):
    """A request that came through the door."""

    viewer: Viewer


def _outside(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        # a part of a page: what is typed on it stays where it is
        return notice(request, "登录已过期，刚才的内容还没有提交。请在新窗口登录，再回到这一页接着做。", status=401)
    return unsent.to_sign_in(request)


def desk(*permissions: May) -> Callable[[View], View]:
    """Let in officers who hold at least one of ``permissions`` (none given: any officer); put ``request.viewer`` there.

    Without a session: to the sign-in page. With a session but without the permission: 404, so that nothing leaks.
    Which rows she sees is still for the query to say.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _outside(request)
            if (left := staying.off_screen(request)) is not None:
                return left
            renewed = staying.seen(request)
            request.viewer = viewer_of(request.user)
            if permissions and not any(request.viewer.can(may) for may in permissions):
                raise Http404
            response = view(request, *args, **kwargs)
            if renewed:
                staying.renew(request, response)
            return response

        guarded.permissions = permissions  # type: ignore[attr-defined]  # the policy table reads it
        return guarded

    return wrap
