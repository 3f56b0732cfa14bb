"""下级提请: what deployments below lifted to us; the dispatch desk takes it on as any question, or sends it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tongti.lifting import actions, queries
from tongti.shared.errors import BadInput, DomainError, NotVisible
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.lifts_forms import ReasonForm, refuse

TABS = [("", "全部"), *queries.ArrivalState.choices]


@require_safe
@desk(May.SEE)
def listing(request: DeskRequest) -> HttpResponse:
    """Newest first, by state."""
    state = request.GET.get("state", "")
    page = queries.arrivals(request.viewer, request.GET.get("after", ""), state=state)
    return render(request, "desk/lifts/below.html", {"page": page, "tabs": TABS, "state": state})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """What was asked of us, by whom, and how many stand behind it; POST sends it back."""
    arrival = queries.arrival_for(request.viewer, pk)
    declines = request.viewer.can(May.DISPATCH) and arrival.state == "open" and arrival.case.state == "registered"
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if not request.viewer.can(May.DISPATCH):
            raise NotVisible
        status = _decline(request, arrival, form)
        if not status:
            messages.success(request, "已退回，理由会送到下级。")
            return redirect("desk:arrival", pk)
    context = {
        "arrival": arrival,
        "letters": queries.letters_on(arrival),
        "declines": declines,
        "reason": form,
        "form": form if form.errors else None,
    }
    return render(request, "desk/lifts/arrival.html", context, status=status)


def _decline(request: DeskRequest, arrival: Any, form: ReasonForm) -> int:
    """0 when it was sent back, else the status of the page."""
    if not form.is_valid():
        return BadInput.status
    try:
        actions.decline(arrival=arrival, reason=form.cleaned_data["reason"], by=request.viewer)
    except DomainError as refused:
        return refuse(form, refused)
    return 0
