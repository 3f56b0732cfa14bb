"""审计: who looked, took out, signed in, changed. For auditors only; no words of any case."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tongti.parties.queries import reveal_reasons
from tongti.reports import queries as reports
from tongti.units import audit
from tongti.units.access import May, Viewer
from tongti.units.audit import Filter
from tongti.web import nav
from tongti.web.desk.admin_forms import AuditForm
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.texts import download


@require_safe
@desk(May.AUDIT)
def page(request: DeskRequest) -> HttpResponse:
    """The trail, newest first. Filters are codes and days, so they may stand in the address."""
    form = AuditForm(request.GET, viewer=request.viewer)
    listed, entries = audit.events(request.viewer, _asked(form), request.GET.get("after", ""))
    reasons = reveal_reasons(request.viewer, [entry.reveal_id for entry in entries if entry.reveal_id])
    rows = [(entry, reasons.get(entry.reveal_id or 0, "")) for entry in entries]
    context = {
        "form": form,
        "page": listed,
        "rows": rows,
        "most": audit.MOST_ROWS,
        "check": next(iter(reports.checks(request.viewer)), None),
    }
    return render(request, "desk/admin/audit.html", context, status=422 if form.errors else 200)


@require_POST
@desk(May.AUDIT)
def export(request: DeskRequest) -> HttpResponse:
    """What the filters show, as a sheet; itself an event."""
    form = AuditForm(request.POST, viewer=request.viewer)
    if not form.is_valid():
        messages.error(request, "筛选条件填得不对，请改好再导出。")
        return redirect("desk:audit")
    name, content, _cut = audit.export(asked=_asked(form), by=request.viewer)
    return download(name, content)


@require_safe
@desk(May.AUDIT)
def figures(request: DeskRequest, pk: int | None = None) -> HttpResponse:
    """The checks of the figures, and what one of them found."""
    checks = reports.checks(request.viewer)
    shown = pk or (checks[0].pk if checks else None)
    check, lines = reports.drift_lines(request.viewer, shown) if shown else (None, [])
    return render(request, "desk/admin/figures.html", {"checks": checks, "check": check, "lines": lines})


@nav.counts("desk:audit")
def _waiting(viewer: Viewer) -> nav.Rows:
    return [reports.standing_check(viewer)]


def _asked(form: AuditForm) -> Filter:
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    officer = data.get("officer")
    return Filter(
        kind=data.get("kind", ""),
        officer_id=int(officer) if officer else None,
        since=data.get("since"),
        until=data.get("until"),
    )
