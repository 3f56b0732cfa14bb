"""交接和单位承接: one person's work passes to another, one unit's to its successor. Deadlines stay."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared import clock
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_more_forms import SheetForm, SuccessionForm, ids

STEPS = {
    "confirm": (actions.confirm_sheet, "已确认。"),
    "cancel": (actions.cancel_sheet, "已作废，什么都没有交出去。"),
    "end": (actions.end_absence, "代办结束，还没办完的已交回。"),
}


@waits(May.RECEIVE, order=34)
def _to_confirm(viewer: Viewer) -> Waiting | None:
    """Hand-over sheets that wait for this very person."""
    waiting = relay.sheets_waiting(viewer)
    return Waiting("等您确认的交接单", waiting, reverse("desk:hand_overs"), "signature", "warn") if waiting else None


@require_safe
@desk(May.RECEIVE)
def listing(request: DeskRequest) -> HttpResponse:
    """Sheets of the unit, newest first."""
    page = relay.sheets(request.viewer, request.GET.get("after", ""))
    return render(request, "desk/relay/hand_overs.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.RECEIVE)
def new(request: DeskRequest) -> HttpResponse:
    """开交接单."""
    hands = relay.hands_for(request.viewer)
    today = clock.today()
    initial = {"kind": "move", "starts_on": today, "giver": str(request.viewer.officer_id)}
    form = SheetForm(request.POST or None, hands=hands, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            sheet = actions.make_sheet(
                unit=hands.unit,
                kind=data["kind"],
                giver_id=int(data["giver"]),
                taker_id=int(data["taker"]),
                reason=data["reason"],
                note=data["note"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                baton_ids=ids(data.get("batons", [])) or None,
                by=request.viewer,
            )
        except BadInput as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "交接单已开好，双方确认后生效。")
            return redirect("desk:hand_over", sheet.pk)
    context = {"form": form, "unit": hands.unit, "mine": hands.mine}
    return render(request, "desk/relay/hand_over_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.RECEIVE)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One sheet: what is on it, who confirmed, and the steps that are left."""
    sheet = relay.sheet_for(request.viewer, pk)
    if request.method == "POST":
        step, said = STEPS.get(request.POST.get("do", ""), STEPS["confirm"])
        step(sheet=sheet, by=request.viewer)
        messages.success(request, said)
        return redirect("desk:hand_over", pk)
    context = {"sheet": sheet, "items": list(sheet.items.all()), "may": _may(request.viewer, sheet)}
    return render(request, "desk/relay/hand_over.html", context)


def _may(viewer: Viewer, sheet: Any) -> dict[str, bool]:
    leads = viewer.can_at(May.SIGN, sheet.unit_id, sheet.unit.path)
    me, waiting = viewer.officer_id, sheet.state == "waiting"
    takes = me == sheet.taker_id and sheet.taker_confirmed_at is None
    gives = sheet.giver_confirmed_at is None and (me == sheet.giver_id or (leads and me != sheet.taker_id))
    between = me in (sheet.giver_id, sheet.taker_id, sheet.made_by_id) or leads
    return {
        "take": waiting and takes,
        "give": waiting and gives and not takes,
        "cancel": sheet.state in ("waiting", "agreed") and between,
        "end": sheet.state == "running" and (me == sheet.giver_id or leads),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.DISPATCH)
def successions(request: DeskRequest) -> HttpResponse:
    """单位承接: look first, then go; what was begun is resumed by itself."""
    form = SuccessionForm(request.POST or None)
    preview = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        old, new_ = int(data["old"]), int(data["new"])
        if request.POST.get("do") != "go":
            preview = relay.preview_succession(request.viewer, old, new_)
        else:
            try:
                actions.begin_succession(old_id=old, new_id=new_, basis=data["basis"], by=request.viewer)
            except BadInput as wrong:
                form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
            except DomainError as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(request, "已开始移交，做到哪里看下面的记录；中断了会自己接着做。")
                return redirect("desk:successions")
    page = relay.successions(request.viewer, request.GET.get("after", ""))
    context = {"form": form, "preview": preview, "page": page}
    return render(request, "desk/relay/successions.html", context, status=422 if form.errors else 200)
