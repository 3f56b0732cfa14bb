"""查: number and code, or a signed link, open one case for this session; from then on no address names it."""

import uuid
from typing import Any

import segno
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongti.cases import actions as case_actions
from tongti.cases import queries as cases
from tongti.cases.queries import CaseState
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, DomainError, NotVisible
from tongti.shared.links import case_of, tracking_token, tracking_url
from tongti.shared.numbers import query_code, read_case_number
from tongti.shared.ratelimit import TooOften
from tongti.verdicts import actions as verdicts
from tongti.web.forms import Form
from tongti.web.public import drafts, limits
from tongti.web.public.forms import AddForm, AgainForm, TrackForm
from tongti.web.public.promise import promise
from tongti.web.public.say import RECEIPT_SALT
from tongti.web.public.story import story_of
from tongti.window import queries as window

OPENED = "cases"
MOST_OPENED = 5
RECEIPT_SECONDS = 7 * 24 * 3600
NUMBER_WRONG = "编号有一位不对，请再核对（也可能是两位数字颠倒了）。"
PAIR_WRONG = "编号和查询码对不上，请再核对。查询码是回执上的 8 个字母和数字；丢了可以打 12345 查。"


# --- the receipt --------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Number, query code, QR code, what happens next. The same page on every reload; the link ends after a week."""
    try:
        case_id = signing.loads(token, salt=RECEIPT_SALT, max_age=RECEIPT_SECONDS)
    except signing.SignatureExpired:
        messages.info(request, "回执页面只保留 7 天，请用编号和查询码查进度。")
        return redirect("public:track")
    except signing.BadSignature as error:
        raise Http404 from error
    case = cases.case_by_id(int(case_id))
    code = query_code(case.number)
    context = {
        "case": case,
        "code": f"{code[:4]} {code[4:]}",
        "link_path": reverse("public:link", args=[tracking_token(case.pk)]),
        "qr": qr(tracking_url(case.pk)),
        "promise": promise(
            channel=case.channel, asker_kind=case.party_kind, kind=case.kind, urgency=case.urgency, on=case.received_at
        ),
        "story": story_of(case),
    }
    return render(request, "public/receipt.html", context)


def qr(address: str) -> SafeString:
    """A QR code as inline SVG without any style, so that the content policy need not be loosened."""
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, border=2, svgclass="qr", lineclass=None, title="扫码查进度"
    )
    # Drawn by the library from our own address; nothing typed is in it.
    return mark_safe(drawing)  # noqa: S308


# --- opening a case ------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Number and code. A number with a wrong digit is told as such: it is the caller's slip, not a secret."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _open(request, _find(request, form))
            except BadInput as error:
                form.add_error(error.field, error.sentence)
            except TooOften as error:
                form.add_error(None, error.sentence)
                status = error.status
    context = {"form": form, "opened": [_brief(pk) for pk in reversed(opened(request.session))]}
    return render(request, "public/track.html", context, status=status)


def _find(request: HttpRequest, form: Form) -> int:
    number = read_case_number(form.cleaned_data["number"])
    limits.track(request, number or "")
    if number is None:
        raise BadInput("number", NUMBER_WRONG)
    try:
        case = cases.for_asker(number, form.cleaned_data["code"])
    except NotVisible:
        raise BadInput("code", PAIR_WRONG) from None
    limits.tracked(number)
    return int(case.pk)


@never_cache
@require_GET
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a notice or of the receipt's QR code."""
    limits.link(request)
    case_id = case_of(token)
    if case_id is None:
        raise NotVisible
    cases.case_by_id(case_id)
    return _open(request, case_id)


@never_cache
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Another case that this session has opened before."""
    try:
        return _open(request, _mine(request).pk)
    except NotOpened:
        return _to_track(request)


def _open(request: HttpRequest, case_id: int) -> HttpResponse:
    kept = [pk for pk in opened(request.session) if pk != case_id]
    request.session[OPENED] = [*kept, case_id][-MOST_OPENED:]
    return redirect("public:case")


def opened(session: SessionBase) -> list[int]:
    """Cases that this session may see, the current one last."""
    return [int(pk) for pk in session.get(OPENED, [])]


def _mine(request: HttpRequest) -> Any:
    """The case that a page or form is about. A form says which one, so two tabs cannot mix up two cases."""
    mine = opened(request.session)
    said = request.POST.get("case", "")
    if said:
        if said not in map(str, mine):
            raise NotVisible
        return cases.case_by_id(int(said))
    if not mine:
        raise NotOpened
    return cases.case_by_id(mine[-1])


def _brief(pk: int) -> Any:
    return cases.case_by_id(pk)


class NotOpened(DomainError):
    """The session knows of no case: it ended, or the address was typed."""

    code, status, words = "public.not_opened", 403, "请先输入编号和查询码。"


def _to_track(request: HttpRequest) -> HttpResponse:
    messages.info(request, "停得太久了，请再输入一次编号和查询码。")
    return redirect("public:track")


# --- the case ------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def case(request: HttpRequest) -> HttpResponse:
    """Where it is, who holds it, until when, what was done, the answer, what was added."""
    try:
        mine = _mine(request)
    except NotOpened:
        return _to_track(request)
    context = {
        "case": mine,
        "story": story_of(mine),
        "additions": cases.additions(mine, for_asker=True),
        "files": [file for file in cases.attachments(mine) if file.by_kind == "asker"],
        "may_again": mine.state in (CaseState.ANSWERED, CaseState.CLOSED),
        "reforms": window.told_of(mine) if window.is_window(mine) else [],
    }
    return render(request, "public/case.html", context)


@never_cache
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file that the asker herself sent."""
    try:
        row, path = cases.file_of(_mine(request), pk)
    except NotOpened as error:
        # A picture cannot be asked to type a number: it is simply not there.
        raise NotVisible from error
    if row.by_kind != "asker":
        raise NotVisible
    return FileResponse(
        path.open("rb"), content_type=row.content_type, as_attachment=row.kind != "image", filename=row.name
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """More words or files; the key in the form makes sending twice harmless."""
    try:
        mine = _mine(request)
    except NotOpened:
        return _to_track(request)
    form = AddForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            limits.add(request, mine.pk)
            if form.is_valid():
                case_actions.add_words(
                    case=mine,
                    key=_key(request),
                    words=form.cleaned_data["words"],
                    uploads=drafts.incoming(request),
                    by=Asker(mine.pk),
                )
                messages.success(request, "已经补充，办理单位会看到。")
                return _open(request, mine.pk)
            status = 422
        except DomainError as error:
            form.add_error(
                error.field if isinstance(error, BadInput) and error.field in form.fields else None, error.sentence
            )
            status = error.status
    context = {"form": form, "case": mine, "key": request.POST.get("key") or str(uuid.uuid4())}
    return render(request, "public/add.html", context, status=status)


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Taking it back: asked once more, then done. Pressed twice it is withdrawn once, and the page says so."""
    try:
        mine = _mine(request)
    except NotOpened:
        return _to_track(request)
    if request.method == "POST":
        if mine.state != CaseState.WITHDRAWN:
            case_actions.withdraw(case=mine, by=Asker(mine.pk))
        messages.success(request, "已经撤回。以后还有难处，随时再来说。")
        return _open(request, mine.pk)
    if not mine.is_open:
        return redirect("public:case")
    return render(request, "public/withdraw.html", {"case": mine})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """又出现了: an answered or closed case comes back to who held it last."""
    try:
        mine = _mine(request)
    except NotOpened:
        return _to_track(request)
    form = AgainForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        try:
            limits.add(request, mine.pk)
            if mine.state == CaseState.HANDLING and mine.reopened:
                # The button pressed twice: the first press has reopened it.
                return _open(request, mine.pk)
            if form.is_valid():
                verdicts.again(case=mine, words=form.cleaned_data["words"], by=Asker(mine.pk))
                messages.success(request, "已经重新交给原来的单位办理，也告诉了督办的人。")
                return _open(request, mine.pk)
        except DomainError as error:
            form.add_error(
                error.field if isinstance(error, BadInput) and error.field in form.fields else None, error.sentence
            )
            status = error.status
    elif mine.state not in (CaseState.ANSWERED, CaseState.CLOSED):
        return redirect("public:case")
    return render(request, "public/again.html", {"form": form, "case": mine}, status=status)
