"""目标指标: targets of rates, the goal set with who answers for each slot, and the values they report."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tongti.shared.errors import DomainError, NotVisible
from tongti.targets import actions, queries
from tongti.targets.actions import TargetDraft
from tongti.units.access import May
from tongti.web.desk.admin_forms import refuse, unit_choices
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.forms import DateInput, Form


class TargetForm(Form):
    """A rate, how much in percent, from when to when, by which paper, whose."""

    small: ClassVar[bool] = True
    rate = forms.ChoiceField(label="比率", choices=queries.rates)
    value = forms.DecimalField(label="目标值（%）", max_digits=4, decimal_places=1)
    since = forms.DateField(label="从哪天", widget=DateInput)
    until = forms.DateField(label="到哪天", widget=DateInput)
    source = forms.CharField(label="出处", max_length=120, help_text="哪份文件、哪次会议定的。")
    owner = forms.ChoiceField(label="责任单位", choices=unit_choices)

    def draft(self) -> TargetDraft:
        """As the action wants it."""
        data = self.cleaned_data
        return TargetDraft(
            data["rate"], data["value"], data["since"], data["until"], data["source"], int(data["owner"])
        )


class OwnerForm(Form):
    """Who answers for an indicator, along which days."""

    small: ClassVar[bool] = True
    owner = forms.ChoiceField(label="责任单位", choices=unit_choices)
    starts_on = forms.DateField(label="从哪天算进度", widget=DateInput)
    ends_on = forms.DateField(label="到哪天完成", widget=DateInput)


class ValueForm(Form):
    """How much it was, when, and by which paper."""

    small: ClassVar[bool] = True
    on = forms.DateField(label="截至哪天", widget=DateInput)
    value = forms.DecimalField(label="数值", max_digits=16, decimal_places=2)
    source = forms.CharField(label="数据来源", max_length=120)
    preliminary = forms.BooleanField(label="是初步数", required=False)
    reason = forms.CharField(
        label="为什么更正", max_length=200, required=False, help_text="这一天已经填过数的，写明原因。"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.BOARD)
def page(request: DeskRequest) -> HttpResponse:
    """The targets of rates and the goal set; whoever sets targets also finds the form."""
    sets = request.viewer.can(May.SET_TARGETS)
    form = TargetForm(request.POST if request.method == "POST" else None) if sets else None
    status = 200
    if request.method == "POST":
        if form is None:
            raise NotVisible
        status = 422
        if form.is_valid():
            try:
                made = actions.set_target(draft=form.draft(), by=request.viewer)
            except DomainError as refused:
                refuse(form, refused)
                status = refused.status
            else:
                messages.success(request, f"{queries.rate_name(made.rate)}的目标已定为 {made.value.normalize():f}%。")
                return redirect("desk:targets")
    names = dict(queries.rates())
    listed = queries.targets(request.viewer, request.GET.get("after", ""))
    context = {
        "form": form,
        "listed": listed,
        "rows": [(row, names.get(row.rate, row.rate)) for row in listed.rows],
        "goals": queries.goal_set(request.viewer),
        "campaigns": request.viewer.can(May.CAMPAIGN),
    }
    return render(request, "desk/targets/page.html", context, status=status)


@require_POST
@desk(May.SET_TARGETS)
def end(request: DeskRequest, pk: int) -> HttpResponse:
    """停用 one target."""
    try:
        actions.end_target(target=queries.target_for(request.viewer, pk), by=request.viewer)
    except DomainError as refused:
        if isinstance(refused, NotVisible):
            raise
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "已停用。")
    return redirect("desk:targets")


_FORMS: dict[str, type[Form]] = {"owner": OwnerForm, "value": ValueForm}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.BOARD)
def goal(request: DeskRequest, pk: int) -> HttpResponse:
    """One slot: its numbers, every value that was reported, and the forms for whoever sets and whoever reports."""
    slot = queries.slot_for(request.viewer, pk)
    may = {
        "owner": request.viewer.can(May.SET_TARGETS),
        "value": slot.indicator is not None and queries.may_report(request.viewer, slot.indicator),
    }
    do, bound, status = request.POST.get("do", ""), None, 200
    if request.method == "POST":
        if not may.get(do):
            raise NotVisible
        bound, status = _FORMS[do](request.POST, auto_id=f"{do}_%s"), 422
        if bound.is_valid():
            try:
                _save(do, slot, bound.cleaned_data, request)
            except DomainError as refused:
                refuse(bound, refused)
                status = refused.status
            else:
                messages.success(request, "已保存。")
                return redirect("desk:goal", pk)
    first = {"owner": _owner_now(slot)}
    shown = {
        name: bound if bound and name == do else kind(auto_id=f"{name}_%s", initial=first.get(name, {}))
        for name, kind in _FORMS.items()
        if may[name]
    }
    context = {
        "slot": slot,
        "forms": shown,
        "form": bound,
        "values": queries.values(request.viewer, slot.indicator, request.GET.get("after", ""))
        if slot.indicator
        else None,
        "course": queries.course(slot.indicator) if slot.indicator else [],
    }
    return render(request, "desk/targets/goal.html", context, status=status)


def _save(do: str, slot: queries.Slot, data: dict[str, Any], request: DeskRequest) -> None:
    if do == "owner":
        days = {name: data[name] for name in ("starts_on", "ends_on")}
        actions.give_indicator(goal=slot.goal, owner_id=int(data["owner"]), by=request.viewer, **days)
    elif slot.indicator is not None:
        actions.report_value(indicator=slot.indicator, by=request.viewer, **data)


def _owner_now(slot: queries.Slot) -> dict[str, Any]:
    """What the form about the owner starts with: what stands, or the days of the campaign."""
    if slot.indicator is None:
        return {"starts_on": slot.goal.campaign.starts_on, "ends_on": slot.goal.campaign.ends_on}
    row = slot.indicator
    return {"owner": str(row.owner_id), "starts_on": row.starts_on, "ends_on": row.ends_on}
