"""What the command office reads: campaigns, goals, teams, who looks after which firm."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from tongti.accounts.models import Officer
from tongti.parties.models import Firm
from tongti.parties.queries import seen_firms
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer
from tongti.units.queries import officer_ids_in
from tongti.visits.models import Assignment, Campaign, Goal, Team
from tongti.visits.queries.firms import firm_names

MOST_CAMPAIGNS = 60
FIRMS_A_PAGE = 50


def campaigns(viewer: Viewer) -> QuerySet[Campaign]:
    """Campaigns, newest first; every officer who sees visits may know which campaigns there are."""
    rows = Campaign.objects.order_by("-starts_on", "-id")
    return rows[:MOST_CAMPAIGNS] if viewer.can(May.SEE_VISITS) else rows.none()


def running(viewer: Viewer) -> list[Campaign]:
    """Campaigns whose days include today, newest first."""
    today = clock.today()
    return [one for one in campaigns(viewer) if one.starts_on <= today <= one.ends_on]


def campaign_for(viewer: Viewer, pk: int) -> Campaign:
    """Raises NotVisible."""
    found = Campaign.objects.filter(pk=pk).first() if viewer.can(May.SEE_VISITS) else None
    if found is None:
        raise NotVisible
    return found


def line_names(campaign: Campaign) -> dict[int, str]:
    """The named lines by place (1–8)."""
    return dict(campaign.lines.order_by("place").values_list("place", "name"))


@dataclass(frozen=True)
class Slot:
    """One goal slot as a page shows it; an unnamed one shows nothing but its place."""

    goal: Goal
    label: str

    @property
    def filled(self) -> bool:
        return bool(self.goal.name and self.goal.source)


def slots(campaign: Campaign) -> list[Slot]:
    """The eight slots: 升 1–3, 去 1–2, 消减 1–3."""
    order = list(Goal.Group.values)
    rows = sorted(campaign.goals.all(), key=lambda goal: (order.index(goal.group), goal.place))
    return [Slot(goal, f"{goal.get_group_display()} {goal.place}") for goal in rows]


@dataclass(frozen=True)
class TeamLine:
    """A team with its people."""

    team: Team
    leader: str
    officers: Sequence[str]
    officer_ids: Sequence[int]


def teams(campaign: Campaign) -> list[TeamLine]:
    """The command first, then its office, then the groups; two queries."""
    rows = list(campaign.teams.select_related("leader", "line").prefetch_related("members__officer"))
    order = list(Team.Kind.values)
    rows.sort(key=lambda team: (order.index(team.kind), team.pk))
    return [
        TeamLine(
            team=row,
            leader=row.leader.name if row.leader else "",
            officers=[member.officer.name for member in row.members.all()],
            officer_ids=[member.officer_id for member in row.members.all()],
        )
        for row in rows
    ]


def team_for(viewer: Viewer, pk: int) -> Team:
    """Raises NotVisible."""
    found = Team.objects.select_related("campaign").filter(pk=pk).first() if viewer.can(May.SEE_VISITS) else None
    if found is None:
        raise NotVisible
    return found


def field_officers() -> list[tuple[int, str]]:
    """(id, name) of officers who go out to firms today."""
    rows = Officer.objects.filter(pk__in=officer_ids_in(["field_officer"])).order_by("name")
    return list(rows.values_list("id", "name"))


TEAM_ROLES = ("field_officer", "coordinator", "unit_leader", "leader", "supervisor", "handler")
"""Who may stand in a team: those who go out, those who organise, and the leaders and units that a working group is made of."""


def team_people(team: Team | None = None) -> list[tuple[int, str]]:
    """(id, name) of everybody who may be put in a team today, those who go out first; who is in it already stays listed."""
    goers = dict(field_officers())
    wanted = set(officer_ids_in(TEAM_ROLES)) - set(goers)
    if team is not None:
        wanted |= {*team.members.values_list("officer_id", flat=True), team.leader_id or 0} - set(goers)
    others = Officer.objects.filter(pk__in=wanted).order_by("name").values_list("id", "name")
    return [*goers.items(), *others]


@dataclass(frozen=True)
class AssignmentLine:
    """One firm of the coverage plan."""

    assignment: Assignment
    firm: str


def assignments(
    campaign: Campaign, cursor: str = "", *, officer_id: int | None = None
) -> tuple[Page[Assignment], list[AssignmentLine]]:
    """A page of the coverage plan, in the order it was made, and its rows with firms' names."""
    rows = campaign.assignments.filter(ended_on=None, party__firm__merged_into=None).select_related("officer", "team")
    if officer_id:
        rows = rows.filter(officer_id=officer_id)
    page = page_of(rows, order=("id",), cursor=cursor, size=30)
    names = firm_names(row.party_id for row in page.rows)
    return page, [AssignmentLine(row, names.get(row.party_id, "")) for row in page.rows]


def firms_to_assign(viewer: Viewer, campaign: Campaign, text: str = "", cursor: str = "") -> Page[Firm]:
    """Entries of the register that nobody looks after in this campaign yet, by name; ``text`` is part of a name. Raises NotVisible."""
    if not viewer.can(May.CAMPAIGN):
        raise NotVisible
    taken = campaign.assignments.filter(ended_on=None).values("party_id")
    rows = seen_firms(viewer).exclude(pk__in=taken).only("party", "name")
    rows = rows.filter(name__icontains=text.strip()) if text.strip() else rows
    return page_of(rows, order=("name", "pk"), cursor=cursor, size=FIRMS_A_PAGE)


def assignment_for(viewer: Viewer, pk: int) -> Assignment:
    """One firm of the coverage plan, for whoever organises. Raises NotVisible."""
    found = Assignment.objects.select_related("campaign").filter(pk=pk).first() if viewer.can(May.CAMPAIGN) else None
    if found is None:
        raise NotVisible
    return found
