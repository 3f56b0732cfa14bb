"""收件: all cases that an officer may see, narrowed by codes, page by page."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongti.cases import queries as cases
from tongti.cases.queries import CaseState, Filters, Urgency
from tongti.parties.queries import Face
from tongti.units.access import May, Viewer
from tongti.web import wording
from tongti.web.desk.cases_forms import InboxFilter, chosen_id
from tongti.web.desk.doors import DeskRequest, desk


@require_GET
@desk(May.SEE)
def page(request: DeskRequest) -> HttpResponse:
    """Newest first; ``after`` is the cursor."""
    form = InboxFilter(request.GET)
    filters = _filters(form) if form.is_valid() else Filters()
    if request.GET.get("overdue"):
        filters = Filters(overdue=True)
    if request.GET.get("reopened"):
        filters = Filters(reopened=True)
    if request.GET.get("mine"):
        filters = Filters(mine_today=True) if request.GET["mine"] == "today" else Filters(mine=True)
    found = cases.inbox(request.viewer, filters, cursor=request.GET.get("after", ""))
    context = {
        "form": form,
        "page": found,
        "rows": lines(request.viewer, found.rows),
        "overdue": filters.overdue,
        "reopened": filters.reopened,
        "mine": filters.mine,
        "mine_today": filters.mine_today,
        "may_import": request.viewer.can(May.IMPORT),
        "narrowed": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "desk/cases/inbox.html", context)


def lines(viewer: Viewer, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Lines of the table of cases, each with its masked asker, ready to be set: for thirty lines, a template that asks models
    for every value takes twice as long."""
    faces = cases.faces_of(viewer, rows, phones=False)
    return [_line(case, faces.get(case.pk)) for case in rows]


def _line(case: Any, face: Face | None) -> dict[str, Any]:
    handling = case.state == CaseState.HANDLING
    return {
        "pk": case.pk,
        "headline": case.headline,
        "marks": [
            code for code in (case.urgency, "reopened" if case.reopened else "") if code not in ("", Urgency.NORMAL)
        ],
        "repeat": case.repeat_of_id is not None,
        "number": case.number,
        "asker": face.name if face else "",
        "channel": case.get_channel_display(),
        "place": case.place.name if case.place else "",
        "received": wording.moment_words(case.received_at),
        "holder": case.holder.short_name if case.holder else "",
        "state": case.state,
        "word": case.get_state_display(),
        "due": wording.due_day_words(case.due_on) if handling else "",
    }


def _filters(form: InboxFilter) -> Filters:
    data = form.cleaned_data
    return Filters(
        state=data["state"],
        channel=data["channel"],
        kind=data["kind"],
        urgency=data["urgency"],
        place_id=chosen_id(data["place"]),
        since=data["since"],
        until=data["until"],
    )
