"""销号: the unit applies with proof, somebody outside reviews, a leader signs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.uploads import Upload
from tongti.units.access import May, Viewer
from tongti.verdicts import actions
from tongti.verdicts import queries as verdicts
from tongti.web.desk.batons import do_step
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_more_forms import StrikeOffForm, StrikeOffReviewForm

READERS = (May.SUPERVISE, May.INSTRUCT, May.HANDLE)
TABS = (("waiting", "待审核、待签字"), ("struck", "已销号"), ("other", "退回和又回来的"))


@waits(May.SUPERVISE, May.INSTRUCT, order=42)
def _to_review(viewer: Viewer) -> Waiting | None:
    """Strike-offs that wait for this officer's step."""
    waiting = verdicts.strike_offs_waiting(viewer)
    return Waiting("待您办的销号", waiting, reverse("desk:strike_offs"), "stamp", "warn") if waiting else None


@require_POST
@desk(May.HANDLE)
def apply(request: DeskRequest, pk: int) -> HttpResponse:
    """申请销号 from the baton's page."""
    baton = relay.baton_for(request.viewer, pk)
    form = StrikeOffForm(request.POST, request.FILES, auto_id="strike_%s")
    uploads = [Upload(f.name or "", f.read()) for f in request.FILES.getlist("files")]

    def step(data: dict[str, Any]) -> None:
        actions.apply_strike_off(baton=baton, words=data["words"], evidence=uploads, by=request.viewer)

    return do_step(request, baton, "strike_off", form, step, "已申请销号，等单位以外的人审核。")


@require_safe
@desk(*READERS)
def listing(request: DeskRequest) -> HttpResponse:
    """What waits, what is struck off, what was returned or came back."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else "waiting"
    page = verdicts.strike_offs(request.viewer, request.GET.get("after", ""), tab=tab)
    return render(request, "desk/relay/strike_offs.html", {"page": page, "tab": tab, "tabs": TABS})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*READERS)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One strike-off: the proof, what the askers said, the review, the signature."""
    row = verdicts.strike_off_for(request.viewer, pk)
    viewer = request.viewer
    may = {
        "review": viewer.can(May.SUPERVISE) and row.state == "applied",
        "sign": viewer.can(May.INSTRUCT) and row.state == "reviewed",
    }
    form = StrikeOffReviewForm(request.POST if request.method == "POST" and "sign" not in request.POST else None)
    if request.method == "POST" and "sign" in request.POST:
        actions.sign_strike_off(strike_off=row, by=viewer)
        messages.success(request, "已签字销号。")
        return redirect("desk:strike_off", pk)
    if request.method == "POST" and form.is_valid():
        try:
            _review(row, form.cleaned_data, viewer)
        except BadInput as wrong:
            form.add_error(wrong.field, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "已审核。")
            return redirect("desk:strike_off", pk)
    context = {
        "row": row,
        "thing": row.question or row.case,
        "papers": relay.evidence_of(row.baton, "strike_off"),
        "total": relay.since_receipt(row.question or row.case),
        "may": may,
        "form": form,
    }
    return render(request, "desk/relay/strike_off.html", context, status=422 if form.errors else 200)


def _review(row: Any, data: dict[str, Any], viewer: Viewer) -> None:
    if data["decision"] == "back":
        actions.return_strike_off(strike_off=row, note=data["note"], by=viewer)
    else:
        leader = data["decision"] == "leader"
        actions.review_strike_off(strike_off=row, note=data["note"], needs_leader=leader, by=viewer)
