"""以前的难题 on the officer's phone: is it the same again, look at it once more, and the four questions before it counts as solved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.units.access import May
from tongti.verdicts.closing import four_for
from tongti.visits import actions
from tongti.visits import queries as visits
from tongti.web import four
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.field.forms import ClosingForm, RevisitForm, RevisitPlanForm
from tongti.web.field.pages import refused_by


@require_POST
@desk(May.VISIT)
def alike(request: DeskRequest, pk: int) -> HttpResponse:
    """是同一个难题: linked to the earlier case."""
    return _settle(request, pk, same=True, words="已和以前那件连起来。")


@require_POST
@desk(May.VISIT)
def apart(request: DeskRequest, pk: int) -> HttpResponse:
    """不是同一件: the engine took two matters for one, and will not bring it up again."""
    return _settle(request, pk, same=False, words="已分开。")


def _settle(request: DeskRequest, pk: int, *, same: bool, words: str) -> HttpResponse:
    row = visits.finding_for(request.viewer, pk)
    actions.settle_repeat(finding=row, same=same, by=request.viewer)
    messages.success(request, words)
    return redirect("desk:found_again") if request.POST.get("back") == "list" else redirect("field:visit", row.visit_id)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.VISIT)
def closing(request: DeskRequest, pk: int) -> HttpResponse:
    """办结四问 as the firm dictates them, where it did not answer through its link."""
    case = visits.case_to_revisit(request.viewer, pk)
    rule = four_for(case)
    form = ClosingForm(request.POST or None, rule=rule)
    if request.method == "POST" and form.is_valid():
        try:
            verdict = actions.take_answers(
                case=case, speaker=form.cleaned_data["speaker"], by=request.viewer, **four.answers(form)
            )
        except DomainError as refused:
            refused_by(form, refused)
        else:
            back = verdict.solved == "no" or verdict.answered is False
            messages.success(request, "已记下，交回原来的单位重新办理。" if back else "已记下企业的话，这件办结了。")
            return redirect("field:firm", case.party_id)
    context = {
        "case": case,
        "form": form,
        "asked": four.asked(form),
        "rule": rule,
        "chain": visits.chain_of(request.viewer, case),
    }
    return render(request, "field/closing.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.VISIT)
def revisit_new(request: DeskRequest, pk: int) -> HttpResponse:
    """安排回头看 of a case of a firm that she looks after."""
    case = visits.case_to_revisit(request.viewer, pk)
    form = RevisitPlanForm(request.POST or None, initial={"day": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_revisit(
                case=case, officer_id=request.viewer.officer_id, day=form.cleaned_data["day"], by=request.viewer
            )
        except DomainError as refused:
            refused_by(form, refused)
        else:
            messages.success(request, "已安排回头看。")
            return redirect("field:firm", case.party_id)
    return render(request, "field/revisit_new.html", {"case": case, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.VISIT)
def revisit(request: DeskRequest, pk: int) -> HttpResponse:
    """回头看: what the firm says now; what came back begins anew."""
    row = visits.revisit_for(request.viewer, pk)
    form = RevisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = actions.finish_revisit(
                revisit=row,
                result=data["result"],
                words=data["words"],
                as_new=data["how"] == "new",
                by=request.viewer,
            )
        except DomainError as refused:
            refused_by(form, refused)
        else:
            messages.success(request, _told(done))
            return redirect("field:today")
    context = {
        "row": row,
        "form": form,
        "firm": visits.firm_name(row.case.party_id or 0),
        "chain": visits.chain_of(request.viewer, row.case),
        "may_open": request.viewer.can(May.REGISTER),
    }
    return render(request, "field/revisit.html", context, status=422 if form.errors else 200)


def _told(done: Any) -> str:
    if done.opened is not None:
        return f"已记下，另立了一件 {done.opened.number}，和原来那件连在一起。"
    return "已记下，原来那件重新办理。" if done.reopened else "已记下企业的话。"
