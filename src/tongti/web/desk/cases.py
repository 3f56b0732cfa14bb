"""One case at the desk: its words, who asks (masked), what was done, and what may be done now."""

import uuid
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from tongti.cases import actions
from tongti.cases import queries as cases
from tongti.cases.queries import CaseState
from tongti.outbox import queries as outbox
from tongti.shared.errors import BadInput, DomainError, NotVisible, Raced
from tongti.shared.uploads import Upload
from tongti.units.access import May, Viewer
from tongti.web.desk import case_parts
from tongti.web.desk.cases_forms import AnswerForm, CorrectForm, DivertForm, NoteForm, RevealForm, chosen_id
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.forms import Form

FORMS: dict[str, type[Form]] = {
    "note": NoteForm,
    "correct": CorrectForm,
    "answer": AnswerForm,
    "divert": DivertForm,
    "reveal": RevealForm,
}


@require_GET
@desk(May.SEE)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """The case; 404 for whoever may not see it."""
    return _show(request, cases.case_for(request.viewer, pk))


@require_POST
@desk(May.NOTE)
def note(request: DeskRequest, pk: int) -> HttpResponse:
    """补充: the asker called again, or a note for the house."""
    case = cases.case_for(request.viewer, pk)
    if not cases.may_note(request.viewer, case):
        raise NotVisible
    form = NoteForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        uploads = [Upload(f.name or "", f.read()) for f in request.FILES.getlist("files")]
        try:
            actions.add_words(
                case=case,
                key=data["key"],
                words=data["words"],
                uploads=uploads,
                for_asker=not data["inside"],
                by=request.viewer,
            )
        except DomainError as refused:
            return _refused(request, case, "note", form, refused)
        return _done(request, case.pk, "已补充。")
    return _show(request, case, note=form, status=422)


@require_POST
@desk(May.REGISTER, May.JOIN)
def correct(request: DeskRequest, pk: int) -> HttpResponse:
    """更正 how it is filed."""
    case = cases.case_for(request.viewer, pk)
    form = CorrectForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.correct(
                case=case,
                title=data["title"],
                category_id=chosen_id(data["category"]),
                place_id=chosen_id(data["place"]),
                kind=data["kind"],
                urgency=data["urgency"],
                by=request.viewer,
            )
        except DomainError as refused:
            return _refused(request, case, "correct", form, refused)
        return _done(request, case.pk, "已更正。")
    return _show(request, case, correct=form, status=422)


@require_POST
@desk(May.REGISTER)
def answer(request: DeskRequest, pk: int) -> HttpResponse:
    """当场答复并办结."""
    case = cases.case_for(request.viewer, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.answer_on_the_spot(case=case, words=form.cleaned_data["answer"], by=request.viewer)
        except DomainError as refused:
            return _refused(request, case, "answer", form, refused)
        return _done(request, case.pk, "已当场答复并办结。")
    return _show(request, case, answer=form, status=422)


@require_POST
@desk(May.REGISTER)
def divert(request: DeskRequest, pk: int) -> HttpResponse:
    """分流."""
    case = cases.case_for(request.viewer, pk)
    form = DivertForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.divert(case=case, reason_code=data["reason_code"], words=data["words"], by=request.viewer)
        except DomainError as refused:
            return _refused(request, case, "divert", form, refused)
        return _done(request, case.pk, "已分流，告知的话诉求人查进度时看得到。")
    return _show(request, case, divert=form, status=422)


@require_POST
@desk(May.REGISTER)
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """撤回 on the asker's word."""
    case = cases.case_for(request.viewer, pk)
    actions.withdraw(case=case, by=request.viewer)
    return _done(request, case.pk, "已按诉求人的意思撤回。")


@require_POST
@sensitive_post_parameters()
@desk(May.SEE_IDENTITY)
def reveal(request: DeskRequest, pk: int) -> HttpResponse:
    """查看身份: a reason, a quarter of an hour, a line on the trail."""
    case = cases.case_for(request.viewer, pk)
    if not case.hide_identity and not cases.may_reveal(request.viewer, case):
        raise NotVisible
    form = RevealForm(request.POST)
    if form.is_valid():
        try:
            actions.reveal_asker(case=case, reason=form.cleaned_data["reason"], by=request.viewer)
        except DomainError as refused:
            return _refused(request, case, "reveal", form, refused)
        return _done(request, case.pk, "身份已显示，15 分钟后自动遮盖。这次查看已留痕。")
    return _show(request, case, reveal=form, status=422)


@require_GET
@desk(May.SEE)
def file(request: DeskRequest, pk: int, file_pk: int) -> HttpResponse:
    """One attachment, always as a download of its checked type."""
    case = cases.case_for(request.viewer, pk)
    row, path = cases.file_of(case, file_pk)
    # at most 10 MB, and nothing stays open when the reader goes away
    response = HttpResponse(path.read_bytes(), content_type=row.content_type)
    kind = "inline" if row.kind == "image" else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(_file_name(case, row))}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _done(request: DeskRequest, pk: int, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("desk:case", pk=pk)


def _refused(request: DeskRequest, case: Any, name: str, form: Form, refused: DomainError) -> HttpResponse:
    field = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
    if field is None and isinstance(refused, BadInput) and len(form.fields) == 1:
        field = next(iter(form.fields))
    form.add_error(field, refused.sentence)
    if isinstance(refused, Raced):
        case = cases.case_for(request.viewer, case.pk)
    return _show(request, case, status=refused.status, **{name: form})


def _show(request: DeskRequest, case: Any, *, status: int = 200, **bound: Form) -> HttpResponse:
    viewer = request.viewer
    wrong = next(iter(bound.values()), None)
    context = {
        "case": case,
        "face": cases.face_of(viewer, case),
        "may": _may(viewer, case),
        "additions": cases.additions(case),
        "files": [_with_url(case, f) for f in cases.attachments(case)],
        "history": cases.history(case),
        "repeated": cases.repeated_by(viewer, case),
        "earlier": cases.earlier_of_same_asker(viewer, case) if case.party_id else [],
        "sendings": outbox.about(case),
        "parts": list(case_parts.parts(viewer, case)),
        "dispatch_url": _dispatch_url(viewer, case),
        "filing": next(iter(cases.filings(f"{case.title}\n{case.body}", limit=1)), None) if case.is_open else None,
        "forms": {name: bound.get(name) or _unbound(name, case) for name in FORMS},
        "opened": next(iter(bound), ""),
        # the base template puts "错误：" before the title when `form` has errors
        "form": wrong,
    }
    return render(request, "desk/cases/case.html", context, status=status)


def _unbound(name: str, case: Any) -> Form:
    initial: dict[str, Any] = {"key": uuid.uuid4()} if name == "note" else {}
    if name == "correct":
        initial = {
            "title": case.title,
            "category": case.category_id or "",
            "place": case.place_id or "",
            "kind": case.kind,
            "urgency": case.urgency,
        }
    return FORMS[name](initial=initial, auto_id=f"{name}_%s")


def _may(viewer: Viewer, case: Any) -> dict[str, bool]:
    clerk = viewer.can(May.REGISTER)
    new = case.state == CaseState.REGISTERED
    return {
        "note": cases.may_note(viewer, case),
        "answer": clerk and new,
        "divert": clerk and new,
        "withdraw": clerk and case.is_open,
        "correct": (clerk or viewer.can(May.JOIN)) and case.is_open,
        "reveal": cases.may_reveal(viewer, case),
        "receipt": clerk,
    }


def _dispatch_url(viewer: Viewer, case: Any) -> str:
    if case.state != CaseState.REGISTERED or not viewer.can(May.DISPATCH):
        return ""
    try:
        return reverse("desk:dispatch_case", kwargs={"pk": case.pk})
    except NoReverseMatch:
        return ""


def _file_name(case: Any, row: cases.FileRow) -> str:
    """A name that an asker gave may hold her own; who asked to stay unknown stays so here too."""
    if not (case.hide_identity and row.by_kind == "asker"):
        return row.name
    return f"附件{row.pk}{PurePath(row.name).suffix}"


def _with_url(case: Any, row: cases.FileRow) -> dict[str, Any]:
    by = {"asker": "诉求人上传", "officer": "工作人员上传"}.get(row.by_kind, "")
    url = reverse("desk:case_file", kwargs={"pk": case.pk, "file_pk": row.pk})
    return {"name": _file_name(case, row), "kind": row.kind, "size": row.size, "url": url, "note": by, "at": row.at}
