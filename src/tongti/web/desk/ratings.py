"""不满意的评价: somebody who did not do the work looks whether the demand is reasonable; those that are get supervised."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.verdicts import actions, queries
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.forms import Form

LIST = "desk:bad_ratings"
TABS = (("waiting", "待核实"), ("weighed", "已核实"))


class WeighForm(Form):
    """Reasonable or not, and how that was found."""

    small = True
    reasonable = forms.ChoiceField(
        label="这件诉求合理吗", choices=[("yes", "合理"), ("no", "不合理")], widget=forms.RadioSelect
    )
    why = forms.CharField(
        label="核实情况",
        max_length=300,
        help_text="看了什么、问了谁、依据是什么。不写姓名和电话。",
        widget=forms.Textarea({"rows": 3}),
    )


@waits(May.REVISIT, May.SUPERVISE, order=16)
def _to_weigh(viewer: Viewer) -> Waiting | None:
    """Bad ratings that nobody has weighed."""
    waiting = queries.bad_ratings_waiting(viewer)
    return Waiting("不满意的评价，待核实", waiting, reverse(LIST), "frown", "warn") if waiting else None


@require_safe
@desk(May.REVISIT, May.SUPERVISE)
def listing(request: DeskRequest) -> HttpResponse:
    """Those that wait, longest first; those that were weighed, newest first."""
    tab = "weighed" if request.GET.get("tab") == "weighed" else "waiting"
    page = queries.bad_ratings(request.viewer, request.GET.get("after", ""), weighed=tab == "weighed")
    return render(request, "desk/callbacks/bad_ratings.html", {"page": page, "tab": tab, "tabs": TABS})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.REVISIT, May.SUPERVISE)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One bad rating beside the answer it is about."""
    row = queries.bad_rating_for(request.viewer, pk)
    form = WeighForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _weighed(request, row, form):
        messages.success(request, "已记下。合理的，督办建议里会提出来。")
        return redirect(LIST)
    context = {
        "row": row,
        "case": row.case,
        "lead": row.reply.answer.lead,
        "letter": [line for line in row.reply.body.split("\n") if line],
        "form": form,
    }
    return render(request, "desk/callbacks/bad_rating.html", context, status=422 if form.errors else 200)


def _weighed(request: DeskRequest, row: Any, form: WeighForm) -> bool:
    data = form.cleaned_data
    try:
        actions.weigh(verdict=row, reasonable=data["reasonable"] == "yes", why=data["why"], by=request.viewer)
    except BadInput as wrong:
        form.add_error(wrong.field, wrong.sentence)
    except DomainError as refused:
        form.add_error(None, refused.sentence)
    return not form.errors
