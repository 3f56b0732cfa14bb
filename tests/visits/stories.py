"""Short ways to tell what happens on a campaign: 邓主任 统筹员, 谭小勇 and 卢芳 走访员, three firms."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.cast import Cast
from tongti.accounts.models import Officer
from tongti.parties import actions as parties
from tongti.parties.actions import ContactDraft, FirmDraft
from tongti.parties.models import Party
from tongti.shared import clock
from tongti.units.access import Viewer
from tongti.units.models import Post
from tongti.units.queries import viewer_of
from tongti.visits import actions
from tongti.visits.actions import CampaignDraft, FindingDraft, Plan, TeamDraft, VisitDraft
from tongti.visits.models import Campaign, Finding, Team, Visit

PEOPLE = (
    ("邓主任", "coordinator", "督查室"),
    ("谭小勇", "field_officer", "临江镇"),
    ("卢芳", "field_officer", "大塘镇"),
)
FIRMS = (
    ("云岭区红豆糖业有限公司", "13900001111"),
    ("云岭区青山木业有限公司", "13900002222"),
    ("云岭区临江包装厂", "13900003333"),
)
ROAD = "厂门口的路坑坑洼洼，大货车进不来，原料要转运两次"


@dataclass
class Outing:
    cast: Cast
    campaign: Campaign
    firms: dict[str, Party] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)

    def viewer(self, name: str) -> Viewer:
        return viewer_of(self.cast.officers[name])

    @property
    def sugar(self) -> Party:
        """红豆糖业, which 谭小勇 looks after."""
        return self.firms["云岭区红豆糖业有限公司"]

    @property
    def wood(self) -> Party:
        """青山木业, which both look after."""
        return self.firms["云岭区青山木业有限公司"]

    @property
    def packing(self) -> Party:
        """临江包装厂, which 卢芳 looks after."""
        return self.firms["云岭区临江包装厂"]

    def plan(self, day: date | None = None, *, firm: Party | None = None, by: str = "谭小勇", **facts: Any) -> Visit:
        """An officer plans a visit of her own."""
        who = self.viewer(facts.pop("officer", by))
        plan = Plan(self.campaign, (firm or self.sugar).pk, who.officer_id, day or clock.today(), **facts)
        return actions.plan_visit(plan=plan, by=self.viewer(by))

    def sent(self, visit: Visit | None = None, **facts: Any) -> VisitDraft:
        """A sending, as a phone makes it: of a planned visit, or of one that begins with it."""
        defaults: dict[str, Any] = {
            "key": visit.key if visit else uuid.uuid4(),
            "delivery": uuid.uuid4(),
            "visited_on": clock.today(),
            "note": "见了厂长，生产正常，订单比去年多两成。",
            "base_version": visit.version if visit else 0,
        }
        if visit is None:
            defaults |= {"campaign_id": self.campaign.pk, "party_id": self.sugar.pk}
        return VisitDraft(**(defaults | facts))

    def save(self, draft: VisitDraft, by: str = "谭小勇") -> Visit:
        return actions.save_visit(draft=draft, by=self.viewer(by)).visit

    def found(self, words: str = ROAD, **facts: Any) -> FindingDraft:
        defaults: dict[str, Any] = {"key": uuid.uuid4(), "words": words, "title": words[:14]}
        return FindingDraft(**(defaults | facts))

    def finding(self, words: str = ROAD, *, by: str = "谭小勇", firm: Party | None = None, **facts: Any) -> Finding:
        """One that was heard on a visit and is a case already, unless ``at_once=False``."""
        draft = self.found(words, **facts)
        self.save(self.sent(findings=(draft,), party_id=(firm or self.sugar).pk), by)
        return Finding.objects.get(key=draft.key)


def make_outing(cast: Cast) -> Outing:
    """Write the campaign to the database."""
    for name, role, unit in PEOPLE:
        cast.officers[name] = Officer.objects.create(username=name, name=name, demo=True)
        Post.objects.create(officer=cast.officers[name], unit=cast.units[unit], role=role, since=date(2020, 1, 1))
    office = viewer_of(cast.officers["邓主任"])
    draft = CampaignDraft(
        name="壮大实体经济调研服务", starts_on=date(2026, 2, 1), ends_on=date(2026, 6, 30), lines=("企业用地",)
    )
    outing = Outing(cast, actions.make_campaign(draft=draft, by=office))
    for name, phone in FIRMS:
        contact = ContactDraft(name="梁厂长", phone=phone, post="厂长")
        outing.firms[name] = parties.enter_firm(draft=FirmDraft(name=name), contacts=(contact,), by=office).party
    for who, firms in (("谭小勇", (outing.sugar, outing.wood)), ("卢芳", (outing.wood, outing.packing))):
        officer = cast.officers[who]
        team = actions.add_team(
            campaign=outing.campaign,
            draft=TeamDraft(name=f"{who}组", leader_id=officer.pk, officer_ids=(officer.pk,)),
            by=office,
        )
        outing.teams[who] = team
        actions.assign(
            campaign=outing.campaign,
            party_ids=[firm.pk for firm in firms],
            officer_id=officer.pk,
            team=team,
            visit_by=date(2026, 3, 31),
            by=office,
        )
    return outing
