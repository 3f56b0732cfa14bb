"""用语和模板: the words of the site, with a preview; and the files of all catalogues."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.shared.errors import DomainError
from tongti.units import actions, queries, transfer
from tongti.units.access import May
from tongti.web.desk.admin_forms import FileForm, TextForm, refuse
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.public.texts import fill, layout

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
SHOWN = 200


@require_safe
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """Every text that the program asks for."""
    return render(request, "desk/admin/texts.html", {"rows": queries.texts(request.viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def one(request: DeskRequest, code: str) -> HttpResponse:
    """Change one text: look first, then publish the next version."""
    text = queries.text_for_change(request.viewer, code)
    first = {"body": text.body, "version": text.version}
    form = TextForm(request.POST if request.method == "POST" else None, initial=first)
    preview = None
    if request.method == "POST" and form.is_valid():
        body = form.cleaned_data["body"]
        try:
            if "look" in request.POST:
                actions.check_text(code=code, body=body, by=request.viewer)
                preview = layout(fill(body))
            else:
                actions.change_text(code=code, body=body, version=form.cleaned_data["version"], by=request.viewer)
                messages.success(request, f"“{text.name}”已发布新的一版。")
                return redirect("desk:texts")
        except DomainError as refused:
            refuse(form, refused)
    context = {"text": text, "form": form, "preview": preview, "now": layout(fill(text.body))}
    return render(request, "desk/admin/text.html", context, status=422 if form.errors else 200)


@require_POST
@desk(May.ADMINISTER)
def catalogue_export(request: DeskRequest, kind: str) -> HttpResponse:
    """What is here, as a file; by POST, because taking data out is an event on the trail."""
    name, content = transfer.export(kind=kind, by=request.viewer)
    return download(name, content)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def catalogue_import(request: DeskRequest, kind: str) -> HttpResponse:
    """Choose a file, see what it would do, then do it."""
    if kind not in transfer.KINDS:
        raise Http404
    book = transfer.KINDS[kind]()
    context: dict[str, Any] = {
        "kind": kind,
        "title": book.title,
        "extension": book.extension,
        "back": reverse(f"desk:{kind}"),
        "transfers": queries.transfers(request.viewer, kind),
    }
    if request.method == "POST" and "kept" in request.POST:
        return _apply(request, kind)
    sent = request.method == "POST"
    accept = getattr(book, "accept", f".{book.extension}")
    form = FileForm(request.POST if sent else None, request.FILES if sent else None, accept=accept)
    if sent and form.is_valid():
        try:
            plan = transfer.plan(kind=kind, content=form.cleaned_data["file"].read(), by=request.viewer)
        except DomainError as refused:
            form.add_error("file", refused.sentence)
        else:
            lines = sorted((one for one in plan.lines if one.state != "same"), key=lambda one: one.state != "wrong")
            context |= {"plan": plan, "lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN)}
    status = 422 if form.errors or ("plan" in context and context["plan"].wrong) else 200
    return render(request, "desk/admin/import.html", context | {"form": form}, status=status)


def _apply(request: DeskRequest, kind: str) -> HttpResponse:
    try:
        done = transfer.apply(kept=request.POST["kept"], by=request.viewer)
    except DomainError as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:catalogue_import", kind)
    messages.success(request, f"{done.title}：新增 {done.new} 项，修改 {done.changed} 项，{done.same} 项没有变化。")
    return redirect(f"desk:{kind}")


def download(name: str, content: bytes) -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
