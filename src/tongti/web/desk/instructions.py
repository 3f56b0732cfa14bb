"""批示: given on a question or case in two taps, carried out by a unit, closed by the leader's side."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.cases import queries as cases
from tongti.questions import queries as questions
from tongti.shared.errors import DomainError, NotVisible
from tongti.supervision import actions, queries
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_forms import chosen
from tongti.web.desk.supervision_forms import CloseForm, InstructForm, ReasonForm, ReportForm, refuse
from tongti.web.forms import Form

LIST = "desk:instructions"
CONCERNED = (May.SUPERVISE, May.INSTRUCT, May.DISPATCH, May.RECEIVE, May.HANDLE, May.SIGN)
TABS = (("open", "落实中"), ("answered", "已反馈"), ("closed", "已办结"))


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [queries.instructions_waiting(viewer)]


@waits(May.INSTRUCT, May.SUPERVISE, order=22)
def _to_judge(viewer: Viewer) -> Waiting:
    """Reports on instructions that wait for the leader's side."""
    count = queries.instruction_counts(viewer)["answered"]
    return Waiting("已反馈、待办结的批示", count, f"{reverse(LIST)}?tab=answered", "pen-line", "warn")


@waits(May.HANDLE, May.SIGN, order=32)
def _to_report(viewer: Viewer) -> Waiting | None:
    """Instructions that her unit has to carry out."""
    owed = queries.waiting_for_unit(viewer)["instructions"]
    if not owed["n"]:
        return None
    note = f"其中逾期 {owed['late']}" if owed["late"] else ""
    return Waiting("要落实的批示", owed["n"], f"{reverse(LIST)}?tab=open", "pen-line", "bad" if note else "warn", note)


@require_safe
@desk(*CONCERNED)
def listing(request: DeskRequest) -> HttpResponse:
    """By state, newest first."""
    counts = queries.instruction_counts(request.viewer)
    tab = request.GET.get("tab", "open")
    tab = tab if tab in queries.INSTRUCTION_TABS else "open"
    page = queries.instructions(request.viewer, request.GET.get("after", ""), tab=tab)
    tabs = [(code, word, counts[code]) for code, word in TABS]
    return render(request, "desk/supervision/instructions.html", {"page": page, "tab": tab, "tabs": tabs})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.INSTRUCT)
def on_question(request: DeskRequest, pk: int) -> HttpResponse:
    """作批示 on a question."""
    return _instruct(request, question=questions.question_for(request.viewer, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.INSTRUCT)
def on_case(request: DeskRequest, pk: int) -> HttpResponse:
    """作批示 on a single case."""
    return _instruct(request, case=cases.case_for(request.viewer, pk))


def _typed(request: DeskRequest) -> QueryDict | None:
    """What was sent; a ready phrase that was tapped stands before her own words."""
    if request.method != "POST":
        return None
    typed = request.POST.copy()
    phrase = request.POST.get("phrase", "")
    if phrase in queries.phrases():
        typed["words"] = f"{phrase}{request.POST.get('words', '').strip()}"
    return typed


def _instruct(request: DeskRequest, *, question: Any = None, case: Any = None) -> HttpResponse:
    form = InstructForm(_typed(request))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = actions.instruct(
                question=question,
                case=case,
                words=data["words"],
                due_on=data["due_on"],
                owner_id=chosen(data["owner"]),
                by=request.viewer,
            )
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, f"批示已交{row.owner.short_name}落实。")
            return redirect("desk:instruction", row.pk)
    context = {
        "question": question,
        "case": case,
        "form": form,
        "phrases": queries.phrases(),
        "before": queries.instructions_on(request.viewer, question=question, case=case),
    }
    return render(request, "desk/supervision/instruct.html", context, status=status)


_FORMS: dict[str, Callable[..., Form]] = {"report": ReportForm, "send_back": ReasonForm, "close": CloseForm}
_DOES: dict[str, Callable[[Any, dict[str, Any], Viewer], Any]] = {
    "report": lambda row, data, by: actions.report(instruction=row, by=by, **data),
    "send_back": lambda row, data, by: actions.return_report(instruction=row, by=by, **data),
    "close": lambda row, data, by: actions.close(instruction=row, by=by, **data),
}
_SAID = {"report": "已反馈给领导一侧。", "send_back": "已退回单位重报。", "close": "批示已办结。"}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*CONCERNED)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One instruction: report, send back, close."""
    row = queries.instruction_for(request.viewer, pk)
    do = request.POST.get("do", "")
    bound: Form | None = None
    status = 200
    if request.method == "POST":
        if do not in _FORMS:
            raise NotVisible
        bound, status = _FORMS[do](request.POST, auto_id=f"{do}_%s"), 422
        if bound.is_valid():
            try:
                _DOES[do](row, bound.cleaned_data, request.viewer)
            except DomainError as refused:
                status = refuse(bound, refused)
            else:
                messages.success(request, _SAID[do])
                return redirect("desk:instruction", pk)
    forms = {name: bound if bound and name == do else kind(auto_id=f"{name}_%s") for name, kind in _FORMS.items()}
    context = {
        "row": row,
        "may": queries.may_on_instruction(request.viewer, row),
        "forms": forms,
        "form": bound,
        "opened": do,
    }
    return render(request, "desk/supervision/instruction.html", context, status=status)
