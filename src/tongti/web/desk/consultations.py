"""派单前会商: the dispatcher asks, the units say whose it is, the outcome is kept."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tongti.cases import queries as cases
from tongti.questions import queries as questions
from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared import clock
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_more_forms import ConsultForm, OpinionForm, OutcomeForm, ids
from tongti.web.forms import Form


@waits(May.RECEIVE, order=28)
def _to_answer(viewer: Viewer) -> Waiting | None:
    """Consultations on which this unit has not said anything."""
    asked = relay.consultations_waiting(viewer)
    if not asked:
        return None
    return Waiting(
        "请答复的会商",
        len(asked),
        reverse("desk:consultation", args=[asked[0].consultation_id]),
        "messages-square",
        "warn",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.DISPATCH, May.RULE)
def question(request: DeskRequest, pk: int) -> HttpResponse:
    """会商 about a question."""
    return _open(request, questions.question_for(request.viewer, pk), "question")


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.DISPATCH, May.RULE)
def case(request: DeskRequest, pk: int) -> HttpResponse:
    """会商 about a case that stands alone."""
    return _open(request, cases.case_for(request.viewer, pk), "case")


def _open(request: DeskRequest, thing: Any, word: str) -> HttpResponse:
    form = ConsultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = actions.consult(
                **{word: thing},
                unit_ids=ids(data["units"]),
                words=data["words"],
                reply_by=clock.now() + timedelta(hours=data["hours"]),
                by=request.viewer,
            )
        except BadInput as wrong:
            form.add_error({"reply_by": "hours"}.get(wrong.field, wrong.field), wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "已请各单位发表意见。")
            return redirect("desk:consultation", row.pk)
    earlier = relay.consultations_of(
        **{f"{word}_id": thing.pk, ("case" if word == "question" else "question") + "_id": None}
    )
    context = {
        "thing": thing,
        "word": word,
        "form": form,
        "earlier": earlier,
        "back": reverse(f"desk:{word}", args=[thing.pk]),
    }
    return render(request, "desk/relay/consult.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.DISPATCH, May.RULE, May.RECEIVE, May.SUPERVISE)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One consultation: what each unit says; the unit's own opinion; the outcome."""
    row = relay.consultation_for(request.viewer, pk)
    opinions = list(row.opinions.all())
    mine = next((o for o in opinions if o.unit_id in request.viewer.unit_ids_for(May.RECEIVE)), None)
    may_settle = (request.viewer.can(May.DISPATCH) or request.viewer.can(May.RULE)) and row.closed_at is None
    forms: dict[str, Form] = {
        "opinion": OpinionForm(initial=_said(mine), auto_id="opinion_%s"),
        "outcome": OutcomeForm(auto_id="outcome_%s"),
    }
    bound: Form | None = None
    if request.method == "POST":
        # not "outcome": a button of the field's name would be sent in the place of what was typed
        which = "outcome" if "settle" in request.POST else "opinion"
        bound = (OutcomeForm if which == "outcome" else OpinionForm)(request.POST, auto_id=f"{which}_%s")
        forms[which] = bound
        if bound.is_valid():
            try:
                if which == "outcome":
                    actions.settle_consultation(consultation=row, by=request.viewer, **bound.cleaned_data)
                elif mine is not None:
                    actions.give_opinion(opinion=mine, by=request.viewer, **bound.cleaned_data)
            except BadInput as wrong:
                bound.add_error(wrong.field if wrong.field in bound.fields else None, wrong.sentence)
            except DomainError as refused:
                bound.add_error(None, refused.sentence)
            else:
                messages.success(request, "已写明商定结果，可以派单了。" if which == "outcome" else "意见已送到。")
                return redirect("desk:consultation", pk)
    context = {
        "row": row,
        "thing": row.question or row.case,
        "opinions": opinions,
        "originals": relay.original_words(row),
        "mine": mine if row.closed_at is None else None,
        "may_settle": may_settle,
        "dispatch_url": _dispatch_url(request.viewer, row),
        "forms": forms,
        "form": bound,
    }
    return render(request, "desk/relay/consultation.html", context, status=422 if bound and bound.errors else 200)


def _said(opinion: Any) -> dict[str, str]:
    return {"stand": opinion.stand, "words": opinion.words, "basis": opinion.basis} if opinion else {}


def _dispatch_url(viewer: Viewer, row: Any) -> str:
    if row.closed_at is None or not viewer.can(May.DISPATCH):
        return ""
    if row.question_id:
        return reverse("desk:dispatch", args=[row.question_id])
    return reverse("desk:dispatch_case", args=[row.case_id])
