"""The door of every staff page: signed in, with the permission; anybody else finds nothing there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from tongti.units.access import May, Viewer
from tongti.units.queries import viewer_of

View = Callable[..., HttpResponse]


class DeskRequest(HttpRequest):
    """A request that came through the door."""

    viewer: Viewer


def desk(*permissions: May) -> Callable[[View], View]:
    """Let in officers who hold at least one of ``permissions`` (none given: any officer); put ``request.viewer`` there.

    Without a session: to the sign-in page. With a session but without the permission: 404, so that nothing leaks.
    Which rows she sees is still for the query to say.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect(f"{settings.LOGIN_URL}?next={request.path}")
            request.viewer = viewer_of(request.user)
            if permissions and not any(request.viewer.can(may) for may in permissions):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]  # the policy table reads it
        return guarded

    return wrap
