"""One visit: found for somebody, with what its page shows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tongti.accounts.models import Officer
from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.trail import queries as trail
from tongti.trail.wording import words_of
from tongti.units.access import May, Viewer
from tongti.visits.access import firm_cases, require_firm, visible, writable
from tongti.visits.guard import Guard, guard_of
from tongti.visits.models import Campaign, Finding, FindingStep, Revisit, Visit, VisitPhoto


@dataclass(frozen=True)
class PhotoRow:
    """One photo of a visit; the stored name is told to nobody."""

    pk: int
    name: str
    size: int
    content_type: str
    kind: str = "image"
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class FindingRow:
    """A finding with its plan."""

    finding: Finding
    steps: Sequence[FindingStep]


def visit_for(viewer: Viewer, pk: int) -> Visit:
    """One visit with firm, campaign, team and people. Raises NotVisible."""
    return _one(viewer, pk=pk)


def visit_by_key(viewer: Viewer, key: uuid.UUID) -> Visit:
    """The visit that a phone knows by this key. Raises NotVisible."""
    return _one(viewer, key=key)


def _one(viewer: Viewer, **where: object) -> Visit:
    rows = Visit.objects.filter(visible(viewer), **where)
    found = rows.select_related("campaign", "team", "officer", "changed_by", "overruled_by").first()
    if found is None:
        raise NotVisible
    return found


def may_write(viewer: Viewer, visit: Visit) -> bool:
    """Whether she may write on it."""
    return viewer.can(May.VISIT) and Visit.objects.filter(writable(viewer), pk=visit.pk).exists()


def findings(visit: Visit) -> list[FindingRow]:
    """The findings of a visit with their steps and cases, oldest first; two queries."""
    rows = list(visit.findings.select_related("case", "earlier", "question", "category").order_by("id"))
    steps: dict[int, list[FindingStep]] = {}
    for step in FindingStep.objects.filter(finding_id__in=[row.pk for row in rows]).order_by("finding_id", "place"):
        steps.setdefault(step.finding_id, []).append(step)
    return [FindingRow(row, steps.get(row.pk, [])) for row in rows]


def lifted_finding(case_ids: Sequence[int]) -> Finding | None:
    """The newest difficulty of class C (提级协调) that became one of these cases, which the caller was let see: what is to be
    co-ordinated, and by which level."""
    rows = Finding.objects.filter(case_id__in=case_ids, handling=Question.Handling.LIFTED)
    return rows.order_by("-pk").first()


def finding_for(viewer: Viewer, pk: int) -> Finding:
    """One finding of a visit that she may see. Raises NotVisible."""
    found = Finding.objects.filter(pk=pk, visit__in=Visit.objects.filter(visible(viewer)).values("pk"))
    row = found.select_related("visit", "case", "earlier").first()
    if row is None:
        raise NotVisible
    return row


def photos(visit: Visit) -> list[PhotoRow]:
    """Photos in the order they came."""
    rows = VisitPhoto.objects.filter(visit=visit).order_by("id")
    return [PhotoRow(row.pk, row.given_name, row.size, row.content_type) for row in rows]


def photo_file(visit: Visit, pk: int) -> tuple[PhotoRow, Path]:
    """A photo and where its bytes lie. Raises NotVisible."""
    row = VisitPhoto.objects.filter(visit=visit, pk=pk).first()
    if row is None:
        raise NotVisible
    return PhotoRow(row.pk, row.given_name, row.size, row.content_type), Path(settings.MEDIA_ROOT) / row.path


@dataclass(frozen=True)
class Step:
    """One line of a visit's history."""

    words: str
    who: str
    at: datetime


def history(visit: Visit, limit: int = 50) -> list[Step]:
    """What happened to a visit, newest first; two queries."""
    events = trail.of(visit, limit)
    wanted = {event.actor_id for event in events if event.actor_kind == "officer" and event.actor_id}
    names = dict(Officer.objects.filter(pk__in=wanted).values_list("id", "name"))
    return [Step(words_of(e.verb), names.get(e.actor_id or 0, "系统"), e.at) for e in events]


def revisit_for(viewer: Viewer, pk: int) -> Revisit:
    """One of her revisits, or any for whoever organises. Raises NotVisible."""
    rows = Revisit.objects.select_related("case", "visit")
    if not viewer.can(May.CAMPAIGN):
        rows = rows.filter(officer_id=viewer.officer_id)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def visit_to_join(viewer: Viewer, pk: int) -> Visit:
    """Somebody's visit at a firm that she looks after too. Raises NotVisible."""
    found = Visit.objects.filter(pk=pk).first()
    if found is None:
        raise NotVisible
    require_firm(viewer, found.party_id)
    return found


def case_to_revisit(viewer: Viewer, pk: int) -> Case:
    """A case of a firm that she looks after and that she may be told of, whoever entered it. Raises NotVisible."""
    party_id = Case.objects.filter(pk=pk).values_list("party_id", flat=True).first()
    if party_id is None:
        raise NotVisible
    require_firm(viewer, party_id)
    found = firm_cases(viewer, [party_id]).filter(pk=pk).defer("search").first()
    if found is None:
        raise NotVisible
    return found


def guard(viewer: Viewer, campaign: Campaign, party_id: int) -> Guard:
    """What the guard says about a visit today, before anybody asks. Raises NotVisible."""
    require_firm(viewer, party_id)
    return guard_of(campaign, party_id, clock.today(), officer_id=viewer.officer_id)
