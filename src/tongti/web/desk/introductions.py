"""配对 and 引荐: likely pairs side by side, set aside or introduced; consents, contacts passed on, what came of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.linkups import actions, queries
from tongti.shared.errors import DomainError, NotVisible
from tongti.units.access import May, Viewer
from tongti.web.desk.cases_forms import chosen_id
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import MANY, Waiting, waits
from tongti.web.desk.linkups_forms import AgreeForm, AsideForm, IntroduceForm, PairFilter, StepForm, refuse
from tongti.web.forms import Form

TABS = (
    ("due", "到期要跟进"),
    ("asking", "征求同意"),
    ("talking", "在谈"),
    ("agreed", "谈成了"),
    ("no_deal", "没有谈成"),
)


@waits(May.KEEP_FIRMS, order=61)
def _to_follow(viewer: Viewer) -> Waiting | None:
    """Introductions whose day to ask has come."""
    count = queries.due_follow_ups(viewer)[: MANY + 1].count()
    return (
        Waiting("要跟进的引荐", count, f"{reverse('desk:introductions')}?tab=due", "handshake", "warn")
        if count
        else None
    )


@waits(May.KEEP_FIRMS, order=62)
def _to_look_at(viewer: Viewer) -> Waiting | None:
    """Needs and offers that may fit and that nobody looked at."""
    count = queries.pairs_waiting(viewer)[: MANY + 1].count()
    return Waiting("可能合适的供需", count, reverse("desk:linkup_pairs"), "puzzle") if count else None


@require_safe
@desk(May.SEE_FIRMS)
def pairs(request: DeskRequest) -> HttpResponse:
    """What waits for somebody to look, the likeliest first."""
    form = PairFilter(request.GET)
    about = form.cleaned_data["about"] if form.is_valid() else ""
    page = queries.pairs(request.viewer, about=about, cursor=request.GET.get("after", ""))
    return render(request, "desk/linkups/pairs.html", {"form": form, "page": page, "narrowed": bool(about)})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE_FIRMS)
def pair(request: DeskRequest, pk: int) -> HttpResponse:
    """A need and an offer side by side with the reasons: introduce, set aside, or take that back."""
    row = queries.pair_for(request.viewer, pk)
    may = queries.may_decide(request.viewer, row)
    do = request.POST.get("do", "")
    contacts = queries.contacts_of(request.viewer, row.need, row.offer)
    faces = {"needs": contacts.get(row.need.firm_id, ()), "offers": contacts.get(row.offer.firm_id, ())}
    aside = AsideForm(request.POST if do == "aside" else None, auto_id="aside_%s")
    introduce = IntroduceForm(request.POST if do == "introduce" else None, auto_id="introduce_%s", **faces)
    status = 200
    if request.method == "POST":
        if not may:
            raise NotVisible
        done, status = _decided(request, row, do, aside, introduce)
        if done is not None:
            return done
    context = {
        "row": row,
        "sides": [(row.need, faces["needs"]), (row.offer, faces["offers"])],
        "may": may,
        "aside": aside,
        "introduce": introduce,
        "opened": do,
        "form": next((form for form in (aside, introduce) if form.is_bound), None),
    }
    return render(request, "desk/linkups/pair.html", context, status=status)


def _decided(
    request: DeskRequest, row: Any, do: str, aside: AsideForm, introduce: IntroduceForm
) -> tuple[HttpResponse | None, int]:
    """(where to go on, 0), or (None, the status of the page with its sentence)."""
    if do == "take_back":
        actions.take_back(pair=row, by=request.viewer)
        messages.success(request, "这一对又在待看里了。")
        return redirect("desk:linkup_pair", pk=row.pk), 0
    bound: Form
    if do == "aside":
        bound = aside
    elif do == "introduce":
        bound = introduce
    else:
        raise NotVisible
    if not bound.is_valid():
        return None, 422
    data = bound.cleaned_data
    try:
        if bound is aside:
            actions.set_aside(pair=row, reason=data["reason"], by=request.viewer)
            messages.success(request, "已记住不合适，以后不再提。")
            return redirect("desk:linkup_pairs"), 0
        made = actions.introduce(
            pair=row,
            how=data["how"],
            note=data["note"],
            need_contact_id=chosen_id(data["need_contact"]),
            offer_contact_id=chosen_id(data["offer_contact"]),
            follow_up_on=data["follow_up_on"],
            by=request.viewer,
        )
    except DomainError as refused:
        return None, refuse(bound, refused)
    messages.success(request, "引荐已开始：先征求双方同意。")
    return redirect("desk:introduction", pk=made.pk), 0


@require_safe
@desk(May.SEE_FIRMS)
def listing(request: DeskRequest) -> HttpResponse:
    """Introductions by how far they are."""
    counts = queries.introduction_counts(request.viewer)
    tab = request.GET.get("tab", "")
    if tab not in queries.INTRODUCTION_TABS:
        tab = "due" if counts["due"] else "talking"
    context = {
        "page": queries.introductions(request.viewer, tab, cursor=request.GET.get("after", "")),
        "tab": tab,
        "tabs": [(code, word, counts[code]) for code, word in TABS],
    }
    return render(request, "desk/linkups/introductions.html", context)


_FORMS: dict[str, Callable[..., Form]] = {"agree_need": AgreeForm, "agree_offer": AgreeForm, "step": StepForm}
_DOES: dict[str, Callable[[Any, dict[str, Any], Viewer], Any]] = {
    "agree_need": lambda row, data, by: actions.agree(introduction=row, side="need", by=by, **data),
    "agree_offer": lambda row, data, by: actions.agree(introduction=row, side="offer", by=by, **data),
    "step": lambda row, data, by: actions.note_step(introduction=row, by=by, **data),
}
_SAID = {"agree_need": "需求方的同意已记下。", "agree_offer": "供给方的同意已记下。", "step": "已记下。"}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE_FIRMS)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One introduction: consent of each side, contacts passed on, what came of it."""
    row = queries.introduction_for(request.viewer, pk)
    may = queries.may_follow(request.viewer, row)
    do = request.POST.get("do", "")
    bound: Form | None = None
    status = 200
    if request.method == "POST":
        if not may:
            raise NotVisible
        if do == "pass_on":
            actions.pass_on(introduction=row, by=request.viewer)
            messages.success(request, "已记下：双方互告了联系人，开始谈。")
            return redirect("desk:introduction", pk=pk)
        if do not in _FORMS:
            raise NotVisible
        bound, status = _form(do, row, request.POST), 422
        if bound.is_valid():
            try:
                _DOES[do](row, bound.cleaned_data, request.viewer)
            except DomainError as refused:
                status = refuse(bound, refused)
            else:
                messages.success(request, _SAID[do])
                return redirect("desk:introduction", pk=pk)
    contacts = queries.contacts_of(request.viewer, row.pair.need, row.pair.offer)
    context = {
        "row": row,
        "sides": [_side(row, "need", contacts), _side(row, "offer", contacts)],
        "may": may,
        "is_open": row.ended_at is None,
        "both_agreed": row.need_agreed_at is not None and row.offer_agreed_at is not None,
        "forms": {name: bound if bound and name == do else _form(name, row) for name in _FORMS},
        "form": bound,
    }
    return render(request, "desk/linkups/introduction.html", context, status=status)


def _form(name: str, row: Any, data: Any = None) -> Form:
    if name == "step":
        return StepForm(data, auto_id="step_%s", passed_on=row.passed_on_at is not None)
    return _FORMS[name](data, auto_id=f"{name}_%s")


def _side(row: Any, side: str, contacts: dict[int, Any]) -> dict[str, Any]:
    """What the page shows of one side; the chosen contact masked, and only to whoever sees that firm."""
    told = getattr(row.pair, side)
    faces = contacts.get(told.firm_id)
    chosen = getattr(row, f"{side}_contact_id")
    return {
        "side": side,
        "listing": told,
        "sees": faces is not None,
        "contact": next((face for face in faces or () if face.pk == chosen), None),
        "agreed_at": getattr(row, f"{side}_agreed_at"),
        "said": getattr(row, f"{side}_said"),
    }
