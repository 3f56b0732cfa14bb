"""收件: all cases that an officer may see, narrowed by codes, page by page."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongti.cases import queries as cases
from tongti.cases.queries import CaseState, Urgency
from tongti.parties.queries import Face
from tongti.units.access import May, Viewer
from tongti.web import wording
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.lists_forms import InboxFilter
from tongti.web.desk.views_of_lists import tabs_of
from tongti.worksets import queries as worksets
from tongti.worksets.queries import CasesAsked, Of


@require_GET
@desk(May.SEE)
def page(request: DeskRequest) -> HttpResponse:
    """Newest first; ``after`` is the cursor, ``view`` the kept view that is open."""
    form = InboxFilter(request.GET, more=bool(request.GET.get("more")))
    asked = _asked(request, form)
    found = worksets.inbox(request.viewer, asked, cursor=request.GET.get("after", ""))
    overdue = bool(request.GET.get("overdue"))
    context = {
        "form": form,
        "page": found,
        "rows": lines(request.viewer, found.rows),
        "overdue": overdue,
        "reopened": bool(asked.reopened),
        "mine": asked.mine == "1",
        "mine_today": asked.mine == "today",
        "may_import": request.viewer.can(May.IMPORT),
        "narrowed": bool(form.stored),
        "more": bool(request.GET.get("more")),
        "asked": asked.stored(),
        "verbs": worksets.verbs_for(request.viewer, Of.CASES),
        **tabs_of(request.viewer, Of.CASES, request.GET.get("view", "")),
    }
    return render(request, "desk/cases/inbox.html", context)


def _asked(request: DeskRequest, form: InboxFilter) -> CasesAsked:
    """The filters; the lists that other pages lead to (overdue, come back, one's own) stand for themselves."""
    if request.GET.get("overdue"):
        return CasesAsked(due="overdue")
    if request.GET.get("reopened"):
        return CasesAsked(reopened="1")
    if request.GET.get("mine"):
        return CasesAsked(mine="today" if request.GET["mine"] == "today" else "1")
    return form.asked()


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
