"""办不成事: the window's register, whom somebody has to speak to before the contact clock runs out, and one matter's row."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.answers import queries as answers
from tongti.cases import queries as cases
from tongti.shared.errors import DomainError, NotVisible, Raced
from tongti.shared.text import whole
from tongti.units.access import May, Viewer
from tongti.verdicts import queries as verdicts
from tongti.web import nav
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.cases_forms import chosen_id
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.window_forms import CauseFoundForm, MatterFilter, MatterForm, initial_of_matter, refuse
from tongti.web.forms import Form
from tongti.window import actions
from tongti.window import queries as window

LIST, CONTACTS = "desk:window", "desk:window_contacts"
FILLERS = (May.REGISTER, May.JOIN, May.SUPERVISE, May.HANDLE)
HOLDERS = (May.RECEIVE, May.HANDLE, May.SIGN, May.SUPERVISE)


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [window.unsorted(viewer)]


@waits(*HOLDERS, order=33)
def _to_contact(viewer: Viewer) -> Waiting | None:
    """Askers of this door whom somebody has to speak to, late ones named."""
    late, soon = window.contacts_late(viewer).count(), window.contacts_soon(viewer).count()
    if not late + soon:
        return None
    note = f"其中过了联系时限 {late}" if late else ""
    url = f"{reverse(CONTACTS)}?tab={'late' if late else 'soon'}"
    return Waiting("“办不成事”要先联系的", late + soon, url, "phone", "bad" if late else "warn", note)


@require_safe
@desk(May.SEE)
def register(request: DeskRequest) -> HttpResponse:
    """The register, newest first."""
    form = MatterFilter({"tab": "open", **request.GET.dict()})
    form.is_valid()
    # a field that is filled in wrongly narrows nothing
    data = form.cleaned_data
    item = request.GET.get("item", "")
    filters = window.MatterFilters(
        tab=data.get("tab") or "open",
        item_id=whole(item),
        cause_id=chosen_id(data.get("cause", "")),
    )
    context = {
        "form": form,
        "page": window.matters(request.viewer, filters, request.GET.get("after", "")),
        "narrowed": bool(filters.item_id or filters.cause_id or filters.tab != "open"),
    }
    return render(request, "desk/window/register.html", context)


@require_safe
@desk(May.SEE)
def contacts(request: DeskRequest) -> HttpResponse:
    """到期前联系, first due first."""
    counts = window.contact_counts(request.viewer)
    tab = request.GET.get("tab", "")
    if tab not in counts:
        tab = next((code for code, n in counts.items() if n), "waiting")
    context = {
        "tab": tab,
        "tabs": [(code, word, counts[code]) for code, word in window.CONTACT_TABS],
        "page": window.contacts_due(request.viewer, tab, request.GET.get("after", "")),
    }
    return render(request, "desk/window/contacts.html", context)


@require_safe
@desk(May.SEE)
def refusals(request: DeskRequest) -> HttpResponse:
    """否定答复台账: what was refused at this door, by whom it was signed, and what the askers said of it."""
    page, rows = answers.refusals(request.viewer, request.GET.get("after", ""))
    said = verdicts.said_of_answers([row.answer.pk for row in rows])
    context = {"page": page, "rows": [(row, said.get(row.answer.pk)) for row in rows]}
    return render(request, "desk/window/refusals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*FILLERS)
def matter(request: DeskRequest, pk: int) -> HttpResponse:
    """The row of one case: what it was about, and why it did not get done. ``do`` says which of the two forms was sent."""
    case = cases.case_for(request.viewer, pk)
    if not window.is_window(case) or not window.may_fill(request.viewer, case):
        raise NotVisible
    row = window.matter_of(case)
    if request.method != "POST":
        return _show(request, case, row)
    if request.POST.get("do") == "cause" and row is not None:
        return _find_cause(request, case, row)
    return _keep(request, case, row)


def _keep(request: DeskRequest, case: Any, row: Any) -> HttpResponse:
    form = MatterForm(request.POST)
    status = 422
    if form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            if row is None:
                actions.record_matter(case=case, matter=form.draft(), by=request.viewer)
            else:
                actions.change_matter(matter=row, draft=form.draft(), revision=revision, by=request.viewer)
        except Raced:
            form.add_error(None, "窗口登记刚刚被别人改过，请刷新后再改，您填的内容还在下面。")
            status = 409
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "窗口登记已保存。")
            return redirect("desk:matter", case.pk)
    return _show(request, case, row, matter=form, status=status)


def _find_cause(request: DeskRequest, case: Any, row: Any) -> HttpResponse:
    form = CauseFoundForm(request.POST, auto_id="cause_%s")
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.find_cause(
                matter=row, cause_id=chosen_id(data["cause"]), note=data["cause_note"], by=request.viewer
            )
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "卡点原因已记下。")
            return redirect("desk:matter", case.pk)
    return _show(request, case, row, cause=form, status=status)


def _show(request: DeskRequest, case: Any, row: Any, *, status: int = 200, **bound: Form) -> HttpResponse:
    initial = initial_of_matter(row) if row else {"item_words": case.title.removeprefix("办不成事：")[:120]}
    found = {"cause": row.cause_id or "", "cause_note": row.cause_note} if row else {}
    context = {
        "case": case,
        "row": row,
        "matter_form": bound.get("matter") or MatterForm(initial=initial),
        "cause_form": bound.get("cause") or CauseFoundForm(initial=found, auto_id="cause_%s"),
        "guesses": window.guesses_for(case, row),
        "names": window.names(),
        "guide": window.guide_of(row),
        "form": next(iter(bound.values()), None),
    }
    return render(request, "desk/window/matter.html", context, status=status)


def on_matter(viewer: Viewer, *, question: Any = None, case: Any = None) -> dict[str, Any] | None:
    """What a baton's page shows of the window: the row of its case, or those of the cases in its question."""
    if case is not None:
        return _part_of(viewer, case) if window.is_window(case) else None
    rows = window.matters_of_question(viewer, question.pk)
    return {"rows": rows} if rows else None


def _part_of(viewer: Viewer, case: Any) -> dict[str, Any]:
    row = window.matter_of(case)
    return {
        "case": case,
        "row": row,
        "clock": window.contact_clock(case) if case.state == "handling" else None,
        "may_fill": window.may_fill(viewer, case),
        "candidates": window.candidates_of_matter(viewer, row) if row else [],
    }


@case_part(order=15)
def _register_of_case(viewer: Viewer, case: Any) -> Part | None:
    """The window's row of a case that came in at this door."""
    if not window.is_window(case):
        return None
    return Part("窗口登记", "desk/window/_of_case.html", _part_of(viewer, case))
