"""贡献记录: one's own first, with a word beside it; later the leader of the unit; sums of units for the rest."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.contributions import actions, queries
from tongti.contributions.errors import NotYetShown
from tongti.shared.errors import DomainError
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.formulas_forms import refuse
from tongti.web.forms import Form


class RemarkForm(Form):
    """本人说明."""

    small = True
    unit = forms.ChoiceField(label="哪个单位的")
    kind = forms.ChoiceField(label="说的是哪一项", required=False)
    words = forms.CharField(
        label="说明",
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text="漏记的、数不出来的、要别人知道的。写在数的旁边，负责人看的时候一起看到。",
    )

    def __init__(self, *args: Any, records: list[queries.Record], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(str(record.unit.pk), record.unit.short_name) for record in records]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        if len(units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = units[0][0]
        kinds = [("", "整个月"), *((kind.code, kind.name) for kind in queries.kinds())]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class FirstLookForm(Form):
    """How long a person looks first."""

    days = forms.IntegerField(label="月份过完以后，本人先看几天", min_value=1, max_value=60)


@require_http_methods(["GET", "HEAD", "POST"])
@desk()
def mine(request: DeskRequest) -> HttpResponse:
    """我的: who one is here, and what one carried in a month; a word beside it."""
    month = queries.read_month(request.GET.get("month", ""))
    records = queries.mine(request.viewer, month)
    bound = request.POST if request.method == "POST" and "words" in request.POST else None
    form = RemarkForm(bound, records=records)
    back = f"{reverse('desk:profile')}?month={month:%Y-%m}"
    status = 200
    if request.method == "POST" and bound is None:
        taken = request.POST.get("take_back", "")
        actions.take_back_remark(
            remark_id=int(taken) if taken.isdecimal() and len(taken) < 18 else 0, by=request.viewer
        )
        messages.success(request, "已收回。")
        return redirect(back)
    if bound is not None:
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                actions.remark(
                    unit_id=int(data["unit"]), month=month, kind=data["kind"], words=data["words"], by=request.viewer
                )
            except DomainError as refused:
                status = refuse(form, refused)
            else:
                messages.success(request, "已写在旁边。")
                return redirect(back)
    context = {
        "records": records,
        "month": month,
        "months": queries.months(),
        "form": form if records else None,
        "seats": request.viewer.seats,
        "kinds": queries.kinds(),
        "led": queries.units_led(request.viewer),
    }
    return render(request, "desk/contributions/mine.html", context, status=status)


@require_safe
@desk()
def my_rows(request: DeskRequest, kind: str) -> HttpResponse:
    """What one line of one's own record counts."""
    unit = request.GET.get("unit", "")
    unit_id = int(unit) if unit.isdecimal() and len(unit) < 18 else 0
    return _rows(request, kind, queries.read_month(request.GET.get("month", "")), request.viewer.officer_id, unit_id)


@require_safe
@desk(May.SIGN)
def rows(request: DeskRequest, pk: int, officer: int, kind: str) -> HttpResponse:
    """What one line of the record of one of her people counts."""
    return _rows(request, kind, _month_of_others(request), officer, pk)


def _month_of_others(request: DeskRequest) -> date:
    """The month asked for; without one the newest that a leader may look at."""
    asked = request.GET.get("month", "")
    return queries.read_month(asked) if asked else queries.newest_open()


def _rows(request: DeskRequest, kind: str, month: date, officer_id: int, unit_id: int) -> HttpResponse:
    page, facts = queries.behind(
        request.viewer, kind, month, officer_id=officer_id, unit_id=unit_id, cursor=request.GET.get("after", "")
    )
    context = {
        "kind": next(one for one in queries.kinds() if one.code == kind),
        "month": month,
        "page": page,
        "facts": facts,
        "mine": officer_id == request.viewer.officer_id,
        "unit_id": unit_id,
    }
    return render(request, "desk/contributions/rows.html", context)


@require_safe
@desk(May.BOARD, May.RECEIVE)
def sums(request: DeskRequest) -> HttpResponse:
    """What units carried in a month: sums only, in the units' own order."""
    month = queries.read_month(request.GET.get("month", ""))
    context = {
        "month": month,
        "months": queries.months(),
        "units": queries.sums(request.viewer, month),
        "kinds": queries.kinds(),
        "led": {unit.pk for unit in queries.units_led(request.viewer)},
    }
    return render(request, "desk/contributions/sums.html", context)


@require_safe
@desk(May.SIGN)
def unit(request: DeskRequest, pk: int) -> HttpResponse:
    """The people of a unit that she leads, once they have had their look."""
    month = _month_of_others(request)
    status, closed = 200, ""
    records: list[queries.Record] = []
    try:
        records = queries.of_unit(request.viewer, pk, month)
    except NotYetShown as early:
        status, closed = early.status, early.sentence
    context = {
        "unit": queries.led_unit(request.viewer, pk),
        "records": records,
        "closed": closed,
        "month": month,
        "months": queries.months(),
    }
    return render(request, "desk/contributions/unit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def first_look(request: DeskRequest) -> HttpResponse:
    """For how long a month is the person's alone."""
    form = FirstLookForm(
        request.POST if request.method == "POST" else None, initial={"days": queries.first_look_days()}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            actions.set_first_look(days=form.cleaned_data["days"], by=request.viewer)
            messages.success(request, "已保存。")
            return redirect("desk:first_look")
    return render(
        request, "desk/contributions/first_look.html", {"form": form, "kinds": queries.kinds()}, status=status
    )
