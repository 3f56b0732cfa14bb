"""异议: what units say is not theirs, and the ruling."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.deadlines import reckonings
from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_forms import RulingForm, chosen


@waits(May.RULE, order=20)
def _to_rule(viewer: Viewer) -> Waiting:
    """Objections that wait for a ruling."""
    return Waiting(
        "待裁定的异议", relay.objections_waiting(viewer).count(), reverse("desk:objections"), "gavel", "warn"
    )


@nav.counts("desk:objections")
def _count(viewer: Viewer) -> nav.Rows:
    return [relay.objections_waiting(viewer)]


@require_safe
@desk(May.RULE)
def listing(request: DeskRequest) -> HttpResponse:
    """Oldest first."""
    page = relay.open_objections(request.viewer, request.GET.get("after", ""))
    return render(request, "desk/relay/objections.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.RULE)
def rule(request: DeskRequest, pk: int) -> HttpResponse:
    """One objection and its ruling."""
    objection = relay.objection_for(request.viewer, pk)
    only_designate = objection.baton.attempt >= actions.TRIES
    suggested = str(objection.suggested_id) if objection.suggested_id else ""
    form = RulingForm(request.POST or None, only_designate=only_designate, initial={"unit": suggested})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            baton = actions.rule(
                objection=objection,
                ruling=data["ruling"],
                note=data["note"],
                to_unit_id=chosen(data["unit"]),
                by=request.viewer,
            )
        except BadInput as wrong:
            form.add_error({"to_unit_id": "unit"}.get(wrong.field, wrong.field), wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, f"已裁定，现在由{baton.unit.short_name}拿着。")
            return redirect("desk:objections")
    context = {
        "objection": objection,
        "baton": objection.baton,
        "held": objection.held,  # type: ignore[attr-defined]
        "only_designate": only_designate,
        "told": reckonings.told(objection.reckoning_id),
        "form": form,
    }
    return render(request, "desk/relay/objection.html", context, status=422 if form.errors else 200)
