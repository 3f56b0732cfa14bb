"""The door for other deployments: one address that takes signed letters. It has no session, no form and no page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tongti.lifting import actions
from tongti.shared import ratelimit
from tongti.shared.text import whole
from tongti.web.client import address

PER_MINUTE = 240


# A letter proves by its signature who sent it, which is more than a form's token could.
@csrf_exempt
@require_POST
def inbox(request: HttpRequest) -> HttpResponse:
    """One letter in, one receipt out. What is too long is not read, and an address that asks too often is not heard."""
    length = whole(request.META.get("CONTENT_LENGTH") or "")
    if length is None or length > actions.MOST_BODY:
        return _said(actions.Answer(413, b'{"code":"too_long"}', {}))
    try:
        ratelimit.hit("link.address", address(request), PER_MINUTE, 60)
    except ratelimit.TooOften:
        return _said(actions.Answer(429, b'{"code":"too_often"}', {}))
    headers = {name.lower(): value for name, value in request.headers.items()}
    return _said(actions.receive(path=request.path, headers=headers, body=request.body))


def _said(answer: actions.Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json", headers=answer.headers)
    response.headers["Cache-Control"] = "no-store"
    return response
