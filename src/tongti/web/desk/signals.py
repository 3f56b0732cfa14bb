"""未诉先办: what is more than usual this week, why the page says so, and what a person does about it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tongti.shared.errors import DomainError, NotVisible
from tongti.signals import actions, queries
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.admin_forms import refuse
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.relay_forms import unit_options
from tongti.web.desk.supervision_forms import ReasonForm
from tongti.web.forms import DateInput, Form

LIST = "desk:signals"
READERS = (May.BOARD, May.RECEIVE, May.HANDLE, May.SIGN)


class PlanForm(Form):
    """Who goes and sees to it, until when."""

    small: ClassVar[bool] = True
    owner = forms.ChoiceField(label="交给哪个单位", choices=unit_options)
    due_on = forms.DateField(label="哪天前办好", widget=DateInput)
    task = forms.CharField(label="交办内容", max_length=500, widget=forms.Textarea({"rows": 3}))


class LookBackForm(Form):
    """What came of it."""

    small: ClassVar[bool] = True
    outcome = forms.ChoiceField(label="回看结果", choices=queries.Outcome.choices, widget=forms.RadioSelect)
    words = forms.CharField(label="回看说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))


class RuleForm(Form):
    """When a count is unusual."""

    small: ClassVar[bool] = True
    weeks = forms.IntegerField(label="和近几周比", min_value=4, max_value=26)
    deviations = forms.DecimalField(label="超过平均几倍标准差", max_digits=3, decimal_places=1)
    minimum = forms.IntegerField(label="至少几件", min_value=2, max_value=1000)
    season = forms.BooleanField(label="也要比去年同期（前后三周平均）多", required=False)
    source = forms.CharField(label="依据", max_length=120)


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [queries.waiting(viewer)]


@require_safe
@desk(*READERS)
def listing(request: DeskRequest) -> HttpResponse:
    """By state, the newest week first."""
    tab = request.GET.get("tab", "open")
    tab = tab if tab in dict(queries.TABS) else "open"
    context = {
        "page": queries.signals(request.viewer, request.GET.get("after", ""), tab=tab),
        "tab": tab,
        "tabs": queries.TABS,
        "rule": queries.rule(),
        "decides": queries.may_decide(request.viewer),
    }
    return render(request, "desk/signals/list.html", context)


def _plan(signal: Any, data: dict[str, Any], by: Viewer) -> Any:
    return actions.plan(signal=signal, owner_id=int(data["owner"]), task=data["task"], due_on=data["due_on"], by=by)


_FORMS: dict[str, type[Form]] = {"plan": PlanForm, "dismiss": ReasonForm, "look_back": LookBackForm}
_DOES: dict[str, Any] = {
    "plan": _plan,
    "dismiss": lambda signal, data, by: actions.dismiss(signal=signal, by=by, **data),
    "look_back": lambda signal, data, by: actions.look_back(signal=signal, by=by, **data),
}
_OFFERED = {"open": ("plan", "dismiss"), "faded": ("plan", "dismiss"), "planned": ("look_back",)}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*READERS)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One signal: the rule with its numbers, the weeks, the questions under way, and the decision."""
    signal = queries.signal_for(request.viewer, pk)
    decides = queries.may_decide(request.viewer)
    do, bound, status = request.POST.get("do", ""), None, 200
    if request.method == "POST":
        if do not in _FORMS or not decides:
            raise NotVisible
        bound, status = _FORMS[do](request.POST, auto_id=f"{do}_%s"), 422
        if bound.is_valid():
            try:
                _DOES[do](signal, bound.cleaned_data, request.viewer)
            except DomainError as refused:
                refuse(bound, refused)
                status = refused.status
            else:
                messages.success(request, "已记下。")
                return redirect("desk:signal", pk)
    offered = _OFFERED.get(signal.state, ()) if decides else ()
    context = {
        "signal": signal,
        "forms": {name: bound if bound and name == do else _FORMS[name](auto_id=f"{name}_%s") for name in offered},
        "form": bound,
        "weeks": [*signal.past, signal.count],
        "after": queries.since_then(signal),
        "questions": queries.questions_about(request.viewer, signal),
        "boards": request.viewer.can(May.BOARD),
    }
    return render(request, "desk/signals/signal.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SUPERVISE, May.INSTRUCT)
def rule(request: DeskRequest) -> HttpResponse:
    """The rule in force, and a form for the next version."""
    now = queries.rule()
    names = ("weeks", "deviations", "minimum", "season", "source")
    form = RuleForm(request.POST if request.method == "POST" else None, initial={n: getattr(now, n) for n in names})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_rule(by=request.viewer, **form.cleaned_data)
        except DomainError as refused:
            refuse(form, refused)
            status = refused.status
        else:
            messages.success(request, "口径已改，下一次按新的数。")
            return redirect("desk:signals")
    return render(request, "desk/signals/rule.html", {"form": form, "now": now}, status=status)
