"""时限墙: all open batons on one axis of working days, by unit; tick several and put them up for supervision."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tongti.shared.errors import DomainError
from tongti.shared.text import whole
from tongti.supervision import actions, queries
from tongti.units import queries as units
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.supervision_forms import ProposeForm, refuse
from tongti.web.forms import Form

WATCH = (May.SUPERVISE, May.DISPATCH, May.INSTRUCT, May.SIGN)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*WATCH)
def page(request: DeskRequest) -> HttpResponse:
    """The whole district (or what she may see of it), the worst unit first."""
    status, form = _propose(request) if request.method == "POST" else (200, None)
    if status == 302:
        return redirect(f"{reverse('desk:wall')}?{request.GET.urlencode()}")
    sort = request.GET.get("sort", "worst")
    late = request.GET.get("late") == "1"
    wall = queries.wall(request.viewer, sort=sort, only_late=late)
    context = {
        "wall": wall,
        "sort": sort if sort in queries.SORTS else "worst",
        "sorts": queries.SORTS,
        "late": late,
        "all_open": request.GET.get("open") == "1",
        **_proposing(request, form),
    }
    return render(request, "desk/wall/wall.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*WATCH)
def unit(request: DeskRequest, pk: int) -> HttpResponse:
    """One unit's batons written out, first due first."""
    found = units.unit(pk)
    status, form = _propose(request) if request.method == "POST" else (200, None)
    if status == 302:
        return redirect("desk:wall_unit", pk)
    axis, listed = queries.unit_wall(request.viewer, found, request.GET.get("after", ""))
    context = {"unit": found, "axis": axis, "page": listed, **_proposing(request, form)}
    return render(request, "desk/wall/unit.html", context, status=status)


def _proposing(request: DeskRequest, form: Form | None) -> dict[str, Any]:
    may = request.viewer.can(May.SUPERVISE)
    opens = (May.RECEIVE, May.HANDLE, May.SIGN, May.DISPATCH, May.SUPERVISE)
    return {
        "opens_batons": any(request.viewer.can(one) for one in opens),
        "may_propose": may,
        "propose": (form or ProposeForm(initial={"rung": "urge"})) if may else None,
        "form": form,
        "ticked": _ticked(request),
    }


def _ticked(request: DeskRequest) -> list[int]:
    return [pk for said in request.POST.getlist("batons") if (pk := whole(said)) is not None]


def _propose(request: DeskRequest) -> tuple[int, Form | None]:
    """302 when it was done; else the status of the page and the form with its sentence."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return 422, form
    batons = queries.batons_on_wall(request.viewer, _ticked(request))
    try:
        made = actions.propose(batons=batons, by=request.viewer, **form.cleaned_data)
    except DomainError as refused:
        return refuse(form, refused), form
    left = len(batons) - made
    again = f"，另有 {left} 根今天已经提过" if left else ""
    messages.success(request, f"已提请督办 {made} 根{again}。请在“督办”里逐件定。")
    return 302, None
