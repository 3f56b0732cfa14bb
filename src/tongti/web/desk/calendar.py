"""工作日历: the notices that ship, with their sources, and the days that this district adds."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tongti.deadlines import actions, queries
from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.units.access import May
from tongti.web.desk.admin_forms import SpecialDayForm, refuse
from tongti.web.desk.doors import DeskRequest, desk


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """One year's notices, all local days, and a form for one more."""
    form = SpecialDayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.set_special_day(by=request.viewer, **form.cleaned_data)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"已登记 {row.day} {row.name}。新算的期限按它来，已经算出的不变。")
            return redirect("desk:calendar")
    years = queries.notice_years()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked) in years else _nearest(years)
    context = {
        "form": form,
        "years": years,
        "year": year,
        "notices": queries.notices(request.viewer, year),
        "days": list(queries.special_days(request.viewer)[:200]),
        "version": queries.calendar_version(),
    }
    return render(request, "desk/admin/calendar.html", context, status=422 if form.errors else 200)


@require_POST
@desk(May.ADMINISTER)
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a local day out again."""
    row = queries.special_day(request.viewer, pk)
    said = f"已删去 {row.day} {row.name}。"
    actions.remove_special_day(special_day=row, by=request.viewer)
    messages.success(request, said)
    return redirect("desk:calendar")


def _nearest(years: list[int]) -> int:
    now = clock.today().year
    return now if now in years else max(years, default=now)
