"""三清单一台账: on the screen, on A4, as a file; and what only a person can add to a line."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.relay import queries as relay
from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.supervision import actions, queries
from tongti.units.access import May
from tongti.web import sheets
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.relay_forms import chosen
from tongti.web.desk.supervision_forms import LedgerForm, LedgerNoteForm, refuse

READ = (May.SUPERVISE, May.DISPATCH, May.INSTRUCT, May.HANDLE, May.SIGN)
KINDS = ("xlsx", "csv")
PRINTED = 300
"""Lines on paper; what is longer is taken as a file."""


@require_safe
@desk(*READ)
def page(request: DeskRequest) -> HttpResponse:
    """One page of the ledger under its filters."""
    form, name = _asked(request)
    listed, lines = queries.ledger(request.viewer, form.asked(), request.GET.get("after", ""))
    context = {
        "filter": form,
        "list": name,
        "lists": [(code, title) for code, (title, _columns) in queries.LISTS.items()],
        "heads": queries.columns(name),
        "rows": [(baton, line, _cells(name, line)) for baton, line in zip(listed.rows, lines, strict=True)],
        "page": listed,
        "may_export": request.viewer.can(May.EXPORT),
        "kinds": KINDS,
        "may_note": request.viewer.can(May.SUPERVISE) or request.viewer.can(May.HANDLE),
    }
    return render(request, "desk/ledger/ledger.html", context)


@require_safe
@desk(*READ)
def printed(request: DeskRequest) -> HttpResponse:
    """A4 landscape, as the ledger on paper."""
    form, name = _asked(request)
    listed, lines = queries.ledger(request.viewer, form.asked(), size=PRINTED)
    context = {
        "title": queries.LISTS[name][0],
        "heads": queries.columns(name),
        "rows": [_cells(name, line) for line in lines],
        "cut": bool(listed.next_cursor),
        "most": PRINTED,
        "asked": form.asked(),
        "now": clock.now(),
    }
    return render(request, "desk/ledger/print.html", context)


@require_POST
@desk(May.EXPORT)
def export(request: DeskRequest) -> HttpResponseBase:
    """The whole of it as .xlsx or .csv, streamed; that it left the house is on the trail."""
    form, name = _asked(request)
    asked = form.asked()
    kind = "csv" if request.POST.get("as") == "csv" else KINDS[0]
    heads = queries.columns(name)
    actions.note_export(rows=queries.count(request.viewer, asked), form=kind, by=request.viewer)
    rows = (_cells(name, line) for line in queries.whole_ledger(request.viewer, asked))
    title = queries.LISTS[name][0]
    file = f"{getattr(settings, 'DISTRICT_NAME', '')}{title}-{clock.today():%Y%m%d}.{kind}"
    columns = [(head.head, head.width) for head in heads]
    return sheets.csv(file, columns, rows) if kind == "csv" else sheets.xlsx(file, title, columns, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SUPERVISE, May.HANDLE, May.SIGN)
def note(request: DeskRequest, pk: int) -> HttpResponse:
    """补记 one line: goal, measure, responsible leader, remark. The address names the lead baton of the line."""
    baton = relay.baton_for(request.viewer, pk)
    before = queries.ledger_note(baton)
    first = (
        {"goal": before.goal, "measure": before.measure, "leader": before.leader_id or "", "remark": before.remark}
        if before
        else {}
    )
    leaders = queries.leaders_for(baton)
    form = LedgerNoteForm(request.POST if request.method == "POST" else None, initial=first, leaders=leaders)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = dict(form.cleaned_data)
        data["leader_id"] = chosen(data.pop("leader"))
        try:
            actions.note_ledger(question=baton.question, case=baton.case, by=request.viewer, **data)
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "台账已补记。")
            return redirect("desk:ledger")
    return render(request, "desk/ledger/note.html", {"baton": baton, "form": form}, status=status)


def _asked(request: DeskRequest) -> tuple[LedgerForm, str]:
    data = request.POST if request.method == "POST" else request.GET
    form = LedgerForm(data)
    form.is_valid()
    name = data.get("list", "all")
    return form, name if name in queries.LISTS else "all"


def _cells(name: str, line: queries.Line) -> list[str]:
    return [column.read(line) for column in queries.columns(name)]
