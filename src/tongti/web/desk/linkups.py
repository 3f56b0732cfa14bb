"""供需对接: needs and offers of firms, their list, one with its likely pairs, entering and changing; and their place in a firm's file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.linkups import actions, queries
from tongti.parties import queries as parties
from tongti.shared.errors import DomainError, NotVisible, Raced
from tongti.shared.text import whole
from tongti.units.access import May, Viewer
from tongti.web.desk.case_parts import Part
from tongti.web.desk.cases_forms import named_places
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.firm_parts import firm_part
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.linkups_forms import CloseForm, ListingFilter, ListingForm, NewListingForm, refuse


@waits(May.KEEP_FIRMS, order=45)
def _to_confirm(viewer: Viewer) -> Waiting | None:
    """What firms wrote themselves."""
    waiting = queries.stated_waiting(viewer).count()
    url = f"{reverse('desk:linkups')}?state={queries.ListingState.STATED}"
    return Waiting("企业自己填的供需，等确认", waiting, url, "handshake", "warn") if waiting else None


@firm_part(order=40)
def _of_firm(viewer: Viewer, firm: Any) -> Part:
    """What the firm needs and offers, and whom it was brought together with."""
    rows = queries.listings_of_firm(viewer, firm)
    context = {
        "firm": firm,
        "rows": rows,
        "introductions": queries.introductions_of_firm(viewer, firm) if rows else [],
        "may_add": viewer.can(May.KEEP_FIRMS),
    }
    return Part("需求和供给", "desk/linkups/_of_firm.html", context)


@require_safe
@desk(May.SEE_FIRMS)
def page(request: DeskRequest) -> HttpResponse:
    """Needs and offers under their filters."""
    asked = {"state": queries.ListingState.OPEN, **request.GET.dict()}
    form = ListingFilter(asked)
    context = {
        "form": form,
        "page": queries.listings(request.viewer, form.filters(), cursor=request.GET.get("after", "")),
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "may_add": request.viewer.can(May.KEEP_FIRMS),
    }
    return render(request, "desk/linkups/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.KEEP_FIRMS)
def new(request: DeskRequest) -> HttpResponse:
    """A new one. “拟标题” fills the title in from the words, to be mended."""
    posted = request.method == "POST"
    form = NewListingForm(request.POST if posted else None, initial=_asked(request))
    status = 422 if posted else 200
    if posted and request.POST.get("do") == "title":
        return _with_title(request, form, None)
    if posted and form.is_valid() and (firm := _named(request.viewer, form)):
        try:
            row = actions.enter(firm=firm, draft=form.draft(form.cleaned_data["kind"]), by=request.viewer)
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, f"{row.get_kind_display()}已登记。")
            return redirect("desk:linkup", pk=row.pk)
    return _edit(request, form, None, status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.KEEP_FIRMS)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change one; whoever sees it but does not keep the firm's file finds no such page."""
    row = queries.listing_for(request.viewer, pk)
    if not queries.may_change(request.viewer, row) or row.state != queries.ListingState.OPEN:
        raise NotVisible
    posted = request.method == "POST"
    form = ListingForm(request.POST if posted else None, initial=_initial(row))
    status = 422 if posted else 200
    if posted and request.POST.get("do") == "title":
        return _with_title(request, form, row)
    if posted and form.is_valid():
        try:
            actions.change(
                listing=row, draft=form.draft(row.kind), version=form.cleaned_data["version"], by=request.viewer
            )
        except Raced:
            form.add_error(None, "这一条刚刚被别人改过，请刷新后再改，您填的内容还在下面。")
            status = 409
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "已保存，配对重新找过了。")
            return redirect("desk:linkup", pk=pk)
    return _edit(request, form, row, status)


@require_safe
@desk(May.SEE_FIRMS)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One need or offer with what may fit it and why."""
    return _show(request, queries.listing_for(request.viewer, pk))


@require_POST
@desk(May.KEEP_FIRMS)
def state(request: DeskRequest, pk: int) -> HttpResponse:
    """Met, withdrawn, or open again; what the firm wrote itself is confirmed or not used."""
    row = queries.listing_for(request.viewer, pk)
    if not queries.may_change(request.viewer, row):
        raise NotVisible
    do = request.POST.get("do", "")
    if do == "confirm":
        actions.confirm_stated(listing=row, by=request.viewer)
        messages.success(request, "已采用，配对找过了。")
        return redirect("desk:linkup", pk=pk)
    if do == "reopen":
        actions.reopen(listing=row, by=request.viewer)
        messages.success(request, "又有效了，配对重新找过了。")
        return redirect("desk:linkup", pk=pk)
    if do not in ("met", "withdraw", "refuse"):
        messages.error(request, "没有这一步，请从页面上的按钮选。")
        return redirect("desk:linkup", pk=pk)
    form = CloseForm(request.POST, auto_id="close_%s")
    if not form.is_valid():
        return _show(request, row, status=422, form=form)
    reason = form.cleaned_data["reason"]
    try:
        if do == "refuse":
            actions.refuse_stated(listing=row, reason=reason, by=request.viewer)
        else:
            actions.close(listing=row, met=do == "met", reason=reason, by=request.viewer)
    except DomainError as refused:
        return _show(request, row, status=refuse(form, refused), form=form)
    if do == "refuse":
        messages.success(request, "已记下，不采用。")
        return redirect("desk:linkup", pk=pk)
    messages.success(request, "已记为满足，不再配对。" if do == "met" else "已撤回，不再配对。")
    return redirect("desk:linkup", pk=pk)


def _show(request: DeskRequest, row: Any, *, status: int = 200, form: CloseForm | None = None) -> HttpResponse:
    found = queries.pairs_of(row, cursor=request.GET.get("after", ""))
    is_need = row.kind == queries.ListingKind.NEED
    context = {
        "row": row,
        "page": found,
        "pairs": [(pair, pair.offer if is_need else pair.need) for pair in found.rows],
        "introductions": queries.introductions_of_listing(row),
        "may_change": queries.may_change(request.viewer, row),
        "close": form or CloseForm(auto_id="close_%s"),
        "form": form,
    }
    return render(request, "desk/linkups/listing.html", context, status=status)


def _edit(request: DeskRequest, form: ListingForm, row: Any, status: int) -> HttpResponse:
    return render(
        request, "desk/linkups/edit.html", {"form": form, "row": row, "places": named_places()}, status=status
    )


def _with_title(request: DeskRequest, form: ListingForm, row: Any) -> HttpResponse:
    """The form again with a proposed title, nothing else touched and nothing complained of yet."""
    said = request.POST.get("words", "").strip()
    data = {name: request.POST.get(name, "") for name in form.fields}
    if said:
        data["title"] = actions.propose_title(said[:1000])
    else:
        messages.info(request, "先写原话，才好拟标题。")
    return _edit(request, type(form)(initial=data), row, 200)


def _asked(request: DeskRequest) -> dict[str, Any]:
    """From a firm's page its name comes along."""
    firm, kind = request.GET.get("firm", ""), request.GET.get("kind", "")
    found: dict[str, Any] = {"kind": kind if kind in queries.ListingKind.values else queries.ListingKind.NEED}
    if (pk := whole(firm)) is not None:
        entry = parties.survivor_of(parties.firm_for(request.viewer, pk))
        found["firm"] = entry.credit_code or entry.name
    return found


def _named(viewer: Viewer, form: NewListingForm) -> Any:
    """The one entry of this name or code; a sentence beside the field when there is none, or more than one."""
    typed = form.cleaned_data["firm"].strip()
    rows = parties.firms(viewer, parties.FirmFilters(text=typed), size=5).rows
    exact = [firm for firm in rows if typed in (firm.name, firm.credit_code)]
    chosen = exact if len(exact) == 1 else rows
    if len(chosen) == 1:
        return parties.firm_for(viewer, chosen[0].pk)
    form.add_error(
        "firm",
        "登记簿里没有找到这一家，请检查，或先登记。"
        if not chosen
        else f"有 {len(chosen)} 家都对得上，请写全名或代码。",
    )
    return None


def _initial(row: Any) -> dict[str, Any]:
    return {
        "about": row.about,
        "words": row.words,
        "title": row.title,
        "place": next((place.label for place in named_places() if place.pk == row.place_id), ""),
        "valid_until": row.valid_until,
        "version": row.version,
    }
