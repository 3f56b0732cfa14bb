"""What the addresses of visits need to be built: a campaign in which 走访员 of 临江镇 looks after one firm and has been there."""

import io
import uuid
from datetime import date, timedelta
from typing import Any

from tongti.parties import actions as parties
from tongti.parties.actions import FirmDraft
from tongti.parties.models import Party
from tongti.shared import clock
from tongti.shared.uploads import Upload
from tongti.visits import actions
from tongti.visits.actions import CampaignDraft, FindingDraft, Plan, TeamDraft, VisitDraft
from tongti.visits.models import Assignment, Campaign, Finding, Revisit, Team, Visit, VisitPhoto

TABLE: list[tuple[str, str, int]] = [
    *(
        (name, who, 405)
        for name in ("field:send", "field:key", "field:pack", "field:raise", "field:alike")
        for who in ("field_officer", "赵工")
    ),
]
PLANNED, DONE = "策略表：约好的", "策略表：走访过的"


def _world(world: Any) -> Campaign:
    """The campaign, and everything that hangs on it; made once."""
    found = Campaign.objects.first()
    if found is not None:
        return found
    office, tan = world.viewer("coordinator"), world.viewer("field_officer")
    today = clock.today()
    draft = CampaignDraft(name="策略表", starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=300))
    campaign = actions.make_campaign(draft=draft, by=office)
    team = actions.add_team(campaign=campaign, draft=TeamDraft(name="一组"), by=office)
    firm = parties.enter_firm(draft=FirmDraft(name=PLANNED), by=office).party
    actions.assign(campaign=campaign, party_ids=[firm.pk], officer_id=tan.officer_id, team=team, by=office)
    actions.plan_visit(plan=Plan(campaign, firm.pk, tan.officer_id, today), by=tan)
    key = uuid.uuid4()
    actions.save_visit(draft=_sent(campaign, firm, today, key), by=tan)
    finding = Finding.objects.get()
    # an earlier case to be told apart from: the finding's own stands for it
    actions.raise_finding(finding=finding, by=tan)
    earlier_id = Finding.objects.get().case_id
    Finding.objects.filter(pk=finding.pk).update(earlier_id=earlier_id, earlier_state="proposed")
    actions.plan_revisit(case=Finding.objects.get().case, officer_id=tan.officer_id, day=today, by=tan)
    actions.add_photo(visit=Visit.objects.get(key=key), key=uuid.uuid4(), upload=Upload("a.png", _png()), by=tan)
    return campaign


def _sent(campaign: Campaign, firm: Party, today: date, key: uuid.UUID) -> VisitDraft:
    found = FindingDraft(key=uuid.uuid4(), words="路不好走", at_once=False)
    return VisitDraft(
        key=key,
        delivery=uuid.uuid4(),
        visited_on=today,
        note=DONE,
        findings=(found,),
        campaign_id=campaign.pk,
        party_id=firm.pk,
    )


def _png() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    return out.getvalue()


def _one(model: Any, **where: Any) -> Any:
    def make(world: Any) -> dict[str, int]:
        _world(world)
        return {"pk": model.objects.filter(**where).earliest("pk").pk}

    return make


def _photo(world: Any) -> dict[str, int]:
    _world(world)
    photo = VisitPhoto.objects.get()
    return {"pk": photo.visit_id, "photo_pk": photo.pk}


def _case(world: Any) -> dict[str, int]:
    _world(world)
    return {"pk": Finding.objects.get().case_id}


SAMPLE: dict[str, Any] = {
    **dict.fromkeys(
        (
            "desk:campaign",
            "desk:campaign_edit",
            "desk:campaign_goals",
            "desk:campaign_assign",
            "desk:team_new",
            "desk:campaign_progress",
            "desk:campaign_firms",
            "desk:campaign_findings",
        ),
        _one(Campaign),
    ),
    **dict.fromkeys(
        ("field:visit", "field:join", "field:move", "field:cancel", "field:finding"), _one(Visit, state="planned")
    ),
    **dict.fromkeys(("field:firm", "field:times"), _one(Party, assignments__isnull=False)),
    **dict.fromkeys(("field:raise", "field:apart", "field:alike"), _one(Finding)),
    "desk:team": _one(Team),
    "desk:assignment_end": _one(Assignment),
    "field:photo": _photo,
    "field:revisit": _one(Revisit),
    "field:revisit_new": _case,
    "field:closing": _case,
    "desk:revisit_assign": _one(Revisit),
}
