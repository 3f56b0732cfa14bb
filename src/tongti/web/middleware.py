"""What every page gets: a strict content policy, the reader's own appearance, and domain errors in words."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from tongti.shared.errors import DomainError, NotVisible
from tongti.web import appearance

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class ContentSecurityPolicy:
    """One policy on every response, errors included: nothing inline, nothing from elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response


class Appearance:
    """Text size, theme and contrast live in cookies and are changed by a plain link (``?size=large``), without script."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = appearance.asked(request.GET) if request.method == "GET" else {}
        if wanted:
            response: HttpResponse = HttpResponseRedirect(appearance.without_choice(request))
            appearance.remember(response, wanted, secure=request.is_secure())
            return response
        request.look = appearance.read(request.COOKIES)  # type: ignore[attr-defined]
        response = self.get_response(request)
        patch_vary_headers(response, ["Cookie"])
        return response


class DomainErrors:
    """A rule that said no becomes one sentence with the right status, whichever page asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Words for what a view raised; None leaves the rest to Django (500)."""
        if isinstance(exception, DomainError):
            return self._domain_error(request, exception)
        if _is_htmx(request) and isinstance(exception, Http404):
            return notice(request, _("没有找到，可能已经移走，请刷新页面。"), status=404)
        if _is_htmx(request) and isinstance(exception, PermissionDenied):
            return notice(request, _("您的岗位没有这项权限。"), status=403)
        return None

    def _domain_error(self, request: HttpRequest, error: DomainError) -> HttpResponse:
        if _is_htmx(request):
            return notice(request, error.sentence, status=error.status)
        if isinstance(error, NotVisible):
            return render(request, "404.html", status=404)
        return render(request, "errors/domain.html", {"error": error, "back": _back(request)}, status=error.status)


def notice(request: HttpRequest, sentence: str, *, status: int = 200, tone: str = "bad") -> HttpResponse:
    """One sentence for the page's notice line; htmx is told to leave the asking region, and what was typed there, alone."""
    response = render(request, "_components/notice.html", {"sentence": sentence, "tone": tone}, status=status)
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _back(request: HttpRequest) -> str:
    """The page to go back to: only our own pages, and never the address that just failed on GET."""
    referrer = request.headers.get("Referer", "")
    own = f"{request.scheme}://{request.get_host()}/"
    if not referrer.startswith(own) or (request.method == "GET" and referrer == request.build_absolute_uri()):
        return "/"
    # Two slashes at the start would lead to another host.
    return "/" + referrer[len(own) :].lstrip("/")
