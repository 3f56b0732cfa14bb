"""事项分类: the three-level catalogue."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.shared.errors import DomainError
from tongti.units import actions, queries
from tongti.units.access import May
from tongti.web.desk.admin_forms import CategoryForm, SearchForm, refuse
from tongti.web.desk.doors import DeskRequest, desk


@require_safe
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """First-level headings with what is below them."""
    form = SearchForm(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    rows = queries.category_tree(request.viewer, q)
    counts = [sum(row.level == level and row.active for row in rows) for level in (1, 2, 3)]
    return render(request, "desk/admin/categories.html", {"search": form, "q": q, "rows": rows, "counts": counts})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A new category; its code is given."""
    first = {"parent": request.GET.get("parent", "")}
    form = CategoryForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["parent"]
        try:
            parent = queries.category_for_change(request.viewer, int(chosen)) if chosen else None
            made = actions.add_category(name=form.cleaned_data["name"], parent=parent, by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"已新增“{made.full_name}”，代码 {made.code}。")
            return redirect("desk:categories")
    return render(request, "desk/admin/category.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """Rename one category."""
    category = queries.category_for_change(request.viewer, pk)
    form = CategoryForm(
        request.POST if request.method == "POST" else None, initial={"name": category.name}, rename=True
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_category(category=category, name=form.cleaned_data["name"], by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"“{category.full_name}”已保存。")
            return redirect("desk:categories")
    context = {"form": form, "category": category}
    return render(request, "desk/admin/category.html", context, status=422 if form.errors else 200)


@require_POST
@desk(May.ADMINISTER)
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    """Off (with everything below) or on."""
    category = queries.category_for_change(request.viewer, pk)
    active = request.POST.get("to") == "on"
    try:
        actions.switch_category(category=category, active=active, by=request.viewer)
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"“{category.full_name}”已{'启用' if active else '停用'}。")
    return redirect("desk:category", pk)
