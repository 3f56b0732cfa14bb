"""调研服务: the command office makes a campaign, names its lines and goals, its teams, and who looks after which firm."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from tongti.parties.models import Firm, Party
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotVisible
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.queries import officer_ids_in
from tongti.visits import access
from tongti.visits.models import Assignment, Campaign, Goal, Line, OfferedTime, Part, Team, TeamMember
from tongti.visits.models.campaigns import GOALS, LINES

FIRMS_AT_ONCE = 500


@dataclass(frozen=True)
class CampaignDraft:
    """What a campaign is made or changed to. ``lines`` are up to eight free names; "" leaves a place empty."""

    name: str
    starts_on: date
    ends_on: date
    command_name: str = ""
    monthly_cap: int = 2
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoalDraft:
    """One slot of the goal template as the district fills it."""

    group: str
    place: int
    name: str = ""
    direction: str = ""
    unit: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    period: str = ""
    source: str = ""


@dataclass(frozen=True)
class TeamDraft:
    """A team, its leader and officers."""

    name: str
    kind: str = Team.Kind.GROUP
    line_id: int | None = None
    leader_id: int | None = None
    officer_ids: tuple[int, ...] = ()


@transaction.atomic
def make_campaign(*, draft: CampaignDraft, by: Viewer) -> Campaign:
    """A new campaign with eight blank goal slots (三升两去三消减; their names are for the district). Raises NotAllowed, BadInput."""
    by.require(May.CAMPAIGN)
    columns = _columns(draft)
    campaign = Campaign.objects.create(**columns, made_by_id=by.officer_id, made_at=clock.now())
    _set_lines(campaign, draft.lines)
    Goal.objects.bulk_create(
        Goal(campaign=campaign, group=group, place=place)
        for group, places in GOALS.items()
        for place in range(1, places + 1)
    )
    trail.record("campaign.made", campaign, by=by, facts={"cap": campaign.monthly_cap}, first=True)
    return campaign


@transaction.atomic
def change_campaign(*, campaign: Campaign, draft: CampaignDraft, by: Viewer) -> Campaign:
    """Other dates, names or cap. Raises NotAllowed, BadInput."""
    by.require(May.CAMPAIGN)
    columns = _columns(draft)
    before = {name: getattr(campaign, name) for name in columns}
    Campaign.objects.filter(pk=campaign.pk).update(**columns)
    _set_lines(campaign, draft.lines)
    campaign.refresh_from_db()
    changed = sorted(name for name, value in before.items() if value != columns[name])
    trail.record("campaign.changed", campaign, by=by, facts={"fields": changed, "cap": campaign.monthly_cap})
    return campaign


def _columns(draft: CampaignDraft) -> dict[str, object]:
    if draft.ends_on < draft.starts_on:
        raise BadInput("ends_on", "结束日期不能早于开始日期。")
    if not 1 <= draft.monthly_cap <= 31:
        raise BadInput("monthly_cap", "每家企业每月的次数请写 1 到 31。")
    return {
        "name": checked_words(draft.name, "name", "名称", 60),
        "command_name": checked_words(draft.command_name, "command_name", "指挥机构名称", 60, optional=True),
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "monthly_cap": draft.monthly_cap,
    }


def _set_lines(campaign: Campaign, names: Sequence[str]) -> None:
    if len(names) > LINES:
        raise BadInput("lines", f"最多 {LINES} 条服务线。")
    wanted = {
        place: checked_words(name, f"line_{place}", f"服务线 {place}", 30)
        for place, name in enumerate(names, start=1)
        if name.strip()
    }
    campaign.lines.exclude(place__in=wanted).delete()
    Line.objects.bulk_create(
        [Line(campaign=campaign, place=place, name=name) for place, name in wanted.items()],
        update_conflicts=True,
        unique_fields=["campaign", "place"],
        update_fields=["name"],
    )


@transaction.atomic
def set_goals(*, campaign: Campaign, goals: Sequence[GoalDraft], by: Viewer) -> None:
    """Fill the goal template. A name without the paper it comes from is refused. Raises NotAllowed, BadInput."""
    by.require(May.CAMPAIGN)
    for goal in goals:
        columns = _goal_columns(goal)
        if not campaign.goals.filter(group=goal.group, place=goal.place).update(**columns):
            raise NotVisible
    named = sum(1 for goal in goals if goal.name.strip())
    trail.record("campaign.goals_set", campaign, by=by, facts={"named": named})


def _goal_columns(goal: GoalDraft) -> dict[str, object]:
    at = f"{goal.group}_{goal.place}"
    name = checked_words(goal.name, f"{at}_name", "名称", 40, optional=True)
    source = checked_words(goal.source, f"{at}_source", "出处", 120, optional=True)
    if name and not source:
        raise BadInput(f"{at}_source", f"“{name}”出自哪份文件？没有出处的名称不显示。")
    if not name and (source or goal.baseline is not None or goal.target is not None):
        raise BadInput(f"{at}_name", "请先写这一项的名称。")
    if goal.direction and goal.direction not in Goal.Direction.values:
        raise BadInput(f"{at}_direction", "没有这个选项，请重新选择。")
    return {
        "name": name,
        "source": source,
        "direction": goal.direction,
        "unit": checked_words(goal.unit, f"{at}_unit", "单位", 20, optional=True),
        "period": checked_words(goal.period, f"{at}_period", "期限", 30, optional=True),
        "baseline": goal.baseline,
        "target": goal.target,
    }


@transaction.atomic
def add_team(*, campaign: Campaign, draft: TeamDraft, by: Viewer) -> Team:
    """The command, its office or a working group. Raises NotAllowed, BadInput."""
    by.require(May.CAMPAIGN)
    columns = _team_columns(campaign, draft)
    try:
        with transaction.atomic():
            team = Team.objects.create(campaign=campaign, **columns)
    except IntegrityError as error:
        raise BadInput("name", "这次活动里已经有这个名称的组。") from error
    _set_members(team, draft.officer_ids)
    trail.record("team.made", team, by=by, facts=_team_facts(team, draft), first=True)
    return team


@transaction.atomic
def change_team(*, team: Team, draft: TeamDraft, by: Viewer) -> Team:
    """Another name, leader or officers. Raises NotAllowed, BadInput."""
    by.require(May.CAMPAIGN)
    columns = _team_columns(team.campaign, draft)
    try:
        with transaction.atomic():
            Team.objects.filter(pk=team.pk).update(**columns)
    except IntegrityError as error:
        raise BadInput("name", "这次活动里已经有这个名称的组。") from error
    _set_members(team, draft.officer_ids)
    team.refresh_from_db()
    trail.record("team.changed", team, by=by, facts=_team_facts(team, draft))
    return team


def _team_columns(campaign: Campaign, draft: TeamDraft) -> dict[str, object]:
    if draft.kind not in Team.Kind.values:
        raise BadInput("kind", "没有这个选项，请重新选择。")
    if draft.line_id and not campaign.lines.filter(pk=draft.line_id).exists():
        raise BadInput("line", "没有这条服务线，请重新选择。")
    return {
        "name": checked_words(draft.name, "name", "名称", 40),
        "kind": draft.kind,
        "line_id": draft.line_id,
        "leader_id": draft.leader_id,
    }


def _set_members(team: Team, officer_ids: Collection[int]) -> None:
    team.members.exclude(officer_id__in=officer_ids).delete()
    TeamMember.objects.bulk_create(
        [TeamMember(team=team, officer_id=pk) for pk in dict.fromkeys(officer_ids)], ignore_conflicts=True
    )


def _team_facts(team: Team, draft: TeamDraft) -> dict[str, object]:
    return {
        "campaign": team.campaign_id,
        "kind": team.kind,
        "leader": team.leader_id,
        "officers": sorted(draft.officer_ids),
    }


@transaction.atomic
def assign(
    *,
    campaign: Campaign,
    party_ids: Collection[int],
    officer_id: int,
    by: Viewer,
    team: Team | None = None,
    visit_by: date | None = None,
    wanted: int = 1,
) -> int:
    """包联: these firms are looked after by this officer, to be seen ``wanted`` times by ``visit_by``; answers how many are new.

    One that is hers already gets the new date. Raises NotAllowed, BadInput.
    """
    by.require(May.CAMPAIGN)
    chosen = list(dict.fromkeys(party_ids))
    known = set(Firm.objects.filter(pk__in=chosen, merged_into=None).values_list("pk", flat=True))
    if not chosen or known != set(chosen):
        raise BadInput("firms", "请选要包联的企业。")
    if len(chosen) > FIRMS_AT_ONCE:
        raise BadInput("firms", f"一次最多 {FIRMS_AT_ONCE} 家，请分几次。")
    if officer_id not in officer_ids_in(["field_officer"]):
        raise BadInput("officer", "请选一位走访员。")
    if not 1 <= wanted <= 50:
        raise BadInput("wanted", "计划次数请写 1 到 50。")
    if visit_by and not campaign.starts_on <= visit_by <= campaign.ends_on:
        raise BadInput("visit_by", "走访期限要在活动的起止日期之内。")
    hers = campaign.assignments.filter(officer_id=officer_id, ended_on=None, party_id__in=chosen)
    had = set(hers.values_list("party_id", flat=True))
    hers.update(visit_by=visit_by, wanted=wanted, team=team)
    made = Assignment.objects.bulk_create(
        Assignment(
            campaign=campaign,
            party_id=pk,
            officer_id=officer_id,
            team=team,
            visit_by=visit_by,
            wanted=wanted,
            since=clock.today(),
        )
        for pk in chosen
        if pk not in had
    )
    facts = {"officer": officer_id, "firms": chosen, "visit_by": visit_by.isoformat() if visit_by else None}
    trail.record("campaign.assigned", campaign, by=by, facts=facts)
    return len(made)


@transaction.atomic
def end_assignment(*, assignment: Assignment, by: Viewer) -> None:
    """包联 ends today; what was visited stays. Safe to repeat. Raises NotAllowed."""
    by.require(May.CAMPAIGN)
    won = Assignment.objects.filter(pk=assignment.pk, ended_on=None).update(ended_on=clock.today())
    if won:
        facts = {"officer": assignment.officer_id, "firm": assignment.party_id}
        trail.record("campaign.assignment_ended", assignment.campaign, by=by, facts=facts)


@transaction.atomic
def offer_times(*, party_id: int, times: Collection[tuple[int, str]], by: Viewer) -> None:
    """可约时间: (weekday 1–7, part of the day) pairs that the firm named, in place of what it said before.

    Raises NotVisible, BadInput.
    """
    access.require_firm(by, party_id)
    if any(not 1 <= weekday <= 7 or part not in Part.values for weekday, part in times):
        raise BadInput("times", "没有这个时段，请重新选择。")
    party = Party.objects.select_for_update().only("pk").filter(pk=party_id).first()
    if party is None:
        raise NotVisible
    OfferedTime.objects.filter(party_id=party_id).delete()
    now = clock.now()
    OfferedTime.objects.bulk_create(
        OfferedTime(party_id=party_id, weekday=weekday, part=part, by_id=by.officer_id, at=now)
        for weekday, part in sorted(set(times))
    )
    trail.record("party.times_offered", party, by=by, facts={"times": [f"{d}{p}" for d, p in sorted(set(times))]})
