"""发布的数: what went out, each with its formula, its frozen list and the proof that the two agree."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongti.formulas import actions, queries
from tongti.shared import clock
from tongti.shared.errors import DomainError, NotVisible
from tongti.units.access import May, Scope
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.formulas_forms import HabitForm, PublishForm, WhyForm, refuse


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.BOARD)
def listing(request: DeskRequest) -> HttpResponse:
    """The newest first; whoever publishes does it here."""
    viewer, may = request.viewer, queries.may_publish(request.viewer)
    last = clock.today().replace(day=1) - timedelta(days=1)
    posted = request.POST if request.method == "POST" else None
    publishing = posted is not None and "habit" not in posted
    habit = queries.habit()
    form = PublishForm(posted if publishing else None, initial={"since": last.replace(day=1), "until": last})
    habits = HabitForm(
        posted if posted is not None and not publishing else None,
        initial={"weekly": bool(habit and habit.weekly), "monthly": bool(habit and habit.monthly)},
        auto_id="habit_%s",
    )
    status = 200
    if posted is not None:
        bound = form if publishing else habits
        status = 422
        if bound.is_valid():
            try:
                messages.success(request, _do(bound, viewer))
                return redirect("desk:published")
            except DomainError as refused:
                status = refuse(bound, refused)
    page = queries.published(viewer, request.GET.get("after", ""))
    wholes = queries.wholes(page.rows)
    context = {
        "page": page,
        "rows": [(row, wholes[row.pk]) for row in page.rows],
        "running": queries.publishings(viewer),
        "form": form if may else None,
        "habits": habits if may else None,
        "habit": habit,
    }
    return render(request, "desk/formulas/published.html", context, status=status)


def _do(form: Any, viewer: Any) -> str:
    data = form.cleaned_data
    if isinstance(form, HabitForm):
        actions.set_habit(weekly=data["weekly"], monthly=data["monthly"], by=viewer)
        return "已改发布安排。"
    run = actions.publish(codes=data["codes"], since=data["since"], until=data["until"], by=viewer)
    return "已发布，名单已冻住。" if run.state == "done" else "行数多，正在后台点数，点完自动发布。"


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.BOARD)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One published number: by unit, with and without what was left out, and its list; retract it."""
    viewer, row = request.viewer, queries.published_for(request.viewer, pk)
    retraction = getattr(row, "retraction", None)
    form = WhyForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.retract(published=row, reason=form.cleaned_data["reason"], by=viewer)
            except DomainError as refused:
                status = refuse(form, refused)
            else:
                messages.success(request, "已撤回。更正的数另外发布。")
                return redirect("desk:published_one", pk)
    unit_id = _number(request.GET.get("unit", ""))
    lines = queries.lines_of(viewer, row)
    if not unit_id and viewer.scope(May.BOARD) != Scope.ALL:
        unit_id = next((line.unit.pk for line in lines if line.unit), 0)
    asked_to_prove = row.rows <= queries.PROVED_AT_SIGHT or request.GET.get("prove") == "1"
    context = {
        "row": row,
        "formula": queries.formula_of(row),
        "lines": lines,
        "unit": next((line.unit for line in lines if line.unit and line.unit.pk == unit_id), None),
        "frozen": _frozen(request, row, unit_id),
        "proved": queries.proves(row) if asked_to_prove else None,
        "retraction": retraction,
        "replaced": queries.replaced_by(row) if retraction else None,
        "form": form if queries.may_publish(viewer) and retraction is None else None,
        "may_open": viewer.can(May.SEE),
    }
    return render(request, "desk/formulas/published_one.html", context, status=status)


def _frozen(request: DeskRequest, row: Any, unit_id: int) -> queries.FrozenPage | None:
    """None where nothing of the list is hers to see; a unit that is not hers is not there at all."""
    try:
        return queries.frozen(request.viewer, row, unit_id=unit_id, after=_number(request.GET.get("after", "")))
    except NotVisible:
        if unit_id and "unit" in request.GET:
            raise
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
