"""剔除: asked for from a case's page, decided by another hand, kept in a ledger."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.cases import queries as cases
from tongti.formulas import actions, queries
from tongti.shared.errors import DomainError, NotVisible
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.formulas_forms import DecideForm, ExcludeForm, WhyForm, refuse
from tongti.web.desk.home import Waiting, waits

LIST = "desk:exclusions"
TABS = (("waiting", "待审批"), ("approved", "已剔除"), ("other", "不同意和已撤销"))


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [queries.exclusions_waiting(viewer)]


@waits(May.SUPERVISE, order=43)
def _to_decide(viewer: Viewer) -> Waiting | None:
    """What another unit asked to leave out."""
    waiting = queries.exclusions_waiting(viewer).count()
    return Waiting("待您审批的剔除", waiting, reverse(LIST), "list-filter", "warn") if waiting else None


@case_part(order=95)
def _of_case(viewer: Viewer, case: Any) -> Part | None:
    rows = queries.of_case(viewer, case.pk)
    if not rows and not viewer.can(May.NOTE):
        return None
    context = {"exclusions": rows, "case_id": case.pk, "asks": viewer.can(May.NOTE)}
    return Part("剔除", "desk/formulas/_of_case.html", context)


@require_safe
@desk(May.SEE, May.AUDIT)
def listing(request: DeskRequest) -> HttpResponse:
    """The ledger: what waits, what is left out, what was refused or taken back."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else "waiting"
    page = queries.ledger(request.viewer, request.GET.get("after", ""), tab=tab)
    rows = [(row, queries.formula_names(row.formulas), queries.reason_words(row.reason)) for row in page.rows]
    return render(request, "desk/formulas/exclusions.html", {"page": page, "rows": rows, "tab": tab, "tabs": TABS})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.NOTE)
def ask(request: DeskRequest, pk: int) -> HttpResponse:
    """申请剔除 of one case."""
    case = cases.case_for(request.viewer, pk)
    if not queries.may_ask(request.viewer, case):
        raise NotVisible
    form = ExcludeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = actions.ask_exclusion(
                case=case, codes=data["codes"], reason=data["reason"], evidence=data["evidence"], by=request.viewer
            )
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "已申请剔除，等别的单位的督办员审批；审批前照常计入。")
            return redirect("desk:exclusion", row.pk)
    elif request.method == "POST":
        status = 422
    return render(request, "desk/formulas/exclude.html", {"case": case, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE, May.AUDIT)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One exclusion: who asked, why, on what evidence; decide it, or take it back."""
    row, viewer = queries.exclusion_for(request.viewer, pk), request.viewer
    decides = queries.may_decide(viewer, row)
    takes_back = (row.state == "asked" and row.asked_by_id == viewer.officer_id) or (
        row.state == "approved" and decides
    )
    posted = request.POST if request.method == "POST" else None
    deciding = bool(posted is not None and "decision" in posted)
    decide = DecideForm(posted if deciding else None)
    why = WhyForm(posted if posted is not None and not deciding else None, auto_id="back_%s")
    status = 200
    if posted is not None:
        form = decide if deciding else why
        status = 422
        if form.is_valid():
            try:
                _step(row, form.cleaned_data, viewer)
            except DomainError as refused:
                status = refuse(form, refused)
            else:
                messages.success(request, "已记下。")
                return redirect("desk:exclusion", pk)
    context = {
        "row": row,
        "names": queries.formula_names(row.formulas),
        "reason": queries.reason_words(row.reason),
        "may_open": viewer.can(May.SEE),
        "decide": decide if decides and row.state == "asked" else None,
        "why": why if takes_back else None,
        "waits_for_another": row.state == "asked" and not decides and viewer.can(May.SUPERVISE),
    }
    return render(request, "desk/formulas/exclusion.html", context, status=status)


def _step(row: Any, data: dict[str, Any], viewer: Viewer) -> None:
    if "decision" in data:
        actions.decide_exclusion(exclusion=row, approve=data["decision"] == "yes", note=data["note"], by=viewer)
    else:
        actions.withdraw_exclusion(exclusion=row, reason=data["reason"], by=viewer)
