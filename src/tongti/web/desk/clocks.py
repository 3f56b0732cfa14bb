"""暂停计时: stop a baton's clock and let it run again; what it does to the dates is shown before anything is done."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError, NotVisible
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.relay_more_forms import StopForm


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.HANDLE, May.DISPATCH)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """Of a baton whose clock runs: fill in, look at the dates, confirm. Of one that stands: look, let it run."""
    baton = relay.baton_for(request.viewer, pk)
    if not relay.may_clock(request.viewer, baton):
        raise NotVisible
    stops = relay.stops_of(baton)
    standing = next((stop for stop in stops if stop.ended_at is None), None)
    return _run(request, baton, standing) if standing else _stop(request, baton)


def _stop(request: DeskRequest, baton: Any) -> HttpResponse:
    reasons = relay.pause_reasons(baton)
    form = StopForm(request.POST or None, reasons=reasons)
    shift = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            shift = relay.if_stopped(request.viewer, baton, reason=data["reason"], until_on=data["until_on"])
            if "confirm" in request.POST:
                stop = actions.stop_clock(baton=baton, by=request.viewer, **data)
                messages.success(request, _said(stop))
                return redirect("desk:baton", baton.pk)
        except BadInput as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
    context = {"baton": baton, "form": form, "shift": None if form.errors else shift, "reasons": reasons}
    context["source"] = relay.pause_source(baton)
    return render(request, "desk/relay/clock_stop.html", context, status=422 if form.errors else 200)


def _said(stop: Any) -> str:
    told = f"，已写进 {stop.told} 位诉求人的通知" if stop.told else ""
    return f"已暂停计时，期限顺延到 {stop.to_due_on:%Y-%m-%d}{told}。"


def _run(request: DeskRequest, baton: Any, stop: Any) -> HttpResponse:
    if request.method == "POST":
        actions.run_clock(stop=stop, by=request.viewer)
        baton.refresh_from_db()
        messages.success(request, f"已接着计时，期限是 {baton.due_on:%Y-%m-%d}。")
        return redirect("desk:baton", baton.pk)
    stop.baton = baton
    context = {"baton": baton, "stop": stop, "shift": relay.if_run_on(stop)}
    return render(request, "desk/relay/clock_run.html", context)
