"""怎么算的: a date with the rule and every day counted or skipped behind it; made to be printed. One page for every kind of date."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tongti.cases import queries as cases
from tongti.deadlines import explained, reckonings
from tongti.deadlines.explained import Told
from tongti.questions import queries as questions
from tongti.relay import queries as relay
from tongti.supervision import queries as supervision
from tongti.units.access import May
from tongti.verdicts import queries as verdicts
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.supervision import CONCERNED


@dataclass(frozen=True)
class Sheet:
    """What one such page says beside the counts. ``by_hand``: why a date may have no count."""

    number: str
    back: str
    about: Sequence[str]
    due_on: date | None
    due_at: datetime | None = None
    began: datetime | None = None
    by_hand: str = "这个期限是从别处带来的，或者早于留存计算记录的版本。"


def _page(request: DeskRequest, sheet: Sheet, clocks: Sequence[Told]) -> HttpResponse:
    return render(request, "desk/deadline.html", {"sheet": sheet, "clocks": clocks})


@require_safe
@desk(May.RECEIVE, May.HANDLE, May.SIGN, May.DISPATCH, May.SUPERVISE)
def baton(request: DeskRequest, pk: int) -> HttpResponse:
    """The dates of a baton and what became of them."""
    row = relay.baton_for(request.viewer, pk)
    number = row.question.number if row.question else row.case.number if row.case else ""
    about = (f"{row.unit.name} · {row.get_role_display()}",)
    sheet = Sheet(number, reverse("desk:baton", args=[pk]), about, row.due_on, row.due_at, began=row.offered_at)
    return _page(request, sheet, explained.clocks_of(row.explanation))


@require_safe
@desk(May.SEE)
def case(request: DeskRequest, pk: int) -> HttpResponse:
    """The date that an asker was told."""
    row = cases.case_for(request.viewer, pk)
    holder = (row.holder.name,) if row.holder else ()
    sheet = Sheet(row.number, reverse("desk:case", args=[pk]), holder, row.due_on, began=row.dispatched_at)
    return _page(request, sheet, _named(reckonings.told(row.reckoning_id), "答复期限"))


@require_safe
@desk(May.SEE)
def question(request: DeskRequest, pk: int) -> HttpResponse:
    """The date of a question: its lead's."""
    row = questions.question_for(request.viewer, pk)
    lead = relay.lead_of(request.viewer, row)
    about = (lead.unit.name,) if lead else ()
    sheet = Sheet(row.number, reverse("desk:question", args=[pk]), about, row.due_on, began=row.dispatched_at)
    return _page(request, sheet, explained.clocks_of(lead.explanation)[:1] if lead else [])


@require_safe
@desk(May.REVISIT)
def call_back(request: DeskRequest, pk: int) -> HttpResponse:
    """The day from which an asker is rung up."""
    row = verdicts.call_back_for(request.viewer, pk)
    about = (row.reply.answer.lead.name,)
    sheet = Sheet(row.case.number, reverse("desk:callback", args=[pk]), about, row.due_on)
    return _page(request, sheet, _named(reckonings.told(row.reckoning_id), "回访期限"))


@require_safe
@desk(*CONCERNED)
def item(request: DeskRequest, pk: int) -> HttpResponse:
    """The day by which a unit answers the supervisor, and those of its rechecks."""
    row = supervision.item_for(request.viewer, pk)
    found = _named(reckonings.told(row.reckoning_id), "反馈期限")
    for one in row.rechecks.all():
        found += _named(reckonings.told(one.reckoning_id), "复核期限")
    back = reverse("desk:supervision_item", args=[pk])
    by_hand = "这个日子是督办员定的，不是按规则算的。"
    sheet = Sheet(row.number or row.get_rung_display(), back, (row.unit.name,), row.due_on, by_hand=by_hand)
    return _page(request, sheet, found)


def _named(told: Told | None, name: str) -> list[Told]:
    return [replace(told, name=name)] if told else []
