"""进展 of a campaign: firms covered, difficulties found, closed, solved, by group, line, class, level, township, officer."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongti.units.access import May
from tongti.visits import queries as visits
from tongti.visits.queries import Behind
from tongti.web.desk.doors import DeskRequest, desk


@require_safe
@desk(May.SEE_VISITS)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """The tables; every number opens its list."""
    campaign = visits.campaign_as_a_whole(request.viewer, pk)
    found = visits.progress(campaign)
    context = {
        "campaign": campaign,
        "progress": found,
        "tables": [(name, title, found.tables[name]) for name, title in visits.TABLES.items()],
        "may_take": request.viewer.can(May.EXPORT),
    }
    return render(request, "desk/visits/progress.html", context)


@require_safe
@desk(May.SEE_VISITS)
def firms(request: DeskRequest, pk: int) -> HttpResponse:
    """The firms behind a number."""
    campaign = visits.campaign_as_a_whole(request.viewer, pk)
    behind = _behind(request, visits.FIRM_SHOWS)
    found, lines = visits.planned_firms(campaign, behind, request.GET.get("after", ""))
    return render(request, "desk/visits/planned.html", _context(campaign, behind, found, lines, visits.FIRM_SHOWS))


@require_safe
@desk(May.SEE_VISITS)
def findings(request: DeskRequest, pk: int) -> HttpResponse:
    """The difficulties behind a number."""
    campaign = visits.campaign_as_a_whole(request.viewer, pk)
    behind = _behind(request, visits.FINDING_SHOWS)
    found, lines = visits.heard_findings(campaign, behind, request.GET.get("after", ""))
    return render(request, "desk/visits/heard.html", _context(campaign, behind, found, lines, visits.FINDING_SHOWS))


def _behind(request: DeskRequest, shows: dict[str, str]) -> Behind:
    asked = request.GET
    show = asked.get("show", "")
    return Behind(asked.get("by", ""), asked.get("key", ""), show if show in shows else "")


def _context(campaign: Any, behind: Behind, page: Any, lines: Any, shows: dict[str, str]) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "behind": behind,
        "line": visits.line_name(campaign, behind),
        "shows": list(shows.items()),
        "page": page,
        "lines": lines,
    }
