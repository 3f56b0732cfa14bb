"""常用视图: filters kept under a name, above the list of cases and the workbench."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tongti.shared.errors import DomainError
from tongti.shared.text import whole
from tongti.units.access import May, Viewer
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.lists_forms import ViewForm
from tongti.worksets import actions
from tongti.worksets import queries as worksets
from tongti.worksets.queries import Of

LISTS = {Of.CASES: "desk:inbox", Of.QUESTIONS: "desk:questions"}


def tabs_of(viewer: Viewer, of: str, current: str) -> dict[str, Any]:
    """What a list shows of the kept views; ``current`` is the one that is open."""
    tabs = worksets.view_tabs(viewer, of)
    return {"views": tabs, "view": current, "of": of, "list_url": reverse(LISTS[Of(of)])}


@require_safe
@desk(May.SEE)
def page(request: DeskRequest) -> HttpResponse:
    """All of hers, and those that others share with her units."""
    lists = [(of.label, LISTS[of], worksets.view_tabs(request.viewer, of)) for of in Of]
    units = worksets.units_to_share_with(request.viewer)
    return render(request, "desk/lists/views.html", {"lists": lists, "units": units})


@require_safe
@desk(May.SEE)
def counts(request: DeskRequest, of: str) -> HttpResponse:
    """Fragment: the tabs with how many each holds for her; asked for after the page is there."""
    kind = of if of in Of.values else Of.CASES.value
    context = tabs_of(request.viewer, kind, request.GET.get("view", ""))
    context["counts"] = {tab.view.pk: worksets.count(request.viewer, kind, tab.view.asked) for tab in context["views"]}
    return render(request, "desk/lists/_tabs.html", context)


@require_POST
@desk(May.SEE)
def save(request: DeskRequest) -> HttpResponse:
    """The filters that are in use, under a name."""
    of = request.POST.get("of", "")
    stored = {name: value for name, value in request.POST.items() if name not in ("of", "name", "csrfmiddlewaretoken")}
    form = ViewForm(request.POST)
    if form.is_valid():
        try:
            view = actions.save_view(of=of, name=form.cleaned_data["name"], asked=stored, by=request.viewer)
        except DomainError as refused:
            form.add_error("name", refused.sentence)
        else:
            messages.success(request, f"已存为常用视图“{view.name}”。")
            tab = next(tab for tab in worksets.view_tabs(request.viewer, of) if tab.view.pk == view.pk)
            return redirect(reverse(LISTS[Of(of)]) + tab.query)
    return render(request, "desk/lists/view_new.html", {"form": form, "of": of, "stored": stored}, status=422)


@require_POST
@desk(May.SEE)
def change(request: DeskRequest, pk: int) -> HttpResponse:
    """Share it with a unit, with nobody again, or give it up."""
    view = worksets.view_for(request.viewer, pk)
    try:
        if request.POST.get("do") == "remove":
            actions.remove_view(view=view, by=request.viewer)
            messages.success(request, f"“{view.name}”已删去，里面的诉求和同题不受影响。")
        else:
            actions.share_view(view=view, unit_id=whole(request.POST.get("unit", "")), by=request.viewer)
            messages.success(request, "已改。")
    except DomainError as refused:
        messages.error(request, refused.sentence)
    return redirect("desk:saved_views")
