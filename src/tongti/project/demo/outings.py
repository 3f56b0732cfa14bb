"""Six weeks of visits in 云岭区: a campaign, twelve officers, the firms of the register, what was heard and what became of it."""

import copy
import random
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from tongti.papers import actions as papers
from tongti.papers.actions import TemplateDraft
from tongti.parties.models import Firm
from tongti.project.demo.district import read
from tongti.project.demo.stories import Single, Step, World
from tongti.shared import clock
from tongti.units.access import Viewer
from tongti.visits import actions
from tongti.visits.actions import (
    CampaignDraft,
    FigureDraft,
    FindingDraft,
    Plan,
    RuleDraft,
    StepDraft,
    TeamDraft,
    VisitDraft,
)
from tongti.visits.models import Campaign, Finding, Team

OFFICE = "石磊"
# Of its own, so that the stories of the district are told as they were before anybody went out.
SEED = 20260715
BEGAN, LASTS = 30, 120
"""Working days ago that it began (six weeks), and days that it lasts from today."""
VISITED = (Firm.Kind.ENTERPRISE, Firm.Kind.PROJECT, Firm.Kind.FARM, Firm.Kind.SHOP)


class Outings:
    """The campaign and its officers, put on the stage."""

    def __init__(self, world: World, register: Sequence[Firm]) -> None:
        # the district's own dice are not thrown here
        self.w = copy.copy(world)
        self.w.rng = random.Random(SEED)  # noqa: S311  (a plot, not a secret)
        self.data = read("visits")
        self.firms = [firm for firm in register if firm.kind in VISITED and firm.status != Firm.Status.CLOSED]
        self.campaign: Campaign | None = None
        self.officers = [name for _, _, _, names in self.data["groups"] for name in names]

    def prepare(self) -> None:
        """Every event to its moment: the beginning, the visits, what was found, what is planned from today on."""
        days, stage, rng = self.w.days, self.w.stage, self.w.rng
        stage.at(days.at(f"{BEGAN} 09:10"), self.begin)
        told = {found["firm"] for found in self.data["found"]}
        plain = [firm for firm in self.firms if firm.name not in told]
        for n, firm in enumerate(plain[: 2 * len(plain) // 3]):
            at = days.at(f"{2 + n % (BEGAN - 3)} {9 + n % 8:02d}:{rng.randrange(60):02d}")
            stage.at(at, lambda f=firm, k=n: self.visit(f, k))  # type: ignore[misc]
        for n, found in enumerate(self.data["found"]):
            at = days.at(f"{found['ago']} 08:{30 + n % 9 * 3}")
            stage.at(at, lambda f=found: self.hear(f))  # type: ignore[misc]
        stage.at(days.at("1 17:10"), self.plan)
        stage.at(days.at("1 17:30"), self.report)

    def begin(self) -> None:
        """指挥部、专班和四个组; every firm has its officer. The goal slots stay blank: nobody published their names."""
        d, data = self.w.d, self.data
        by = d.viewer(OFFICE)
        today = clock.today()
        draft = CampaignDraft(
            name=data["campaign"],
            command_name=data["command"],
            starts_on=today,
            ends_on=self.w.days.today + timedelta(days=LASTS),
            lines=tuple(data["lines"]),
        )
        self.campaign = actions.make_campaign(draft=draft, by=by)
        lines = dict(self.campaign.lines.values_list("name", "pk"))
        for kind, name, leader in (("command", data["command"], "何区长"), ("office", "工作专班", OFFICE)):
            team = TeamDraft(name=name, kind=kind, leader_id=d.officers[leader].pk)
            actions.add_team(campaign=self.campaign, draft=team, by=by)
        for at, (name, line, leader, names) in enumerate(data["groups"]):
            people = tuple(d.officers[one].pk for one in names)
            group = TeamDraft(name=name, line_id=lines[line], leader_id=d.officers[leader].pk, officer_ids=people)
            self._assign(actions.add_team(campaign=self.campaign, draft=group, by=by), names, at, by)

    def _assign(self, team: Team, names: Sequence[str], group: int, by: Viewer) -> None:
        assert self.campaign is not None
        for within, name in enumerate(names):
            mine = [
                firm.pk for n, firm in enumerate(self.firms) if n % len(self.officers) == group * len(names) + within
            ]
            actions.assign(
                campaign=self.campaign,
                party_ids=mine,
                officer_id=self.w.d.officers[name].pk,
                team=team,
                # some are behind by today, as they are
                visit_by=self.w.days.today + timedelta(days=-6 if within == 2 else 24),
                by=by,
            )

    def visit(self, firm: Firm, number: int) -> None:
        """An ordinary visit: two sentences, sometimes a figure, now and then a difficulty that is noted only."""
        rng, data = self.w.rng, self.data
        findings: tuple[FindingDraft, ...] = ()
        if number % 5 == 0:
            words, handling, explanation, reaction = data["noted"][number // 5 % len(data["noted"])]
            findings = (
                FindingDraft(
                    key=self._key(),
                    words=words,
                    handling=handling,
                    promised_on=clock.today() + timedelta(days=10) if handling == "A" else None,
                    explanation=explanation,
                    reaction=reaction,
                    at_once=False,
                ),
            )
        figures = (
            (FigureDraft("staff", _month(clock.today()), Decimal(rng.randrange(15, 300))),) if number % 4 == 0 else ()
        )
        self._save(firm, "".join(rng.sample(data["notes"], 2)), findings, figures)

    def hear(self, found: Step) -> None:
        """A visit on which somebody told of a difficulty that became a case; the case goes on by itself."""
        firm = next(firm for firm in self.firms if firm.name == found["firm"])
        today = clock.today()
        draft = FindingDraft(
            key=self._key(),
            words=found["words"],
            title=found["title"],
            category_id=self.w.d.categories[found["category"]].pk,
            handling=found.get("handling", ""),
            promised_on=today + timedelta(days=15) if found.get("handling") == "A" else None,
            steps=tuple(
                StepDraft(words, today + timedelta(days=20 * n))
                for n, words in enumerate(found.get("steps", []), start=1)
            ),
            matter=found.get("matter", ""),
            level=found.get("level", ""),
            paper=found.get("paper", ""),
            explanation=found.get("explanation", ""),
            reaction=found.get("reaction", ""),
            shared=found.get("shared"),
        )
        self._save(firm, self.w.rng.choice(self.data["notes"]), (draft,), ())
        case = Finding.objects.select_related("case").get(key=draft.key).case
        assert case is not None
        self.w.truth[case.pk] = f"visit:{case.pk}"
        Told(self.w, found).goes_on(case)
        if found["end"] == "closed" and found["verdict"][0] != "yes":
            officer = self._officer(firm)
            day = self.w.days.today + timedelta(days=5)
            actions.plan_revisit(case=case, officer_id=officer.officer_id, day=day, by=officer)

    def plan(self) -> None:
        """What is planned from today on: two firms an officer that were not seen yet."""
        assert self.campaign is not None
        seen = set(self.campaign.visits.values_list("party_id", flat=True))
        coming: dict[int, int] = {}
        for firm in self.firms:
            officer = self._officer(firm)
            nth = coming.get(officer.officer_id, 0)
            if firm.pk in seen or nth > 1:
                continue
            coming[officer.officer_id] = nth + 1
            day = self.w.days.today if nth == 0 else self.w.days.today + timedelta(days=3)
            plan = Plan(self.campaign, firm.pk, officer.officer_id, day, "am" if nth else "pm")
            actions.plan_visit(plan=plan, by=officer)
        self.look_back()

    def look_back(self) -> None:
        """往期问题回访: the demo's own days, for class A and D only; what they ask for is planned."""
        by = self.w.d.viewer(OFFICE)
        rules = {code: RuleDraft(days, self.data["revisit_source"]) for code, days in self.data["revisit_days"].items()}
        actions.set_revisit_rules(rules=rules, by=by)
        actions.plan_due_revisits(by=by)

    def report(self) -> None:
        """The office's week: a signed weekly brief, and this week's as a draft that waits for its words."""
        assert self.campaign is not None
        by, today = self.w.d.viewer(OFFICE), clock.today()
        name = f"{getattr(settings, 'DISTRICT_NAME', '')}实体经济调研服务工作专班"
        for kind in ("weekly", "levels"):
            look = TemplateDraft(head=name, code="云调研", addressee="各工作组", signer=name, issuer=name)
            papers.change_template(kind=kind, draft=look, by=by)
        for back in (7, 0):
            until = today - timedelta(days=back)
            paper = papers.make_paper(
                kind="weekly", subject=self.campaign, since=until - timedelta(days=6), until=until, by=by
            )
            if back:
                paper = papers.word_paper(paper=paper, words=self.data["brief"], version=paper.version, by=by)
                papers.sign_paper(paper=paper, version=paper.version, by=by)

    def _save(
        self, firm: Firm, note: str, findings: tuple[FindingDraft, ...], figures: tuple[FigureDraft, ...]
    ) -> None:
        assert self.campaign is not None
        draft = VisitDraft(
            key=self._key(),
            delivery=self._key(),
            visited_on=clock.today(),
            note=note,
            facts=self.w.rng.choice(self.data["facts"]),
            figures=figures,
            findings=findings,
            campaign_id=self.campaign.pk,
            party_id=firm.pk,
        )
        actions.save_visit(draft=draft, by=self._officer(firm))

    def _officer(self, firm: Firm) -> Viewer:
        return self.w.d.viewer(self.officers[self.firms.index(firm) % len(self.officers)])

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.w.rng.getrandbits(128), version=4)


class Told(Single):
    """What was heard on a visit, from its registration on."""

    def goes_on(self, case: Any) -> None:
        """To where ``end`` says."""
        self.case = case
        if self.data["end"] != "waiting":
            self._goes_on()


def _month(today: date) -> str:
    last = today.replace(day=1) - timedelta(days=1)
    return f"{last.year} 年 {last.month} 月"


def prepare(world: World, register: Sequence[Firm]) -> None:
    """Put six weeks of visits on the stage."""
    Outings(world, register).prepare()
