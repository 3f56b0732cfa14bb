"""职责清单: which matter goes to whom, on which basis."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.units import actions, queries
from tongti.units.access import May
from tongti.units.actions import DutyDraft
from tongti.web.desk.admin_forms import DutyForm, SearchForm, refuse
from tongti.web.desk.doors import DeskRequest, desk


@require_safe
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """The list by code."""
    form = SearchForm(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    listed = queries.duties(request.viewer, q, request.GET.get("after", ""))
    return render(request, "desk/admin/duties.html", {"search": form, "q": q, "page": listed, "on": clock.today()})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A new row."""
    form = DutyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            duty = actions.add_duty(draft=_draft(request, form), by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"已新增“{duty.matter}”。")
            return redirect("desk:duties")
    return render(request, "desk/admin/duty.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """Change a row, or end it with a date."""
    duty = queries.duty_for_change(request.viewer, pk)
    first = {
        "code": duty.code,
        "matter": duty.matter,
        "category": str(duty.category_id or ""),
        "lead": str(duty.lead_id),
        "helpers": [str(unit.pk) for unit in duty.helpers.all()],
        "by_territory": duty.by_territory,
        "keywords": duty.keywords,
        "basis": duty.basis,
        "valid_from": duty.valid_from,
        "valid_to": duty.valid_to,
    }
    form = DutyForm(request.POST if request.method == "POST" else None, initial=first, fixed_code=True)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_duty(duty=duty, draft=_draft(request, form), by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"“{duty.matter}”已保存。")
            return redirect("desk:duties")
    return render(request, "desk/admin/duty.html", {"form": form, "duty": duty}, status=422 if form.errors else 200)


def _draft(request: DeskRequest, form: DutyForm) -> DutyDraft:
    data, viewer = form.cleaned_data, request.viewer
    return DutyDraft(
        code=data["code"],
        matter=data["matter"],
        category=queries.category_for_change(viewer, int(data["category"])) if data["category"] else None,
        lead=queries.unit_for_change(viewer, int(data["lead"])),
        helpers=tuple(queries.unit_for_change(viewer, int(pk)) for pk in data["helpers"]),
        by_territory=data["by_territory"],
        keywords=data["keywords"],
        basis=data["basis"],
        valid_from=data["valid_from"],
        valid_to=data["valid_to"],
    )
