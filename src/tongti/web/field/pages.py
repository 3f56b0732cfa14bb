"""走访 online: today's list, a firm's card, one visit and its findings. Every form works without script."""

import json
import uuid
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.cases import queries as cases
from tongti.questions import matching
from tongti.shared import clock
from tongti.shared.errors import BadInput, DomainError, NotVisible
from tongti.shared.uploads import Upload
from tongti.units.access import May, Viewer
from tongti.visits import actions, merging
from tongti.visits import queries as visits
from tongti.visits.actions import FindingDraft, Plan, VisitDraft
from tongti.visits.errors import Changed
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.field.forms import (
    FIGURE_ROWS,
    CancelForm,
    FindingForm,
    MoveForm,
    PlanForm,
    TimesForm,
    VisitForm,
    fresh_key,
)
from tongti.web.forms import Form

SAME_SHOWN = 3
_FORM_SENT = uuid.UUID("5b2f5f3e-0d5e-4f0e-8f6b-6c1f6f9a7d11")


@waits(May.VISIT, order=14)
def _to_visit(viewer: Viewer) -> Waiting | None:
    """Visits of today and those that were not made."""
    waiting = visits.waiting_today(viewer)
    return Waiting("今天要走访的", waiting, reverse("field:today"), "map-pin", "warn") if waiting else None


@require_safe
@desk(May.VISIT)
def today(request: DeskRequest) -> HttpResponse:
    """What she does today, her firms, what she is to look at again."""
    viewer = request.viewer
    context = {
        "days": visits.my_days(viewer),
        "firms": visits.my_firms(viewer),
        "revisits": visits.due_revisits(viewer),
        "running": visits.running(viewer),
    }
    return render(request, "field/today.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.VISIT)
def firm(request: DeskRequest, pk: int) -> HttpResponse:
    """A firm's card, and a visit planned there; the guard says what it thinks before anything is refused."""
    viewer = request.viewer
    card = visits.card(viewer, pk)
    organises = viewer.can(May.CAMPAIGN)
    running = visits.running(viewer)
    initial = {"day": clock.today(), "campaign": str(running[0].pk) if running else ""}
    form = PlanForm(request.POST or None, campaigns=running, organises=organises, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        campaign = visits.campaign_for(viewer, int(data["campaign"]))
        officer_id = int(data["officer"]) if organises else viewer.officer_id
        plan = Plan(campaign, pk, officer_id, data["day"], data["part"], data["way"])
        try:
            visit = actions.plan_visit(plan=plan, by=viewer, overrule=data.get("overrule", ""))
        except DomainError as refused:
            refused_by(form, refused)
        else:
            messages.success(request, "已约好。")
            return redirect("field:visit", visit.pk)
    guard = visits.guard(viewer, running[0], pk) if running else None
    context = {"card": card, "form": form, "guard": guard, "running": running}
    return render(request, "field/firm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.VISIT)
def times(request: DeskRequest, pk: int) -> HttpResponse:
    """可约时间 of a firm."""
    card = visits.card(request.viewer, pk)
    chosen = visits.offered_times(request.viewer, pk)
    initial = {
        "times": [f"{day}-{half}" for day, part in chosen for half in (("am", "pm") if part == "day" else (part,))]
    }
    form = TimesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.offer_times(party_id=pk, times=form.pairs(), by=request.viewer)
        messages.success(request, "已记下企业方便的时间。")
        return redirect("field:firm", pk)
    return render(request, "field/times.html", {"card": card, "form": form}, status=422 if form.errors else 200)


@require_POST
@desk(May.VISIT)
def join(request: DeskRequest, pk: int) -> HttpResponse:
    """并成一次: go along to somebody else's visit at a firm of hers."""
    visit = visits.visit_to_join(request.viewer, pk)
    actions.join_visit(visit=visit, by=request.viewer)
    messages.success(request, "已并成一次走访，您也在同行的人里。")
    return redirect("field:visit", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE_VISITS)
def visit(request: DeskRequest, pk: int) -> HttpResponse:
    """One visit: its record, its findings, its photos. Saving looks whether somebody else has changed it meanwhile."""
    row = visits.visit_for(request.viewer, pk)
    if request.method != "POST":
        return _show(request, row, _blank(row))
    if not visits.may_write(request.viewer, row):
        raise NotVisible
    form = VisitForm(_chosen(request), request.FILES, figure_rows=_rows(row))
    if form.is_valid():
        try:
            # Photos only add: they cannot meet somebody else's, so a clash of words does not lose them.
            _keep_photos(request, row)
            actions.save_visit(draft=_draft(row, form), by=request.viewer)
        except Changed as changed:
            return _clash(request, row, form, changed)
        except DomainError as refused:
            refused_by(form, refused)
        else:
            messages.success(request, "已保存。")
            return redirect("field:visit", pk)
    return _show(request, row, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.VISIT)
def finding(request: DeskRequest, pk: int) -> HttpResponse:
    """记一个难题 of a visit; one button makes it a case of the firm at once. ``do=look`` shows questions alike without script."""
    row = _writable(request, pk)
    posted = request.method == "POST"
    form = FindingForm(request.POST if posted else None, initial={"key": fresh_key()})
    look = request.POST.get("do") == "look"
    if posted and not look and form.is_valid():
        at_once = request.POST.get("do") == "raise"
        try:
            saved = actions.save_visit(draft=_with_finding(row, form.draft(at_once=at_once)), by=request.viewer)
        except DomainError as refused:
            refused_by(form, refused, "finding_0_")
        else:
            messages.success(request, "已登记为诉求。" if at_once else "已记下。")
            return redirect("field:visit", saved.visit.pk)
    if look:
        form = FindingForm(initial={name: request.POST.get(name, "") for name in FindingForm.base_fields})
    words = request.POST.get("words", "")
    context = {
        "visit": row,
        "firm": visits.firm_name(row.party_id),
        "form": form,
        "matches": matching.public_matches(words, limit=SAME_SHOWN) if words else [],
        "looked": bool(words),
        "question": request.POST.get("question", ""),
        "may_raise": request.viewer.can(May.REGISTER),
    }
    return render(request, "field/finding.html", context, status=422 if posted and not look and form.errors else 200)


@require_POST
@desk(May.REGISTER)
def raise_case(request: DeskRequest, pk: int) -> HttpResponse:
    """登记为诉求 of a finding that was only noted."""
    row = visits.finding_for(request.viewer, pk)
    case = actions.raise_finding(finding=row, by=request.viewer)
    messages.success(request, f"已登记为诉求 {case.number}。")
    return redirect("field:visit", row.visit_id)


@require_POST
@desk(May.VISIT)
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """改期."""
    row = _writable(request, pk)
    form = MoveForm(request.POST, auto_id="move_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.move_visit(
                visit=row, day=data["day"], part=data["part"], overrule=data["overrule"], by=request.viewer
            )
        except DomainError as refused:
            refused_by(form, refused)
        else:
            messages.success(request, "已改期。")
            return redirect("field:visit", pk)
    return _show(request, row, _blank(row), status=422, move=form)


@require_POST
@desk(May.VISIT)
def cancel(request: DeskRequest, pk: int) -> HttpResponse:
    """取消."""
    row = _writable(request, pk)
    form = CancelForm(request.POST, auto_id="cancel_%s")
    if form.is_valid():
        try:
            actions.cancel_visit(visit=row, reason=form.cleaned_data["reason"], by=request.viewer)
        except DomainError as refused:
            refused_by(form, refused)
        else:
            messages.success(request, "已取消。")
            return redirect("field:visit", pk)
    return _show(request, row, _blank(row), status=422, cancel=form)


@require_safe
@desk(May.SEE_VISITS)
def photo(request: DeskRequest, pk: int, photo_pk: int) -> HttpResponse:
    """One photo of a visit."""
    row = visits.visit_for(request.viewer, pk)
    found, path = visits.photo_file(row, photo_pk)
    response = HttpResponse(path.read_bytes(), content_type=found.content_type)
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.name)}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- a visit's page -----------------------------------------------------------------------------------------------


def _writable(request: DeskRequest, pk: int) -> Any:
    row = visits.visit_for(request.viewer, pk)
    if not visits.may_write(request.viewer, row):
        raise NotVisible
    return row


def _rows(row: Any) -> int:
    return max(FIGURE_ROWS, row.figures.count() + 1)


def _blank(row: Any) -> VisitForm:
    """The form with what stands there now."""
    initial: dict[str, Any] = {
        "delivery": fresh_key(),
        "version": row.version,
        "base": merging.shown(row),
        "way": row.way,
        "visited_on": row.visited_on or clock.today(),
        "note": row.note,
        "facts": row.facts,
        "next_visit_on": row.next_visit_on,
    }
    for n, figure in enumerate(row.figures.order_by("id")):
        initial |= {
            f"figure_{n}_kind": figure.kind,
            f"figure_{n}_value": figure.value,
            f"figure_{n}_period": figure.period,
        }
    return VisitForm(initial=initial, figure_rows=_rows(row))


def _draft(row: Any, form: VisitForm) -> VisitDraft:
    data = form.cleaned_data
    return VisitDraft(
        key=row.key,
        delivery=data["delivery"],
        visited_on=data["visited_on"],
        way=data["way"],
        note=data["note"],
        facts=data["facts"],
        next_visit_on=data["next_visit_on"],
        figures=form.figures(),
        base_version=data["version"],
        base=data["base"] if isinstance(data["base"], dict) else {},
    )


def _with_finding(row: Any, draft: FindingDraft) -> VisitDraft:
    """The visit as it stands, and one finding more; the same form sent twice is the same sending."""
    figures = tuple(actions.FigureDraft(f.kind, f.period, f.value) for f in row.figures.all())
    return VisitDraft(
        key=row.key,
        delivery=uuid.uuid5(_FORM_SENT, str(draft.key)),
        visited_on=row.visited_on or clock.today(),
        way=row.way,
        note=row.note,
        facts=row.facts,
        next_visit_on=row.next_visit_on,
        figures=figures,
        findings=(draft,),
        base_version=row.version,
        base=merging.shown(row),
    )


def _keep_photos(request: DeskRequest, row: Any) -> None:
    for sent in request.FILES.getlist("photos"):
        upload = Upload(sent.name or "", sent.read())
        actions.add_photo(visit=row, key=uuid.uuid4(), upload=upload, by=request.viewer)


def _show(request: DeskRequest, row: Any, form: VisitForm, *, status: int = 200, **bound: Form) -> HttpResponse:
    viewer = request.viewer
    writes = visits.may_write(viewer, row) and row.state != visits.VisitState.CANCELLED
    planned = row.state == visits.VisitState.PLANNED
    photos = visits.photos(row)
    found = visits.findings(row)
    context = {
        "visit": row,
        "firm": visits.firm_name(row.party_id),
        "form": form,
        "writes": writes,
        "may_raise": viewer.can(May.REGISTER),
        "planned": planned,
        "findings": found,
        "office": viewer.can(May.CAMPAIGN),
        "photos": [_with_url(row, one) for one in photos],
        "companions": list(row.companions.select_related("officer", "team")),
        "history": visits.history(row),
        "card": visits.card(viewer, row.party_id) if writes else None,
        "seen_cases": _seen(viewer, row),
        "move": bound.get("move") or MoveForm(auto_id="move_%s", initial={"day": row.planned_on, "part": row.part}),
        "cancel": bound.get("cancel") or CancelForm(auto_id="cancel_%s"),
    }
    return render(request, "field/visit.html", context, status=status)


def _seen(viewer: Viewer, row: Any) -> set[int]:
    """Which of the cases that came of this visit she may open."""
    ids = [one.case_id for one in row.findings.all() if one.case_id]
    return set(cases.seen_by(viewer).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def _with_url(row: Any, one: visits.PhotoRow) -> dict[str, Any]:
    url = reverse("field:photo", args=(row.pk, one.pk))
    return {"name": one.name, "size": one.size, "kind": "image", "url": url, "note": ""}


# --- two wrote on one visit ---------------------------------------------------------------------------------------


def _chosen(request: DeskRequest) -> Any:
    """What was typed, with “用对方的” taken where the person chose that after a clash."""
    data = request.POST.copy()
    try:
        theirs = json.loads(data.get("base") or "{}")
    except ValueError:
        return data
    for name in merging.FIELDS:
        if data.get(f"pick_{name}") != "theirs" or not isinstance(theirs, dict):
            continue
        if name == "figures":
            _put_figures(data, str(theirs.get(name, "")))
        else:
            data[name] = str(theirs.get(name, ""))
    return data


def _put_figures(data: Any, words: str) -> None:
    rows = [line.split("|") for line in words.split("\n") if line.count("|") == 2]
    for name in [name for name in data if name.startswith("figure_")]:
        data[name] = ""
    for n, (kind, period, value) in enumerate(rows):
        data[f"figure_{n}_kind"], data[f"figure_{n}_period"], data[f"figure_{n}_value"] = kind, period, value


def _clash(request: DeskRequest, row: Any, form: VisitForm, changed: Changed) -> HttpResponse:
    pairs = [
        {
            "name": name,
            "label": merging.FIELDS[name],
            "mine": merging.readable(name, mine),
            "theirs": merging.readable(name, theirs),
        }
        for name, (mine, theirs) in changed.clashes.items()
    ]
    data = form.data.copy()
    # What the other changed and she did not is theirs already; only the clashes are left to choose.
    for name, words in changed.settled.items():
        if name == "figures":
            _put_figures(data, words)
        else:
            data[name] = words
    asked_again = ("version", "base", "delivery", "photos")
    kept = [(name, value) for name, value in data.items() if name in form.fields and name not in asked_again]
    context = {
        "visit": row,
        "firm": visits.firm_name(row.party_id),
        "pairs": pairs,
        "kept": kept,
        "sentence": changed.sentence,
        "version": changed.version,
        "base": json.dumps(dict(changed.theirs), ensure_ascii=False),
        "delivery": fresh_key(),
    }
    return render(request, "field/clash.html", context, status=409)


def refused_by(form: Form, refused: DomainError, prefix: str = "") -> None:
    """The sentence beside its field, or above the form."""
    field = refused.field.removeprefix(prefix) if isinstance(refused, BadInput) else None
    field = {"steps": "step_0_words"}.get(field or "", field)
    form.add_error(field if field in form.fields else None, refused.sentence)
