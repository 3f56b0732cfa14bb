"""调研服务 for the command office: campaigns, goals, teams, who looks after which firm, how far everybody is."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Scope, Viewer
from tongti.visits import actions
from tongti.visits import queries as visits
from tongti.visits.queries import Behind, Filters
from tongti.web.desk.campaign_forms import AssignForm, CampaignForm, GoalsForm, TeamForm
from tongti.web.desk.case_parts import Part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.firm_parts import firm_part
from tongti.web.forms import Form

STATES = [("", "全部"), *visits.VisitState.choices]


@require_safe
@desk(May.SEE_VISITS)
def listing(request: DeskRequest) -> HttpResponse:
    """Campaigns, newest first."""
    context = {"campaigns": visits.campaigns(request.viewer), "may": request.viewer.can(May.CAMPAIGN)}
    return render(request, "desk/visits/campaigns.html", context)


@require_safe
@desk(May.SEE_VISITS)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One campaign: how far it is, its teams, goals and coverage plan."""
    campaign = visits.campaign_for(request.viewer, pk)
    how_far = visits.progress(campaign)
    plan, rows = visits.assignments(campaign, request.GET.get("after", ""))
    context = {
        "campaign": campaign,
        "lines": visits.line_names(campaign),
        "slots": visits.slots(campaign),
        "teams": visits.teams(campaign),
        "covered": sorted(how_far.tables["officer"], key=lambda one: -one.behind),
        "sums": how_far.sums,
        "whole": request.viewer.scope(May.SEE_VISITS) == Scope.ALL,
        "page": plan,
        "rows": rows,
        "may": request.viewer.can(May.CAMPAIGN),
    }
    return render(request, "desk/visits/campaign.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def new(request: DeskRequest) -> HttpResponse:
    """新建调研服务."""
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            campaign = actions.make_campaign(draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, "已建好。接着填目标、编组、安排包联。")
            return redirect("desk:campaign", campaign.pk)
    return _form(request, "desk/visits/campaign_form.html", form, {"campaign": None})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Name, days, cap and lines."""
    campaign = visits.campaign_for(request.viewer, pk)
    names = ("name", "command_name", "starts_on", "ends_on", "monthly_cap")
    initial = {name: getattr(campaign, name) for name in names}
    initial |= {f"line_{place}": name for place, name in visits.line_names(campaign).items()}
    form = CampaignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_campaign(campaign=campaign, draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, "已保存。")
            return redirect("desk:campaign", pk)
    return _form(request, "desk/visits/campaign_form.html", form, {"campaign": campaign})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def goals(request: DeskRequest, pk: int) -> HttpResponse:
    """三升两去三消减: the district's own names, each with its paper."""
    campaign = visits.campaign_for(request.viewer, pk)
    form = GoalsForm(request.POST or None, slots=visits.slots(campaign))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_goals(campaign=campaign, goals=form.drafts(), by=request.viewer)
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, "目标已保存。")
            return redirect("desk:campaign", pk)
    return _form(request, "desk/visits/goals.html", form, {"campaign": campaign})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def team_new(request: DeskRequest, pk: int) -> HttpResponse:
    """A new team."""
    campaign = visits.campaign_for(request.viewer, pk)
    form = TeamForm(request.POST or None, lines=_line_options(campaign), people=visits.team_people())
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_team(campaign=campaign, draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, "已编组。")
            return redirect("desk:campaign", pk)
    return _form(request, "desk/visits/team.html", form, {"campaign": campaign, "team": None})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def team(request: DeskRequest, pk: int) -> HttpResponse:
    """A team's name, leader and people."""
    row = visits.team_for(request.viewer, pk)
    initial = {
        "name": row.name,
        "kind": row.kind,
        "line": str(row.line_id or ""),
        "leader": str(row.leader_id or ""),
        "officers": [str(member.officer_id) for member in row.members.all()],
    }
    form = TeamForm(
        request.POST or None, initial=initial, lines=_line_options(row.campaign), people=visits.team_people(row)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_team(team=row, draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, "已保存。")
            return redirect("desk:campaign", row.campaign_id)
    return _form(request, "desk/visits/team.html", form, {"campaign": row.campaign, "team": row})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def assign(request: DeskRequest, pk: int) -> HttpResponse:
    """安排包联: firms that nobody looks after yet, a page at a time."""
    campaign = visits.campaign_for(request.viewer, pk)
    text = request.GET.get("text", "")
    plan = visits.firms_to_assign(request.viewer, campaign, text, request.GET.get("after", ""))
    names = {firm.pk: firm.name for firm in plan.rows}
    form = AssignForm(
        request.POST or None, firms=names, teams=visits.teams(campaign), initial={"visit_by": campaign.ends_on}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            new_rows = actions.assign(
                campaign=campaign,
                party_ids=[int(one) for one in data["firms"]],
                officer_id=int(data["officer"] or 0),
                team=visits.team_for(request.viewer, int(data["team"])) if data["team"] else None,
                visit_by=data["visit_by"],
                wanted=data["wanted"],
                by=request.viewer,
            )
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, f"已安排 {new_rows} 家。")
            return redirect("desk:campaign_assign", pk)
    context = {"campaign": campaign, "page": plan, "text": text}
    return _form(request, "desk/visits/assign.html", form, context)


@require_POST
@desk(May.CAMPAIGN)
def assignment_end(request: DeskRequest, pk: int) -> HttpResponse:
    """结束包联."""
    row = visits.assignment_for(request.viewer, pk)
    actions.end_assignment(assignment=row, by=request.viewer)
    messages.success(request, "已结束这家的包联。")
    return redirect("desk:campaign", row.campaign_id)


@require_safe
@desk(May.SEE_VISITS)
def all_visits(request: DeskRequest) -> HttpResponse:
    """Visits that she may see, newest first."""
    asked = request.GET
    state = asked.get("state", "")
    filters = Filters(
        campaign_id=_number(asked.get("campaign")),
        officer_id=_number(asked.get("officer")),
        party_id=_number(asked.get("firm")),
        state=state if state in visits.VisitState.values else "",
        over_cap="over" in asked,
        behind=Behind(by=asked.get("by", ""), key=asked.get("key", "")),
    )
    found = visits.visits(request.viewer, filters, asked.get("after", ""))
    context = {"page": found, "lines": visits.lines(found.rows), "filters": filters, "states": STATES}
    return render(request, "desk/visits/visits.html", context)


@firm_part(order=10)
def _visits_of(viewer: Viewer, firm: Any) -> Part | None:
    """The newest visits at a firm, as far as this officer may see them."""
    if not viewer.can(May.SEE_VISITS):
        return None
    found = visits.visits(viewer, Filters(party_id=firm.pk), size=5)
    goes = viewer.can(May.VISIT) and visits.looks_after(viewer, firm.pk)
    if not found.rows and not goes:
        return None
    context = {"lines": visits.lines(found.rows), "more": bool(found.next_cursor), "goes": goes, "firm": firm.pk}
    return Part("走访", template="desk/visits/_of_firm.html", context=context)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 18 else None


def _line_options(campaign: Any) -> list[tuple[str, str]]:
    return [(str(line.pk), line.name) for line in campaign.lines.order_by("place")]


def _form(request: DeskRequest, template: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def _refused(form: Form, refused: DomainError) -> None:
    field = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
    form.add_error(field, refused.sentence)
