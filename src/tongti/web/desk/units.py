"""机构: the tree of units."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.shared.errors import DomainError, Raced
from tongti.units import actions, queries
from tongti.units.access import May
from tongti.units.actions import UnitDraft
from tongti.web.desk.admin_forms import SearchForm, UnitForm, refuse
from tongti.web.desk.doors import DeskRequest, desk

LIST = "desk:units"


@require_safe
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """The tree, or what a search found in it."""
    form = SearchForm(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    lines = queries.unit_tree(request.viewer, q)
    return render(request, "desk/admin/units.html", {"search": form, "q": q, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A new unit."""
    form = UnitForm(
        request.POST if request.method == "POST" else None, initial={"parent": request.GET.get("parent", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            parent = _parent(request, form)
            unit = actions.add_unit(draft=_draft(form), parent=parent, by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"已新增“{unit.short_name}”。")
            return redirect(LIST)
    return render(request, "desk/admin/unit.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One unit: change it, move it."""
    unit = queries.unit_for_change(request.viewer, pk)
    first = {
        "code": unit.code,
        "name": unit.name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "region": str(unit.region_id),
        "parent": str(unit.parent_id or ""),
        "phone": unit.phone,
    }
    form = UnitForm(request.POST if request.method == "POST" else None, initial=first, fixed_code=True)
    if request.method == "POST" and form.is_valid():
        try:
            parent = _parent(request, form)
            actions.change_unit(unit=unit, draft=_draft(form), by=request.viewer)
            actions.move_unit(unit=unit, parent=parent, by=request.viewer)
        except Raced:
            raise
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"“{unit.short_name}”已保存。")
            return redirect("desk:unit", pk)
    people = queries.officers(request.viewer, unit_id=pk)[1]
    context = {"form": form, "unit": unit, "people": people}
    return render(request, "desk/admin/unit.html", context, status=422 if form.errors else 200)


@require_POST
@desk(May.ADMINISTER)
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    """Off, on, or 兜底."""
    unit = queries.unit_for_change(request.viewer, pk)
    try:
        match request.POST.get("to"):
            case "off":
                actions.switch_off_unit(unit=unit, by=request.viewer)
                said = f"“{unit.short_name}”已停用。"
            case "on":
                actions.switch_on_unit(unit=unit, by=request.viewer)
                said = f"“{unit.short_name}”已启用。"
            case "fallback":
                actions.make_fallback(unit=unit, by=request.viewer)
                said = f"以后没有单位接的，由“{unit.short_name}”兜底。"
            case _:
                return redirect("desk:unit", pk)
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, said)
    return redirect("desk:unit", pk)


def _draft(form: UnitForm) -> UnitDraft:
    data = form.cleaned_data
    return UnitDraft(
        code=data["code"],
        name=data["name"],
        short_name=data["short_name"],
        kind=data["kind"],
        region_id=int(data["region"]),
        phone=data["phone"],
    )


def _parent(request: DeskRequest, form: UnitForm) -> Any:
    chosen = form.cleaned_data["parent"]
    return queries.unit_for_change(request.viewer, int(chosen)) if chosen else None
