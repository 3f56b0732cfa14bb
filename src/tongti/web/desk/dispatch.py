"""派单: suggested lead, helpers and territory with the law behind them, editable, and the days they will have."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tongti.cases import queries as cases
from tongti.questions import queries as questions
from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.relay_forms import HELPER_ROWS, AddUnitForm, DispatchForm, MoveForm, ReasonForm, chosen
from tongti.web.forms import Form

FIELD_OF = {
    "lead_id": "lead",
    "lead_task": "lead_task",
    "helpers": "helper_0",
    "territory_id": "territory",
    "territory_task": "territory_task",
    "duty_id": "duty",
    "reason": "reason",
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.DISPATCH)
def question(request: DeskRequest, pk: int) -> HttpResponse:
    """派单 of a question."""
    found = questions.question_for(request.viewer, pk)
    return _dispatch(request, reverse("desk:question", args=[pk]), question=found)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.DISPATCH)
def case(request: DeskRequest, pk: int) -> HttpResponse:
    """派单 of a case that stands alone."""
    found = cases.case_for(request.viewer, pk)
    return _dispatch(request, reverse("desk:case", args=[pk]), case=found)


def _dispatch(request: DeskRequest, back: str, **matter: Any) -> HttpResponse:
    thing = next(iter(matter.values()))
    if request.method != "POST" and thing.state not in ("set_up", "registered"):
        messages.info(request, f"{thing.number} 现在是“{thing.get_state_display()}”，不用再派单。")
        return redirect(back)
    suggestion = relay.suggestion(thing)
    form = DispatchForm(request.POST or None, initial=_initial(suggestion))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            batons = actions.dispatch(
                **matter,
                lead_id=int(data["lead"]),
                lead_task=data["lead_task"],
                helpers=form.helpers(),
                territory_id=chosen(data["territory"]),
                territory_task=data["territory_task"],
                duty_id=chosen(data["duty"]),
                reason=data["reason"],
                by=request.viewer,
            )
        except BadInput as wrong:
            form.add_error(FIELD_OF.get(wrong.field), wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, f"已派给 {len(batons)} 个单位，时限从现在起算。")
            return redirect(back)
    context = {
        "thing": thing,
        "is_question": "question" in matter,
        "back": back,
        "form": form,
        "suggestion": suggestion,
        "bars": _bars(form, matter),
    }
    return render(request, "desk/relay/dispatch.html", context, status=422 if form.errors else 200)


def _initial(suggestion: relay.Suggestion) -> dict[str, Any]:
    initial: dict[str, Any] = {"lead_task": suggestion.lead_task}
    if suggestion.lead:
        initial["lead"] = str(suggestion.lead.pk)
    for n, helper in enumerate(suggestion.helpers[:HELPER_ROWS]):
        initial |= {f"helper_{n}": str(helper.unit.pk), f"helper_{n}_task": helper.task}
    if suggestion.territory:
        initial |= {"territory": str(suggestion.territory.unit.pk), "territory_task": suggestion.territory.task}
    if suggestion.duty:
        initial["duty"] = str(suggestion.duty.pk)
    else:
        initial["reason"] = suggestion.why[0][:200] if suggestion.why else ""
    return initial


def _bars(form: DispatchForm, matter: dict[str, Any]) -> list[tuple[str, Any]]:
    """The days that each role will have when it is dispatched as the form stands now."""
    roles = ["lead"]
    if any(unit.value() for unit, _task in form.helper_rows()):
        roles.append("helper")
    if form["territory"].value():
        roles.append("territory")
    words = {"lead": "牵头", "helper": "协办", "territory": "属地"}
    return [(words[role], bar) for role, bar in relay.plan(**matter, roles=roles).items()]


@require_POST
@desk(May.DISPATCH)
def add_unit(request: DeskRequest, pk: int) -> HttpResponse:
    """增加单位 on a question in hand."""
    found = questions.question_for(request.viewer, pk)
    form = AddUnitForm(request.POST)
    if not form.is_valid():
        return _say(request, form, "desk:question", pk)
    data = form.cleaned_data
    actions.add_unit(question=found, unit_id=int(data["unit"]), role=data["role"], task=data["task"], by=request.viewer)
    messages.success(request, "已增加单位。")
    return redirect("desk:question", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.DISPATCH)
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """改派 or 收回 one baton."""
    baton = relay.baton_for(request.viewer, pk)
    back = _matter_url(baton)
    forms: dict[str, Form] = {
        "move": MoveForm(leave_out=[baton.unit_id], auto_id="move_%s"),
        "recall": ReasonForm(auto_id="recall_%s"),
    }
    bound: Form | None = None
    if request.method == "POST":
        which = "recall" if "recall" in request.POST else "move"
        bound = (
            ReasonForm(request.POST, auto_id="recall_%s")
            if which == "recall"
            else MoveForm(request.POST, leave_out=[baton.unit_id], auto_id="move_%s")
        )
        forms[which] = bound
        if bound.is_valid():
            try:
                if which == "recall" and baton.role == "lead":
                    actions.call_back(
                        question=baton.question,
                        case=baton.case,
                        reason=bound.cleaned_data["reason"],
                        by=request.viewer,
                    )
                elif which == "recall":
                    actions.recall(baton=baton, reason=bound.cleaned_data["reason"], by=request.viewer)
                else:
                    actions.redispatch(
                        baton=baton,
                        to_unit_id=int(bound.cleaned_data["unit"]),
                        reason=bound.cleaned_data["reason"],
                        by=request.viewer,
                    )
            except DomainError as refused:
                bound.add_error(None, refused.sentence)
            else:
                messages.success(request, "已收回。" if which == "recall" else "已改派，总时间照算。")
                return redirect(back)
    context = {"baton": baton, "forms": forms, "form": bound, "back": back}
    return render(request, "desk/relay/move.html", context, status=422 if bound and bound.errors else 200)


def _matter_url(baton: Any) -> str:
    if baton.question_id:
        return reverse("desk:question", args=[baton.question_id])
    return reverse("desk:case", args=[baton.case_id])


def _say(request: DeskRequest, form: Form, url_name: str, pk: int) -> HttpResponse:
    for errors in form.errors.values():
        messages.error(request, errors[0])
    return redirect(url_name, pk)
