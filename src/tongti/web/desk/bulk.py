"""批量办理: rows are chosen on a list, the step on the next page; a job does it, and its page says how far it is."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tongti.shared.errors import BadInput, DomainError
from tongti.shared.text import whole
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.lists_forms import BulkForm
from tongti.web.desk.views_of_lists import LISTS
from tongti.web.sheets import XLSX
from tongti.worksets import actions
from tongti.worksets import queries as worksets
from tongti.worksets.queries import CasesAsked, Of, QuestionsAsked

DOERS = (May.REGISTER, May.JOIN, May.SUPERVISE, May.EXPORT)
"""Whoever holds one of these has a step to do on many."""


@require_POST
@desk(*DOERS)
def new(request: DeskRequest) -> HttpResponse:
    """First the choice of rows comes in, then, with ``verb``, the step."""
    of = request.POST.get("of", "")
    of = of if of in Of.values else Of.CASES.value
    ids = [pk for typed in request.POST.getlist("pk") if (pk := whole(typed)) is not None]
    everything = _everything(of, request.POST)
    form = BulkForm(request.POST if "go" in request.POST else None, viewer=request.viewer, of=of)
    if form.is_bound and form.is_valid():
        try:
            data = form.cleaned_data
            bulk = actions.ask_bulk(
                of=of,
                verb=data["verb"],
                ids=ids,
                everything=everything,
                category=whole(data.get("category", "")),
                question=data.get("question", ""),
                words=data.get("words", ""),
                by=request.viewer,
            )
        except DomainError as refused:
            named = refused.field if isinstance(refused, BadInput) else None
            form.add_error(named if named in form.fields else None, refused.sentence)
        else:
            return redirect("desk:bulk", bulk.pk)
    if everything is None and not ids:
        messages.error(request, "还没有选中。请勾选要办的，或者选“这个条件下的全部”。")
        return redirect(LISTS[Of(of)])
    stored = everything.stored() if everything else {}
    context = {
        "form": form,
        "of": of,
        "ids": ids,
        "everything": everything is not None,
        "kept": stored.items(),
        "count": worksets.count(request.viewer, of, stored) if everything is not None else str(len(ids)),
        "back": f"?{urlencode(stored)}",
        "list_name": LISTS[Of(of)],
    }
    return render(request, "desk/lists/bulk_new.html", context, status=422 if form.errors else 200)


def _everything(of: str, posted: QueryDict) -> CasesAsked | QuestionsAsked | None:
    if posted.get("all") != "1":
        return None
    stored = {name.removeprefix("in_"): value for name, value in posted.items() if name.startswith("in_")}
    return (CasesAsked if of == Of.CASES else QuestionsAsked).read(stored)


@require_safe
@desk(*DOERS)
def listing(request: DeskRequest) -> HttpResponse:
    """Her own, the newest first."""
    found = worksets.my_bulks(request.viewer, request.GET.get("after", ""))
    lines = [(one, worksets.verb_name(one.of, one.verb)) for one in found.rows]
    return render(request, "desk/lists/bulks.html", {"page": found, "lines": lines})


@require_safe
@desk(*DOERS)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """How far it is, what was refused and why, the result when it is there."""
    return render(request, "desk/lists/bulk.html", _context(request, pk))


@require_safe
@desk(*DOERS)
def status(request: DeskRequest, pk: int) -> HttpResponse:
    """Fragment: how far it got; it stops asking when the end is reached."""
    context = _context(request, pk)
    response = render(request, "desk/lists/_bulk_status.html", context)
    if not context["bulk"].is_open:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@desk(*DOERS)
def stop(request: DeskRequest, pk: int) -> HttpResponse:
    """What is done stays done."""
    try:
        actions.stop_bulk(bulk=worksets.bulk_for(request.viewer, pk), by=request.viewer)
    except DomainError as refused:
        if refused.status == 404:
            raise
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "正在停。已经办成的不受影响。")
    return redirect("desk:bulk", pk)


@require_POST
@desk(*DOERS)
def file(request: DeskRequest, pk: int) -> HttpResponseBase:
    """The result, to whoever asked for it; on the trail each time."""
    bulk = worksets.bulk_for(request.viewer, pk)
    if not bulk.path:
        messages.error(request, f"这一批{bulk.get_state_display()}，没有结果可取。")
        return redirect("desk:bulk", pk)
    path = worksets.file_of(bulk)
    actions.note_taken(bulk=bulk, by=request.viewer)
    name = f"{worksets.verb_name(bulk.of, bulk.verb)}-{timezone.localdate(bulk.asked_at):%Y%m%d}-{bulk.pk}.xlsx"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=XLSX)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _context(request: DeskRequest, pk: int) -> dict[str, Any]:
    bulk = worksets.bulk_for(request.viewer, pk)
    return {"bulk": bulk, "name": worksets.verb_name(bulk.of, bulk.verb), "refused": worksets.refused_rows(bulk)}
