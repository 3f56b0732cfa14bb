"""改革建议: cases of one cause put together; accept, merge or refuse; before and after; and the catalogue of causes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tongti.shared.errors import DomainError, NotVisible, Raced
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.cases_forms import chosen_id
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.window_forms import (
    AcceptForm,
    CauseForm,
    FinishForm,
    MergeForm,
    RefuseForm,
    ThresholdForm,
    refuse,
)
from tongti.web.forms import Form
from tongti.window import actions
from tongti.window import queries as window

LIST = "desk:reforms"


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [window.candidates_waiting(viewer)]


@require_safe
@desk(May.SEE)
def page(request: DeskRequest) -> HttpResponse:
    """Candidates by state, newest first."""
    counts = window.candidate_counts(request.viewer)
    tab = request.GET.get("tab", "")
    if tab not in counts:
        tab = next((code for code, n in counts.items() if n), "proposed")
    context = {
        "tab": tab,
        "tabs": [(code, word, counts[code]) for code, word in window.CANDIDATE_TABS],
        "page": window.candidates(request.viewer, tab, request.GET.get("after", "")),
        "threshold": window.in_force(),
    }
    return render(request, "desk/window/reforms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One candidate with what it rests on; ``do`` names the step."""
    row = window.candidate_for(request.viewer, pk)
    if request.method != "POST":
        return _show(request, row)
    do = request.POST.get("do", "")
    if do == "tell":
        return _tell(request, row)
    if do not in STEPS:
        raise Http404
    may = window.may_finish(request.viewer, row) if do == "finish" else window.may_decide(request.viewer)
    if not may:
        raise NotVisible
    form = _forms(row)[do](request.POST)
    if not form.is_valid():
        return _show(request, row, status=422, **{do: form})
    try:
        STEPS[do](row, form.cleaned_data, request.viewer)
    except DomainError as refused:
        status = refuse(form, refused)
        return _show(request, window.candidate_for(request.viewer, pk), status=status, **{do: form})
    messages.success(request, DONE[do])
    return redirect("desk:reform", pk)


def _accept(row: Any, data: dict[str, Any], by: Viewer) -> None:
    actions.accept(candidate=row, unit_id=chosen_id(data["unit"]), change=data["change"], due_on=data["due_on"], by=by)


def _refuse(row: Any, data: dict[str, Any], by: Viewer) -> None:
    actions.refuse(candidate=row, reason=data["reason"], by=by)


def _merge(row: Any, data: dict[str, Any], by: Viewer) -> None:
    into = window.candidate_for(by, int(data["into"]))
    actions.merge(candidate=row, into=into, reason=data["merge_reason"], by=by)


def _finish(row: Any, data: dict[str, Any], by: Viewer) -> None:
    actions.finish(candidate=row, outcome=data["outcome"], by=by)


STEPS = {"accept": _accept, "refuse": _refuse, "merge": _merge, "finish": _finish}
DONE = {
    "accept": "已采纳，责任单位看得到了。",
    "refuse": "已记为不采纳；同样这些件不会再提。",
    "merge": "已并入，依据件也过去了。",
    "finish": "改革已办结，前后对比在下面；可以告知诉求人了。",
}


def _tell(request: DeskRequest, row: Any) -> HttpResponse:
    if not window.may_finish(request.viewer, row):
        raise NotVisible
    told = actions.tell_askers(candidate=row, by=request.viewer)
    messages.success(request, f"已告知 {told} 位诉求人；每人只发一次。")
    return redirect("desk:reform", row.pk)


def _forms(row: Any) -> dict[str, Any]:
    others = window.merge_choices(row)
    return {
        "accept": lambda *data, **more: AcceptForm(*data, auto_id="accept_%s", **more),
        "refuse": lambda *data, **more: RefuseForm(*data, auto_id="refuse_%s", **more),
        "merge": lambda *data, **more: MergeForm(*data, others=others, auto_id="merge_%s", **more),
        "finish": lambda *data, **more: FinishForm(*data, auto_id="finish_%s", **more),
    }


def _show(request: DeskRequest, row: Any, *, status: int = 200, **bound: Form) -> HttpResponse:
    first: dict[str, dict[str, Any]] = {"accept": {"initial": {"unit": str(row.item.unit_id)}}}
    forms = {name: bound.get(name) or make(**first.get(name, {})) for name, make in _forms(row).items()}
    after = row.after or window.version_now(row.item)
    before = row.before
    changed = before is not None and after is not None and after.pk != before.pk
    context = {
        "row": row,
        "page": window.grounds(request.viewer, row, request.GET.get("after", "")),
        "measures": window.measures(before, after) if before and after and changed else [],
        "before": before,
        "after": after,
        "may_decide": window.may_decide(request.viewer),
        "may_finish": window.may_finish(request.viewer, row),
        "forms": forms,
        "opened": next(iter(bound), ""),
        "form": next(iter(bound.values()), None),
    }
    return render(request, "desk/window/reform.html", context, status=status)


# --- what counts as a cause, and how many make a class -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def causes(request: DeskRequest) -> HttpResponse:
    """The catalogue, a form for one more, and the threshold."""
    do = request.POST.get("do", "")
    if request.method == "POST" and do == "threshold":
        return _set_threshold(request)
    form = CauseForm(request.POST if request.method == "POST" else None, initial={"active": True, "reformable": True})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_cause(draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, f"已新增“{made.name}”。")
            return redirect("desk:causes")
    return _causes(request, cause=form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def cause(request: DeskRequest, pk: int) -> HttpResponse:
    """Change one cause, or switch it off."""
    row = window.cause_for_change(request.viewer, pk)
    if row is None:
        raise NotVisible
    names = ("code", "name", "explanation", "source", "reformable", "verified", "active")
    initial = {name: getattr(row, name) for name in names}
    form = CauseForm(request.POST if request.method == "POST" else None, initial=initial, fixed_code=True)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_cause(cause=row, draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, f"“{row.name}”已保存。")
            return redirect("desk:causes")
    return render(request, "desk/window/cause.html", {"form": form, "row": row}, status=status)


def _set_threshold(request: DeskRequest) -> HttpResponse:
    form = ThresholdForm(request.POST, auto_id="threshold_%s")
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.set_threshold(
                askers=data["askers"],
                days=data["days"],
                source=data["source"],
                verified=data["verified"],
                last_id=data["last_id"] or 0,
                by=request.viewer,
            )
        except Raced:
            form.add_error(None, "门槛刚刚被别人改过，请刷新后再改。")
            status = 409
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "门槛已改，系统会重新看一遍。")
            return redirect("desk:causes")
    return _causes(request, threshold=form, status=status)


def _causes(request: DeskRequest, *, status: int, **bound: Form) -> HttpResponse:
    now = window.in_force()
    initial = {"askers": now.askers, "days": now.days, "source": now.source, "verified": now.verified}
    context = {
        "rows": window.causes(in_use=False),
        "now": now,
        "cause_form": bound.get("cause") or CauseForm(initial={"active": True, "reformable": True}),
        "threshold_form": bound.get("threshold")
        or ThresholdForm(initial=initial | {"last_id": now.pk or 0}, auto_id="threshold_%s"),
        "form": next((form for form in bound.values() if form.is_bound), None),
    }
    return render(request, "desk/window/causes.html", context, status=status)
