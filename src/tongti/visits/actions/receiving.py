"""A visit arrives: from the form, or from a phone that had no signal for hours. Once, whole, and never over somebody else's words."""

import itertools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from tongti.accounts.models import Officer
from tongti.parties.models import Party
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotVisible
from tongti.shared.text import ONLY_SIGNS, checked_words, has_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Category
from tongti.visits import access
from tongti.visits.actions.raising import raise_finding
from tongti.visits.actions.registering import enter_in_register
from tongti.visits.errors import Changed, NotPlanned
from tongti.visits.guard import ON_SITE, guard_of
from tongti.visits.merging import Merged, figure_words, merged, shown
from tongti.visits.models import (
    Assignment,
    Campaign,
    Delivery,
    Finding,
    FindingStep,
    Visit,
    VisitFigure,
)

NOTE_LIMIT = 4000
WORDS_LIMIT = 2000
MOST_FINDINGS = 20
MOST_FIGURES = 20
MOST_STEPS = 8


@dataclass(frozen=True)
class FigureDraft:
    """One figure that the firm named."""

    kind: str
    period: str
    value: Decimal


@dataclass(frozen=True)
class StepDraft:
    """One step of a plan (class B)."""

    words: str
    due_on: date


@dataclass(frozen=True)
class FindingDraft:
    """One difficulty as it was heard. ``key`` is made where it is written; ``at_once`` makes it a case on arrival."""

    key: uuid.UUID
    words: str
    title: str = ""
    wished: str = ""
    category_id: int | None = None
    handling: str = ""
    promised_on: date | None = None
    steps: tuple[StepDraft, ...] = ()
    matter: str = ""
    level: str = ""
    paper: str = ""
    explanation: str = ""
    reaction: str = ""
    shared: bool | None = None
    question_id: int | None = None
    hide_identity: bool = False
    at_once: bool = True


@dataclass(frozen=True)
class VisitDraft:
    """A visit as it is sent. ``key`` names the visit, ``delivery`` this sending; both are made by the sender.

    ``base_version`` and ``base`` are what the sender had before her (0 and {} for a visit that begins with this sending, which
    then needs ``campaign_id`` and ``party_id``).
    """

    key: uuid.UUID
    delivery: uuid.UUID
    visited_on: date
    way: str = Visit.Way.VISIT
    note: str = ""
    facts: str = ""
    next_visit_on: date | None = None
    figures: tuple[FigureDraft, ...] = ()
    findings: tuple[FindingDraft, ...] = ()
    base_version: int = 0
    base: Mapping[str, str] = field(default_factory=dict)
    campaign_id: int | None = None
    party_id: int | None = None


@dataclass(frozen=True)
class Saved:
    """What arrived; ``again`` says that this very sending had arrived before and nothing was done."""

    visit: Visit
    again: bool = False


def save_visit(*, draft: VisitDraft, by: Viewer) -> Saved:
    """Take a visit with its findings, in one transaction; findings marked ``at_once`` become cases in it.

    The same ``delivery`` is answered the same, however often it comes. What somebody else changed meanwhile is kept where the
    two do not meet; where they do, nothing is saved. Raises Changed, NotVisible, NotAllowed, BadInput, NotPlanned.
    """
    by.require(May.VISIT)
    if known := _arrived(draft, by):
        # Before anything is checked: what was fine when it arrived is not judged by today's date.
        return known
    draft = _checked(draft)
    for last_try in (False, True):
        if known := _arrived(draft, by):
            return known
        try:
            return Saved(_take(draft, by))
        except IntegrityError:
            # The same sending, or the same new visit, at this very moment on another connection.
            if last_try:
                raise
    raise AssertionError("unreachable")


def _arrived(draft: VisitDraft, by: Viewer) -> Saved | None:
    row = Delivery.objects.filter(key=draft.delivery).select_related("visit").first()
    if row is None:
        return None
    if row.officer_id != by.officer_id or row.visit.key != draft.key:
        raise NotVisible
    return Saved(row.visit, again=True)


@transaction.atomic
def _take(draft: VisitDraft, by: Viewer) -> Visit:
    visit = Visit.objects.select_for_update().filter(key=draft.key).first()
    first = visit is None
    if visit is None:
        visit = _begun(draft, by)
    elif not Visit.objects.filter(access.writable(by), pk=visit.pk).exists():
        raise NotVisible
    elif visit.state == Visit.State.CANCELLED:
        raise NotPlanned(state=visit.get_state_display())
    values = _settled(draft, visit)
    Delivery.objects.create(
        key=draft.delivery, visit=visit, officer_id=by.officer_id, version=visit.version + 1, at=clock.now()
    )
    changed = _write(visit, values, draft, by)
    if _keep_figures(visit, values["figures"]):
        enter_in_register(visit, by=by)
    fresh = [_note(visit, one, by) for one in draft.findings]
    facts = {"fields": changed, "findings": sum(fresh), "version": visit.version}
    trail.record("visit.saved", visit, by=by, facts=facts)
    for one in draft.findings:
        if one.at_once:
            raise_finding(finding=Finding.objects.get(key=one.key), by=by)
    if first and visit.over_cap:
        trail.record("visit.over_cap", visit, by=by)
    return visit


def _begun(draft: VisitDraft, by: Viewer) -> Visit:
    """A visit that was begun without having been planned. It has happened, so a full month is marked and not refused."""
    campaign = Campaign.objects.filter(pk=draft.campaign_id or 0).first()
    if campaign is None or draft.party_id is None:
        raise NotVisible
    access.require_firm(by, draft.party_id)
    if not campaign.starts_on <= draft.visited_on <= campaign.ends_on:
        raise BadInput("visited_on", "走访日期要在活动的起止日期之内。")
    if not Party.objects.select_for_update().only("pk").filter(pk=draft.party_id).exists():
        raise NotVisible
    guard = guard_of(campaign, draft.party_id, draft.visited_on)
    hers = Assignment.objects.filter(
        campaign=campaign, party_id=draft.party_id, officer_id=by.officer_id, ended_on=None
    ).first()
    now = clock.now()
    visit = Visit.objects.create(
        key=draft.key,
        campaign=campaign,
        party_id=draft.party_id,
        officer_id=by.officer_id,
        team_id=hers.team_id if hers else None,
        way=draft.way,
        planned_on=draft.visited_on,
        over_cap=draft.way in ON_SITE and guard.full,
        version=0,
        changed_by_id=by.officer_id,
        changed_at=now,
        made_at=now,
    )
    trail.record("visit.begun", visit, by=by, facts={"firm": visit.party_id, "taken": guard.taken}, first=True)
    return visit


def _settled(draft: VisitDraft, visit: Visit) -> dict[str, str]:
    mine, theirs = _words_of(draft), shown(visit)
    if draft.base_version == visit.version:
        return mine
    found: Merged = merged(mine, draft.base, theirs)
    if found.clashes:
        who = Officer.objects.filter(pk=visit.changed_by_id or 0).values_list("name", flat=True).first() or "别人"
        raise Changed(version=visit.version, who=who, theirs=theirs, settled=found.values, clashes=found.clashes)
    return found.values


def _words_of(draft: VisitDraft) -> dict[str, str]:
    return {
        "way": draft.way,
        "visited_on": draft.visited_on.isoformat(),
        "note": draft.note,
        "facts": draft.facts,
        "figures": figure_words((one.kind, one.period, one.value) for one in draft.figures),
        "next_visit_on": draft.next_visit_on.isoformat() if draft.next_visit_on else "",
    }


def _write(visit: Visit, values: Mapping[str, str], draft: VisitDraft, by: Viewer) -> list[str]:
    before = shown(visit)
    next_on = values["next_visit_on"]
    Visit.objects.filter(pk=visit.pk).update(
        state=Visit.State.DONE,
        way=values["way"],
        visited_on=date.fromisoformat(values["visited_on"]) if values["visited_on"] else draft.visited_on,
        note=values["note"],
        facts=values["facts"],
        next_visit_on=date.fromisoformat(next_on) if next_on else None,
        version=visit.version + 1,
        changed_by_id=by.officer_id,
        changed_at=clock.now(),
    )
    visit.refresh_from_db()
    return sorted(name for name, words in values.items() if words != before[name])


def _keep_figures(visit: Visit, words: str) -> bool:
    """Keep the figures as they were said; answers whether they are other than before."""
    if figure_words(visit.figures.values_list("kind", "period", "value")) == words:
        return False
    visit.figures.all().delete()
    rows = [line.split("|") for line in words.split("\n") if line]
    VisitFigure.objects.bulk_create(
        VisitFigure(visit=visit, kind=kind, period=period, value=Decimal(value)) for kind, period, value in rows
    )
    return True


# --- findings -----------------------------------------------------------------------------------------------------


def _note(visit: Visit, draft: FindingDraft, by: Viewer) -> bool:
    """Keep one finding; answers whether it is new. One that is a case already stays as it is: its words are the case's."""
    known = Finding.objects.select_for_update().filter(key=draft.key).first()
    if known is not None and known.visit_id != visit.pk:
        raise NotVisible
    if known is not None and known.case_id:
        return False
    columns = {
        name: getattr(draft, name)
        for name in (
            "title", "words", "wished", "category_id", "handling", "promised_on", "matter", "level", "paper",
            "explanation", "reaction", "shared", "question_id", "hide_identity",
        )
    }  # fmt: skip
    if known is None:
        finding = Finding.objects.create(key=draft.key, visit=visit, noted_at=clock.now(), **columns)
    else:
        Finding.objects.filter(pk=known.pk).update(**columns)
        known.steps.all().delete()
        finding = known
    FindingStep.objects.bulk_create(
        FindingStep(finding=finding, place=place, words=step.words, due_on=step.due_on)
        for place, step in enumerate(draft.steps, start=1)
    )
    trail.record(
        "finding.noted" if known is None else "finding.changed",
        finding,
        by=by,
        facts={"visit": visit.pk, "handling": draft.handling or None, "shared": draft.shared},
        first=known is None,
    )
    return known is None


# --- reading what was typed ---------------------------------------------------------------------------------------


def _checked(draft: VisitDraft) -> VisitDraft:
    if draft.visited_on > clock.today():
        raise BadInput("visited_on", "走访日期不能晚于今天。")
    if draft.way not in Visit.Way.values:
        raise BadInput("way", "没有这个选项，请重新选择。")
    if draft.next_visit_on and draft.next_visit_on <= draft.visited_on:
        raise BadInput("next_visit_on", "下次走访要在这次之后。")
    if len(draft.findings) > MOST_FINDINGS or len(draft.figures) > MOST_FIGURES:
        raise BadInput("note", f"一次走访最多 {MOST_FINDINGS} 个难题、{MOST_FIGURES} 个数据，请分两次填。")
    note = checked_words(draft.note, "note", "走访记录", NOTE_LIMIT, optional=True)
    facts = checked_words(draft.facts, "facts", "听到的情况", NOTE_LIMIT, optional=True)
    if not (note or facts or draft.findings or draft.figures):
        raise BadInput("note", "请至少写一句走访记录。")
    return replace(
        draft,
        note=note,
        facts=facts,
        figures=_checked_figures(draft.figures),
        findings=tuple(_checked_finding(one, at, draft.visited_on) for at, one in enumerate(draft.findings)),
    )


def _checked_figures(figures: Sequence[FigureDraft]) -> tuple[FigureDraft, ...]:
    kept: dict[tuple[str, str], FigureDraft] = {}
    for at, one in enumerate(figures):
        if one.kind not in VisitFigure.Kind.values:
            raise BadInput(f"figure_{at}_kind", "没有这个选项，请重新选择。")
        period = checked_words(one.period.replace("|", " "), f"figure_{at}_period", "时期", 20)
        if not one.value.is_finite() or abs(one.value) >= Decimal(10) ** 12:
            raise BadInput(f"figure_{at}_value", "这个数不对，请检查。")
        if (one.kind, period) in kept:
            raise BadInput(f"figure_{at}_period", "同一项、同一时期只填一个数。")
        kept[one.kind, period] = replace(one, period=period, value=round(one.value, 2))
    return tuple(kept.values())


def _checked_finding(draft: FindingDraft, at: int, visited_on: date) -> FindingDraft:
    where = f"finding_{at}_"
    words = checked_words(draft.words, f"{where}words", "企业的原话", WORDS_LIMIT)
    if not has_words(words):
        raise BadInput(f"{where}words", ONLY_SIGNS)
    for name, value, choices in (
        ("handling", draft.handling, Question.Handling.values),
        ("level", draft.level, Finding.Level.values),
    ):
        if value and value not in choices:
            raise BadInput(where + name, "没有这个选项，请重新选择。")
    if draft.category_id and not Category.objects.filter(pk=draft.category_id, active=True).exists():
        raise BadInput(f"{where}category", "没有这个分类，请重新选择。")
    if draft.question_id and not Question.objects.filter(pk=draft.question_id).exists():
        raise BadInput(f"{where}question", "没有这道题，请重新选择。")
    texts: dict[str, Any] = {
        name: checked_words(getattr(draft, name), where + name, label, limit, optional=True)
        for name, label, limit in (
            ("title", "简称", 60), ("wished", "希望怎么解决", 200), ("matter", "提请协调的具体事项", 200),
            ("paper", "清单或报告文号", 80), ("explanation", "解释说明", 500), ("reaction", "企业的反应", 200),
        )
    }  # fmt: skip
    return _classed(replace(draft, words=words, **texts), where, visited_on)


def _classed(draft: FindingDraft, where: str, visited_on: date) -> FindingDraft:
    """Each class with what it must say (来宾 2023, domain sheet 1.2); what belongs to another class is left out."""
    required: dict[str, tuple[tuple[str, str], ...]] = {
        "A": (("promised_on", "立行立改的，请写哪天办结。"),),
        "B": (("steps", "列入计划的，请写步骤和日期。"),),
        "C": (
            ("matter", "提级协调的，请写要协调的具体事项。"),
            ("level", "请选提请哪一级。"),
            ("paper", "请写清单或报告的文号。"),
        ),
        "D": (("explanation", "解释说明的，请写怎么解释的。"), ("reaction", "请写企业听了怎么说。")),
    }
    for name, sentence in required.get(draft.handling, ()):
        if not getattr(draft, name):
            raise BadInput(where + name, sentence)
    # Against the day of the visit, not of its arrival, which may be days later.
    if draft.handling == "A" and draft.promised_on and draft.promised_on < visited_on:
        raise BadInput(f"{where}promised_on", "办结日期不能早于走访那天。")
    if draft.level == Finding.Level.COUNTY and draft.handling == "C":
        raise BadInput(f"{where}level", "提级协调要提请市级或自治区。")
    steps = _checked_steps(draft.steps, where) if draft.handling == "B" else ()
    mine = {name for name, _ in required.get(draft.handling, ())}
    return replace(
        draft,
        steps=steps,
        promised_on=draft.promised_on if "promised_on" in mine else None,
        matter=draft.matter if "matter" in mine else "",
        level=draft.level if "level" in mine else "",
        paper=draft.paper if "paper" in mine else "",
        explanation=draft.explanation if "explanation" in mine else "",
        reaction=draft.reaction if "reaction" in mine else "",
        question_id=draft.question_id if draft.shared else None,
    )


def _checked_steps(steps: Sequence[StepDraft], where: str) -> tuple[StepDraft, ...]:
    if len(steps) > MOST_STEPS:
        raise BadInput(f"{where}steps", f"最多写 {MOST_STEPS} 步。")
    if any(later.due_on < sooner.due_on for sooner, later in itertools.pairwise(steps)):
        raise BadInput(f"{where}steps", "步骤的日期要一步比一步晚。")
    return tuple(replace(step, words=checked_words(step.words, f"{where}steps", "做什么", 120)) for step in steps)
