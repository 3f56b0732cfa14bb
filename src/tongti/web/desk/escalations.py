"""What must not be overlooked: matters that nobody dispatched in time, askers nobody can reach, emergencies to report."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.cases import queries as cases
from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared import clock
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_more_forms import ReportForm


@waits(May.DISPATCH, May.SUPERVISE, May.INSTRUCT, order=1)
def _undispatched(viewer: Viewer) -> Waiting | None:
    """Past the dispatch clock with no unit of its own: before everything else."""
    late = relay.undispatched_late_count(viewer)
    url = reverse("desk:undispatched")
    return Waiting("过了派单时限，还没有单位接", late, url, "siren", "bad") if late else None


@waits(May.REGISTER, May.SUPERVISE, order=2)
def _unreported(viewer: Viewer) -> Waiting | None:
    """Critical cases that nobody has reported upwards."""
    open_ = relay.unreported_critical(viewer)
    url = f"{reverse('desk:inbox')}?urgency=critical"
    return Waiting("特急，还没有即时报告", open_, url, "siren", "bad") if open_ else None


@waits(May.HANDLE, May.DISPATCH, May.SUPERVISE, order=45)
def _not_reached(viewer: Viewer) -> Waiting | None:
    """Askers whom nobody could reach at several different times."""
    missing = relay.unreachable_count(viewer)
    return Waiting("联系不上的诉求人", missing, reverse("desk:unreachable"), "phone-off", "warn") if missing else None


@require_safe
@desk(May.DISPATCH, May.SUPERVISE, May.INSTRUCT)
def undispatched(request: DeskRequest) -> HttpResponse:
    """Oldest first; the dispatcher goes straight on to dispatch it."""
    page = relay.undispatched_late(request.viewer, request.GET.get("after", ""))
    rows = [(case, relay.since_receipt(case)) for case in page.rows]
    context = {"page": page, "rows": rows, "may_dispatch": request.viewer.can(May.DISPATCH)}
    return render(request, "desk/relay/undispatched.html", context)


@require_safe
@desk(May.SEE)
def unreachable(request: DeskRequest) -> HttpResponse:
    """联系不上: neither handled nor left out."""
    page = relay.unreachable(request.viewer, request.GET.get("after", ""))
    return render(request, "desk/relay/unreachable.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.REGISTER, May.SUPERVISE, May.HANDLE)
def report(request: DeskRequest, pk: int) -> HttpResponse:
    """记即时报告 of an emergency."""
    case = cases.case_for(request.viewer, pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.report_urgent(
                case=case,
                to=data["to"],
                way=data["way"],
                words=data["words"],
                reported_at=clock.now() - timedelta(minutes=data["minutes"]),
                by=request.viewer,
            )
        except BadInput as wrong:
            form.add_error({"reported_at": "minutes"}.get(wrong.field, wrong.field), wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "即时报告已记下。")
            return redirect("desk:case", pk)
    context = {"case": case, "form": form, "reports": relay.urgent_reports_of(case)}
    return render(request, "desk/relay/report.html", context, status=422 if form.errors else 200)


@case_part(order=5)
def _total_of_case(viewer: Viewer, case: Any) -> Part | None:
    """How long it has been since it came in; how reaching its asker goes; what was reported."""
    total = relay.since_receipt(case)
    if total is None:
        return None
    reach = relay.reach_of([case.pk]).get(case.pk)
    urgent = case.urgency != "normal"
    reports = relay.urgent_reports_of(case) if urgent else []
    links = ((reverse("desk:case_report", args=[case.pk]), "记即时报告"),) if urgent and case.is_open else ()
    context = {"total": total, "reach": reach, "reports": reports}
    return Part("总时间和联系", "desk/relay/_total.html", context, links=links)
