"""工作日历: the notices that ship, with their sources, and the days that this district adds."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tongti.deadlines import actions, previews, queries
from tongti.shared import clock
from tongti.shared.errors import DomainError, NotVisible
from tongti.units.access import May
from tongti.web.desk.admin_forms import SpecialDayForm, refuse
from tongti.web.desk.calendar_forms import HoursForm
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
            messages.success(request, f"已登记 {row.day} {row.name}。新算的期限按它来；已经算出的，看过再重算。")
            return redirect("desk:recount_new")
    return _show(request, form=form)


def _show(
    request: DeskRequest, *, form: SpecialDayForm | None = None, hours_form: HoursForm | None = None
) -> HttpResponse:
    years = queries.notice_years()
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, years) else _nearest(years)
    wrong = bool((form and form.errors) or (hours_form and hours_form.errors))
    context = {
        "form": form or SpecialDayForm(),
        "hours_form": hours_form or HoursForm(auto_id="hours_%s"),
        "hours": queries.office_hours(request.viewer),
        "entered": previews.entered_notices(request.viewer),
        "recounts": previews.recounts(request.viewer),
        "provisional": queries.provisional_words(),
        "years": years,
        "year": year,
        "notices": queries.notices(request.viewer, year),
        "days": list(queries.special_days(request.viewer)[:200]),
        "version": queries.calendar_version(),
    }
    return render(request, "desk/admin/calendar.html", context, status=422 if wrong else 200)


@require_POST
@desk(May.ADMINISTER)
def hours(request: DeskRequest) -> HttpResponse:
    """Enter the hours worked from one day of the year on."""
    form = HoursForm(request.POST, auto_id="hours_%s")
    if form.is_valid():
        data = form.cleaned_data
        since = (data.pop("since_month"), data.pop("since_day"))
        try:
            row = actions.set_office_hours(since=since, by=request.viewer, **data)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"已登记作息时间“{row.name}”。新算的期限按它来，已经算出的不变。")
            return redirect("desk:calendar")
    return _show(request, hours_form=form)


@require_POST
@desk(May.ADMINISTER)
def hours_remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Take hours out again."""
    row = next((one for one in queries.office_hours(request.viewer) if one.pk == pk), None)
    if row is None:
        raise NotVisible
    actions.remove_office_hours(office_hours=row, by=request.viewer)
    messages.success(request, f"已删去作息时间“{row.name}”。")
    return redirect("desk:calendar")


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
