"""办事事项: the catalogue of what windows handle, one item with all its versions, and publishing the next."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.shared.errors import DomainError, Raced
from tongti.units.access import May
from tongti.web.desk.cases_forms import chosen_id
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.window_forms import ItemFilter, ItemForm, initial_of, refuse
from tongti.window import access, actions
from tongti.window import queries as window


@require_safe
@desk(May.SEE, May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """The catalogue by code."""
    form = ItemFilter(request.GET)
    form.is_valid()
    # a field that is filled in wrongly narrows nothing
    data = form.cleaned_data
    listed = window.items(
        request.viewer,
        data.get("q", ""),
        unit_id=chosen_id(data.get("unit", "")),
        cursor=request.GET.get("after", ""),
    )
    context = {
        "form": form,
        "page": listed,
        "narrowed": any(data.values()),
        "may_keep": request.viewer.can(May.ADMINISTER),
    }
    return render(request, "desk/window/items.html", context)


@require_safe
@desk(May.SEE, May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """What is asked of people now, what was before, and what became of reforms."""
    item = window.item_for(request.viewer, pk)
    versions = window.versions_of(item)
    rows = [
        (version, window.measures(before, version) if before else [])
        for version, before in zip(versions, [*versions[1:], None], strict=True)
    ]
    context = {
        "item": item,
        "version": versions[0],
        "squeezed": window.squeezed(versions[0]),
        "carried": window.carried(versions[0]),
        "rows": rows,
        "matters": window.matter_counts([item.pk])[item.pk],
        "candidates": window.candidates_of_item(request.viewer, item.pk),
        "may_keep": access.may_keep_item(request.viewer, item),
    }
    return render(request, "desk/window/item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A new item with its first version."""
    form = ItemForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            item = actions.add_item(draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, f"已新增“{item.name}”。")
            return redirect("desk:service_item", item.pk)
    return render(request, "desk/window/item_edit.html", {"form": form, "item": None}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER, May.SIGN)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """The next version; nothing of the present one is overwritten."""
    item = window.item_for_change(request.viewer, pk)
    newest = window.versions_of(item)[0]
    posted = request.method == "POST"
    form = ItemForm(request.POST if posted else None, initial=initial_of(item, newest), fixed_code=True)
    status = 422 if posted else 200
    if posted and form.is_valid():
        try:
            made = actions.publish_version(
                item=item, draft=form.draft(), base=form.cleaned_data["base"], by=request.viewer
            )
        except Raced:
            form.add_error(None, "这个事项刚刚被别人发布了新版，请刷新后再改，您填的内容还在下面。")
            status = 409
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, f"“{item.name}”第 {made.version} 版已发布；没办完的仍按原来的版本。")
            return redirect("desk:service_item", pk)
    return render(request, "desk/window/item_edit.html", {"form": form, "item": item}, status=status)


@require_POST
@desk(May.ADMINISTER, May.SIGN)
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    """停用 or 启用."""
    item: Any = window.item_for_change(request.viewer, pk)
    active = request.POST.get("do") == "on"
    actions.switch_item(item=item, active=active, by=request.viewer)
    messages.success(request, f"“{item.name}”已{'启用' if active else '停用'}。")
    return redirect("desk:service_item", pk)
