"""登记簿: the list of firms, the file of one, and what its keepers write into it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.answers import queries as answers
from tongti.cases import queries as cases
from tongti.parties import actions
from tongti.parties import queries as parties
from tongti.parties.periods import last_month, read_period
from tongti.relay import queries as relay
from tongti.shared import clock
from tongti.shared.errors import DomainError, NotVisible, Raced
from tongti.shared.text import whole
from tongti.units.access import May
from tongti.web import sheets
from tongti.web.desk.admin_forms import refuse
from tongti.web.desk.cases_forms import RevealForm, named_places
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.firm_parts import parts
from tongti.web.desk.firms_forms import (
    ContactForm,
    FigureForm,
    FirmFilter,
    FirmForm,
    NewFirmForm,
    contact_of,
    sector_options,
)
from tongti.web.forms import Form

COLUMNS = (
    ("名称", 34), ("类别", 12), ("统一社会信用代码", 22), ("规模", 14), ("行业", 30), ("园区", 20), ("乡镇、村（社区）", 18),
    ("服务单位", 14), ("状态", 14),
)  # fmt: skip


@require_safe
@desk(May.SEE_FIRMS)
def page(request: DeskRequest) -> HttpResponse:
    """The register under its filters."""
    form = FirmFilter(request.GET)
    filters = form.filters()
    found = parties.firms(request.viewer, filters, cursor=request.GET.get("after", ""))
    context = {
        "form": form,
        "page": found,
        "total": parties.count_firms(request.viewer, filters),
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "may_keep": request.viewer.can(May.KEEP_FIRMS),
        "registrar": parties.is_registrar(request.viewer),
        "may_export": request.viewer.can(May.EXPORT),
    }
    return render(request, "desk/firms/list.html", context)


@require_POST
@desk(May.EXPORT)
def export(request: DeskRequest) -> HttpResponseBase:
    """What the filters leave as .xlsx, without contacts; that it left the house is on the trail."""
    form = FirmFilter(request.POST)
    filters = form.filters()
    rows = parties.count_firms(request.viewer, filters)
    actions.note_export(rows=rows, by=request.viewer)
    lines = (_cells(firm) for firm in parties.whole_register(request.viewer, filters))
    return sheets.xlsx(f"登记簿-{clock.today():%Y%m%d}.xlsx", "登记簿", COLUMNS, lines)


def _cells(firm: Any) -> list[str]:
    return [
        firm.name,
        firm.get_kind_display(),
        firm.credit_code,
        firm.get_size_display(),
        parties.sector_of(firm),
        firm.park.name if firm.park else "",
        firm.place.name if firm.place else "",
        firm.unit.short_name if firm.unit else "",
        firm.get_status_display(),
    ]


@require_safe
@desk(May.SEE_FIRMS)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """The file of one firm; the address of an entry that was merged leads to the one it lives on in."""
    firm = parties.firm_for(request.viewer, pk)
    last = parties.survivor_of(firm)
    if last.pk != firm.pk:
        messages.info(request, f"“{firm.name}”已经并入这一条登记。")
        return redirect("desk:firm", pk=last.pk)
    return _show(request, firm)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@desk(May.KEEP_FIRMS)
def new(request: DeskRequest) -> HttpResponse:
    """A new entry."""
    form = NewFirmForm(request.POST if request.method == "POST" else None)
    likely: list[actions.Likely] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            draft, contacts = form.draft(), (form.contact(),)
            try:
                if "sure" not in request.POST:
                    likely = actions.likely_same(draft=draft, contacts=contacts, by=request.viewer)
                firm = None if likely else actions.enter_firm(draft=draft, contacts=contacts, by=request.viewer)
            except DomainError as refused:
                _beside(form, refused)
            else:
                if firm is not None:
                    messages.success(request, f"“{firm.name}”已登记。")
                    return redirect("desk:firm", pk=firm.pk)
    context = _form_context(form, None) | {"likely": likely}
    return render(request, "desk/firms/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@desk(May.KEEP_FIRMS)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change an entry; whoever sees it but does not keep it finds no such page."""
    firm = parties.firm_for(request.viewer, pk)
    card = parties.firm_card(request.viewer, firm)
    if not card.may_keep or firm.merged_into_id is not None:
        raise NotVisible
    if firm.name_personal and card.until is None:
        messages.info(request, "这家的名称是经营者的姓名：请先写明事由查看联系人，再修改。")
        return redirect("desk:firm", pk=pk)
    form = FirmForm(request.POST if request.method == "POST" else None, initial=_initial(firm))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = form.cleaned_data["version"]
                actions.change_firm(firm=firm, draft=form.draft(), version=version, by=request.viewer)
            except Raced:
                form.add_error(None, "这条登记刚刚被别人改过，请刷新后再改，您填的内容还在下面。")
                status = 409
            except DomainError as refused:
                _beside(form, refused)
            else:
                messages.success(request, "登记已保存。")
                return redirect("desk:firm", pk=pk)
    return render(request, "desk/firms/edit.html", _form_context(form, firm), status=status)


@require_POST
@sensitive_post_parameters()
@desk(May.KEEP_FIRMS)
def contact(request: DeskRequest, pk: int) -> HttpResponse:
    """Add a person, or (``end``) take one out."""
    firm = parties.firm_for(request.viewer, pk)
    if not parties.firm_card(request.viewer, firm).may_keep:
        raise NotVisible
    ending = request.POST.get("end", "")
    if (contact_id := whole(ending)) is not None:
        actions.end_contact(firm=firm, contact_id=contact_id, by=request.viewer)
        messages.success(request, "已移出联系人。")
        return redirect("desk:firm", pk=pk)
    form = ContactForm(request.POST, auto_id="contact_%s")
    if form.is_valid():
        try:
            actions.add_contact(firm=firm, contact=contact_of(form), by=request.viewer)
        except DomainError as refused:
            _beside(form, refused)
        else:
            messages.success(request, "已新增联系人。")
            return redirect("desk:firm", pk=pk)
    return _show(request, firm, status=422, contact=form)


@require_POST
@sensitive_post_parameters()
@desk(May.KEEP_FIRMS, May.SEE_IDENTITY)
def reveal(request: DeskRequest, pk: int) -> HttpResponse:
    """查看联系人: a reason, a quarter of an hour, a line on the trail."""
    firm = parties.firm_for(request.viewer, pk)
    if not parties.firm_card(request.viewer, firm).may_reveal:
        raise NotVisible
    form = RevealForm(request.POST, auto_id="reveal_%s")
    if form.is_valid():
        try:
            actions.reveal_contacts(firm=firm, reason=form.cleaned_data["reason"], by=request.viewer)
        except DomainError as refused:
            form.add_error("reason", refused.sentence)
        else:
            messages.success(request, "联系人已显示，15 分钟后自动遮盖。这次查看已留痕。")
            return redirect("desk:firm", pk=pk)
    return _show(request, firm, status=422, reveal=form)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE_FIRMS)
def figures(request: DeskRequest, pk: int) -> HttpResponse:
    """Everything that was ever said in numbers, and the form for one more."""
    firm = parties.firm_for(request.viewer, pk)
    card = parties.firm_card(request.viewer, firm)
    posted = request.method == "POST"
    if posted and not card.may_keep:
        raise NotVisible
    first = {"period": last_month(clock.today()).code, "source": request.GET.get("source", "firm")}
    form = FigureForm(request.POST if posted else None, initial=first)
    status = 422 if posted else 200
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            draft = actions.FigureDraft(
                measure=data["measure"],
                period=read_period(data["period"], today=clock.today()),
                value=data["value"],
                source=data["source"],
                note=data["note"],
            )
            written = actions.enter_figure(firm=firm, draft=draft, by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, "已录入。" if written else "和已有的数值一样，没有变化。")
            return redirect("desk:firm_figures", pk=pk)
    found = parties.figure_history(firm, cursor=request.GET.get("after", ""))
    rows = [
        (row, parties.period_of(row), parties.plain_number(row.value), parties.UNITS[row.measure]) for row in found.rows
    ]
    may_enter = card.may_keep and firm.merged_into_id is None
    context = {"firm": firm, "card": card, "form": form, "page": found, "rows": rows, "may_enter": may_enter}
    return render(request, "desk/firms/figures.html", context, status=status)


def _show(request: DeskRequest, firm: Any, *, status: int = 200, **bound: Form) -> HttpResponse:
    viewer = request.viewer
    card = parties.firm_card(viewer, firm)
    ids = parties.party_ids_of(firm)
    raised = cases.raised_by(viewer, ids, size=8)
    everything, open_now = cases.count_raised_by(viewer, ids)
    answered = answers.marks_of(raised.rows)
    case_ids = cases.case_ids_raised_by(viewer, ids)
    context = {
        "firm": firm,
        "card": card,
        "lines": parties.figure_lines(firm),
        "raised": [(case, answered.get(case.pk)) for case in raised.rows],
        "everything": everything,
        "open_now": open_now,
        "replies": answers.latest_replies(case_ids),
        "promises": relay.promises_on_cases(viewer, case_ids),
        "parts": list(parts(viewer, firm)),
        "tenants": parties.tenants(viewer, firm),
        "merged": parties.merged_here(firm),
        "lookalikes": parties.lookalikes_of(viewer, firm),
        "history": parties.firm_history(firm),
        "forms": {
            "reveal": bound.get("reveal") or RevealForm(auto_id="reveal_%s"),
            "contact": bound.get("contact") or ContactForm(auto_id="contact_%s"),
        },
        "opened": next(iter(bound), ""),
        # the base template puts "错误：" before the title when `form` has errors
        "form": next(iter(bound.values()), None),
    }
    return render(request, "desk/firms/firm.html", context, status=status)


def _initial(firm: Any) -> dict[str, Any]:
    return {
        "name": parties.true_name(firm),
        "kind": firm.kind,
        "name_personal": firm.name_personal,
        "credit_code": firm.credit_code,
        "size": firm.size,
        "sector": firm.sector or firm.section,
        "park": firm.park_id or "",
        "place": next((p.label for p in named_places() if p.pk == firm.place_id), ""),
        "address": firm.address,
        "status": firm.status,
        "unit": firm.unit_id or "",
        "version": firm.version,
    }


def _form_context(form: FirmForm, firm: Any) -> dict[str, Any]:
    return {"form": form, "firm": firm, "likely": (), "sectors": sector_options(), "places": named_places()}


def _beside(form: Form, refused: DomainError) -> None:
    """The sentence beside the field it speaks of; a taken code is told at the code."""
    if refused.code == "parties.already_registered":
        form.add_error("credit_code", refused.sentence)
    else:
        refuse(form, refused)
